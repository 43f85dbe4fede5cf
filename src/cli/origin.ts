import type { Sources } from '../config/configuration.ts';
import { placeOfDefault } from '../config/standing.ts';
import type { Override, PersonRecord } from '../domain/person.ts';
import type { AttributeKey } from '../domain/profile.ts';
import { outsideOf } from '../domain/scope.ts';
import { approverRoles } from '../mapping/approvers.ts';
import { explainMapping, type Origin } from '../mapping/provenance.ts';
import type { OpenConnection } from '../open-connection.ts';
import { shortName } from './print.ts';

const FROM: Readonly<Record<Origin['kind'], string>> = {
  client: 'client: ',
  derived: 'derived from ',
  default: '',
  connection: 'connection: ',
  configuration: '',
  giver: '',
};

/**
 * Where a value comes from, in words.
 *
 * @param placeOfDefault where the configuration has a default for it; null: nowhere
 */
export function originText({ kind, from }: Origin, placeOfDefault: string | null): string {
  const words = `${FROM[kind]}${shortName(from)}`;
  return kind === 'default' && placeOfDefault !== null ? `${words} (${placeOfDefault})` : words;
}

/**
 * Where each value comes from that is asked for about a person, in words, by its key.
 *
 * @param scopePlace where the configuration says whom the connection is for
 */
export async function originsOf(
  { configuration, store }: Pick<OpenConnection, 'configuration' | 'store'>,
  record: PersonRecord,
  sources: Sources,
  scopePlace: string,
): Promise<ReadonlyMap<AttributeKey, string>> {
  const { deleted, override, resource } = record.person;
  if (deleted !== null) return new Map([['active', 'client: deleted']]);
  const [known = record] = await store.provisioning.withRelations([record]);
  const { name, mapping } = configuration;
  if (outsideOf(configuration, known) !== null) {
    return new Map([
      ['active', override === null ? `outside the scope: ${scopePlace}` : overriddenBy(override)],
    ]);
  }
  const { attributes } = await explainMapping(resource, mapping, known.groups, approverRoles(mapping, known));
  const origins = new Map(
    attributes.map(({ key, origin }) => [key, originText(origin, placeOfDefault(name, key, sources))]),
  );
  return override === null ? origins : origins.set('active', overriddenBy(override));
}

function overriddenBy({ by }: Override): string {
  return `override by ${by}`;
}
