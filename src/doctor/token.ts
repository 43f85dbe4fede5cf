import type { TokenFound } from '../concur/probe.ts';
import { daysLeft } from '../domain/credential.ts';
import { type Check, type Finding, failed, ok, warning } from './check.ts';
import type { Examined } from './connection.ts';

/** A token that is given out. */
export type Given = Extract<TokenFound, { kind: 'given' }>;

/** With fewer days left than this there may be no time to connect anew. */
const FEW_DAYS = 7;

const CONNECT = 'Make a company request token in Concur, and run connect with it.';

/** Whether Concur gives out a token. */
export const token: Check<Examined> = {
  id: 'token',
  title: 'Concur gives out a token',
  needs: ['reachable'],
  look: async ({ token }) => {
    const found = await token();
    switch (found.kind) {
      case 'given':
        return ok('It does.');
      case 'not connected':
        return failed('This connection has no token: it is not connected to Concur yet.', CONNECT);
      case 'unreachable':
        return failed(
          withCorrelation(found.message, found.correlationId),
          'Try again in some minutes; if it stays, give SAP Concur support the correlation id.',
        );
      case 'refused': {
        const code = found.code === null ? '' : ` (OAuth code ${found.code})`;
        return failed(withCorrelation(`${found.explanation}${code}`, found.correlationId), found.remedy);
      }
    }
  },
};

/** Whether the token is a company's. */
export const principal: Check<Examined> = given(
  'principal',
  "The token is the company's, not a person's",
  ({ credential }) => {
    if (credential.principal === 'company') return ok('It is.');
    const whose = credential.principal === 'user' ? 'of a person' : 'of the application alone';
    return failed(
      `The token is one ${whose}: with it one can connect, and Concur provisions nobody.`,
      `Only a company's token provisions. ${CONNECT}`,
    );
  },
);

/** Whether the refresh token lasts. */
export const tokenExpiry: Check<Examined> = given(
  'token-expiry',
  'The refresh token lasts',
  ({ credential }, { installation }) => {
    const { expiresAt } = credential;
    if (expiresAt === null) return ok('Concur does not say until when.');
    const until = `until ${new Date(expiresAt).toISOString().slice(0, 10)}`;
    const days = daysLeft(credential, installation.surroundings.clock());
    if (days === null) return ok(`It lasts ${until}, and every refresh may lengthen that.`);
    const found = `It lasts ${until} only (${days === 1 ? '1 day' : `${days} days`}), and Concur did not lengthen that.`;
    return days < FEW_DAYS ? failed(found, CONNECT) : warning(found, CONNECT);
  },
);

/** Whether the configuration names the data centre where the company is. */
export const dataCentre: Check<Examined> = given(
  'data-centre',
  'baseUrl names the data centre of the company',
  ({ credential: { geolocation } }, { configuration: { baseUrl } }) => {
    if (geolocation === null || isSamePlace(geolocation, baseUrl)) return ok(`It does: ${baseUrl}.`);
    if (isLandingZone(baseUrl))
      return ok(`${baseUrl} is there for every data centre; the company is at ${geolocation}.`);
    return failed(
      `The company is at ${geolocation}, and baseUrl names ${baseUrl}: every new start asks the wrong data centre first.`,
      `Set baseUrl (CONCUR_BASE_URL) to ${geolocation}.`,
    );
  },
);

/** A check of a token that was given out. */
function given(
  id: string,
  title: string,
  judge: (token: Given, examined: Examined) => Finding,
): Check<Examined> {
  return { id, title, needs: ['token'], look: async (examined) => judge(await givenTo(examined), examined) };
}

/** The token of a connection whose check `token` was good. */
export async function givenTo({ token }: Examined): Promise<Given> {
  const found = await token();
  if (found.kind !== 'given') throw new Error('Concur gave out no token');
  return found;
}

/** Text, and the id by which SAP Concur support finds the call. */
export function withCorrelation(text: string, correlationId: string | null): string {
  return correlationId === null ? text : `${text} Correlation id: ${correlationId}`;
}

/** A data centre has two names, one for browsers (Base URIs: `us2.api…` and `www-us2.api…`). */
function isSamePlace(left: string, right: string): boolean {
  const nameOf = (url: string) => new URL(url).host.replace(/^www-/, '');
  return nameOf(left) === nameOf(right);
}

/** "Password (credtype = authtoken): Use the GLZ base URI" (Authentication, "Base URIs for Obtaining a Token"). */
function isLandingZone(baseUrl: string): boolean {
  return isSamePlace(baseUrl, 'https://glz.api.concursolutions.com');
}
