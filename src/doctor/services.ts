import type { ServiceFound } from '../concur/probe.ts';
import { beyondBuiltIn } from '../mapping/concur-schema/beyond.ts';
import { type Check, type Finding, failed, ok, warning } from './check.ts';
import type { Examined } from './connection.ts';
import { GRANT } from './scopes.ts';
import { givenTo, withCorrelation } from './token.ts';

/** Whether the service that writes go to is offered where the company is. */
export const writeService: Check<Examined> = {
  id: 'write-service',
  title: 'The service that people are written through is there',
  needs: ['principal'],
  look: async (examined) => {
    const { granted } = await givenTo(examined);
    const { writeApi } = granted;
    const found = await (await examined.probe()).discovery(writeApi);
    const name = writeApi === 'provisioning' ? 'User Provisioning' : 'Identity';
    if (writeApi === 'provisioning' && found.httpStatus === 404) {
      return failed(
        withCorrelation('This data centre does not offer User Provisioning.', found.correlationId),
        'Set writeApi to identity, which knows no spend and no travel profile, or ask SAP Concur support for the service.',
      );
    }
    return judge(found, `${name} answers.`);
  },
};

/** What Concur says its users look like, beyond what this version knows by itself. Nothing depends on it. */
export const schemas: Check<Examined> = {
  id: 'schemas',
  title: "Concur's schemas",
  needs: ['write-service'],
  look: async (examined) => {
    const { granted } = await givenTo(examined);
    const { schemas: read, ...found } = await (await examined.probe()).schemas(granted.writeApi);
    if (read === null) {
      const { message, correlationId } = found;
      return warning(
        withCorrelation(`They cannot be read: ${message}.`, correlationId),
        'People are provisioned all the same. Until they can be read, nothing can be mapped that this version does not know by itself.',
      );
    }
    const { attributes, values, others } = beyondBuiltIn(read);
    const lines = [
      ['Attributes that can be mapped beside those of docs/mapping.md', attributes],
      ['Further values', values],
      ['Attributes that this version cannot map', others],
    ] as const;
    const more = lines.flatMap(([what, all]) => (all.length === 0 ? [] : [`${what}: ${all.join(', ')}`]));
    return ok(['They can be read.', ...(more.length === 0 ? ['They have nothing new.'] : more)].join('\n'));
  },
};

/** Whether people who are in Concur already would be found, as every create needs. */
export const search: Check<Examined> = {
  id: 'search',
  title: 'People can be searched for in Concur',
  needs: ['principal'],
  look: async ({ probe }) => judge(await (await probe()).search(), 'They can; nobody was changed.'),
};

function judge({ ok: isGood, message, httpStatus, correlationId }: ServiceFound, good: string): Finding {
  if (isGood) return ok(good);
  const status = httpStatus === null ? '' : ` (HTTP ${httpStatus})`;
  const remedy =
    httpStatus === 401 || httpStatus === 403
      ? GRANT
      : 'Try again in some minutes; if it stays, give SAP Concur support the correlation id.';
  return failed(
    withCorrelation(`${message ?? 'Concur does not answer as it should'}${status}.`, correlationId),
    remedy,
  );
}
