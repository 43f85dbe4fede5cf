import type { Reached } from '../concur/reach.ts';
import { isAllowedConcurUrl } from '../domain/hosts.ts';
import { type Check, failed, ok, warning } from './check.ts';
import type { Examined } from './connection.ts';

/** How far the clocks may be apart, in ms: beyond the first somebody should look, from the second on nothing is sure. */
const NOTICEABLE = 30_000;
const TOO_FAR = 5 * 60_000;

/** Whether tokens may be sent to where they would be sent. */
export const hosts: Check<Examined> = {
  id: 'hosts',
  title: "Concur's addresses are among those that tokens may be sent to",
  needs: ['secret-key'],
  look: async ({ configuration: { baseUrl, allowedHosts }, stored }) => {
    const geolocation = (await stored())?.geolocation ?? baseUrl;
    if (!isAllowedConcurUrl(geolocation, allowedHosts)) {
      return warning(
        `Concur said the last time that the company is at ${geolocation}, which is not allowed: ${baseUrl} is asked anew.`,
        'If the host is right, name it in allowedHosts (CONCUR_ALLOWED_HOSTS); otherwise connect anew.',
      );
    }
    const named = isAllowedConcurUrl(baseUrl, [])
      ? "one of SAP Concur's"
      : 'named in allowedHosts, for tests';
    return ok(`${baseUrl} is ${named}.`);
  },
};

/** Whether Concur can be reached from this machine. */
export const reachable: Check<Examined> = {
  id: 'reachable',
  title: 'Concur can be reached',
  needs: ['hosts'],
  look: async ({ places }) => {
    const all = await places();
    const lost = all.find(({ reached }) => reached.kind !== 'reached');
    if (lost === undefined) return ok(all.map(({ url }) => `${url} answers.`).join('\n'));
    return failed(
      `${lost.url}: ${problemOf(lost.reached)}`,
      'Set baseUrl (CONCUR_BASE_URL) to the base URI of the data centre, and let this machine out to it.',
    );
  },
};

/** Whether this machine and Concur agree on the time, by which tokens are renewed. */
export const clock: Check<Examined> = {
  id: 'clock',
  title: "The clock of this machine agrees with Concur's",
  needs: ['reachable'],
  look: async ({ places }) => {
    const offsets = (await places()).flatMap(({ reached }) =>
      reached.kind === 'reached' && reached.clockOffset !== null ? [reached.clockOffset] : [],
    );
    const [offset] = offsets.sort((left, right) => Math.abs(right) - Math.abs(left));
    if (offset === undefined) return ok('Concur does not say what time it is.');
    const apart = Math.abs(offset);
    if (apart <= NOTICEABLE) return ok('It does.');
    const found = `The clock of this machine is ${duration(apart)} ${offset > 0 ? 'behind' : 'ahead'}.`;
    const remedy = 'Set the clock, best by NTP: tokens are renewed, and requests looked at, by this clock.';
    return apart < TOO_FAR ? warning(found, remedy) : failed(found, remedy);
  },
};

function problemOf(reached: Reached): string {
  return reached.kind === 'reached' ? `HTTP ${reached.httpStatus}` : reached.message;
}

function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 120 ? `${seconds} seconds` : `${Math.round(seconds / 60)} minutes`;
}
