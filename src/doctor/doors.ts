import { deliveryStanding } from '../domain/delivery.ts';
import { DEFAULT_CONNECTION } from '../http/connection.ts';
import { type Check, failed, ok, warning } from './check.ts';
import type { Examined } from './connection.ts';

/** How long the bridge's own server may take to answer, in ms. */
const TIMEOUT = 10_000;

const START = 'Start the server (serve), or set server.publicUrl (BRIDGE_PUBLIC_URL) right.';

/** Whether the SCIM address answers, and lets nobody in without a token. */
export const scim: Check<Examined> = {
  id: 'scim',
  title: 'The SCIM address answers',
  needs: ['configuration'],
  look: async (examined) => {
    const url = scimUrl(examined);
    if (url === null) {
      return warning(
        'The port is chosen anew at every start.',
        'Set server.port (BRIDGE_PORT) or server.publicUrl.',
      );
    }
    const status = await knock(examined, `${url}/ServiceProviderConfig`, {});
    if (isAbsent(status)) return warning(`${url} does not answer from here.`, START);
    if (status === 401) return ok(`${url} answers, and asks for a token.`);
    return failed(
      `${url} answers HTTP ${status} where the bridge asks for a token: something else is there, or a proxy hides the path.`,
      'Let the address lead to the bridge with its whole path; another server may have the port.',
    );
  },
};

/** Whether the identity provider's token is taken. */
export const scimToken: Check<Examined> = {
  id: 'scim-token',
  title: 'A SCIM token opens the SCIM address',
  needs: ['scim', 'company'],
  look: async (examined) => {
    const { scimToken } = examined.configuration;
    if (scimToken === null) {
      const tokens = await (await examined.store()).tokens.list();
      const valid = tokens.filter(({ revoked }) => revoked === null).map(({ name }) => name);
      if (valid.length > 0) return ok(`Tokens were made for ${valid.join(', ')}; only they know them.`);
      return warning('No token is valid: no identity provider can write.', 'Make one with token create.');
    }
    const url = scimUrl(examined);
    const headers = { authorization: `Bearer ${scimToken}` };
    const status = url === null ? null : await knock(examined, `${url}/ServiceProviderConfig`, headers);
    if (isAbsent(status)) return warning('The configured token was not tried: no server answers.', START);
    if (status === 200) return ok('The configured token does.');
    return failed(
      `The server answers HTTP ${status} to the configured token.`,
      'Restart the server, which takes the token over at its start; if the token was revoked, configure another.',
    );
  },
};

/** Whether Concur can tell the bridge that a request is done. */
export const events: Check<Examined> = {
  id: 'events',
  title: "Concur's completion events can come in",
  needs: ['configuration'],
  look: async (examined) => {
    const { publicUrl } = examined.installation.configuration.server;
    const polled = 'requests are looked at regularly in any case, so this only costs time';
    if (publicUrl?.startsWith('https://') !== true) {
      return warning(
        `There is no public https address that Concur could post to; ${polled}.`,
        'Set server.publicUrl (BRIDGE_PUBLIC_URL) to the https address of the bridge, and subscribe to the events.',
      );
    }
    const url = `${publicUrl}/concur/events/${examined.configuration.name}`;
    const status = await knock(examined, url, {}, 'POST');
    // An event that nobody signed must be refused, and nothing else has an address that does so.
    if (status === 403) return ok(`${url} answers, and refuses what Concur did not sign.`);
    const found = isAbsent(status) ? 'does not answer from here' : `answers HTTP ${status}`;
    return warning(`${url} ${found}; ${polled}.`, `${START} A proxy must let POST through to this path.`);
  },
};

/** Whether anything is sent. */
export const delivery: Check<Examined> = {
  id: 'delivery',
  title: 'Delivery to Concur is on',
  needs: ['database'],
  look: async ({ configuration, store }) => {
    const { delivery: configured, name } = configuration;
    const { offBy } = deliveryStanding(configured, await (await store()).delivery.read());
    if (offBy === null) return ok('It is.');
    return warning(
      'It is off: changes are accepted and planned, and nothing is sent.',
      offBy === 'configuration'
        ? `Set connections.${name}.delivery to on when everything else is right.`
        : `It was switched off: delivery on --connection ${name} switches it on when everything else is right.`,
    );
  },
};

/** Where clients reach this connection's SCIM; null: not known before the server starts. */
function scimUrl({ configuration: { name }, installation }: Examined): string | null {
  const { host, port, publicUrl } = installation.configuration.server;
  if (publicUrl === null && port === 0) return null;
  const base = publicUrl ?? `http://${dialled(host)}:${port}`;
  return name === DEFAULT_CONNECTION ? `${base}/scim/v2` : `${base}/scim/${name}/v2`;
}

/** Where a server answers on this machine that listens on `host`; every address is no address to call. */
function dialled(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}

/** The status of an answer; null: there is none. A redirection is not followed, since the token would go with it. */
async function knock(
  { installation: { surroundings } }: Examined,
  url: string,
  headers: Readonly<Record<string, string>>,
  method: 'GET' | 'POST' = 'GET',
): Promise<number | null> {
  try {
    const signal = AbortSignal.timeout(TIMEOUT);
    const answer = await surroundings.fetch(url, { method, headers, redirect: 'manual', signal });
    await answer.body?.cancel();
    return answer.status;
  } catch {
    // Whatever the reason: nobody answers.
    return null;
  }
}

/** Whether nobody answered, or only a proxy whose server is not there. */
function isAbsent(status: number | null): boolean {
  return status === null || (status >= 502 && status <= 504);
}
