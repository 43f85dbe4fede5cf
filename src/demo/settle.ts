import { setTimeout as wait } from 'node:timers/promises';
import type { State } from '../domain/provisioning.ts';
import type { Account } from './account.ts';
import type { Admin, SeenPerson } from './admin.ts';

/** How long a part of the day may take until everybody is where they belong, in ms. */
const LONGEST = 30_000;
/** How often the admin looks, in ms. */
const LOOK = 150;

/** Somebody who did not get where they belong, in words for whoever started the demonstration. */
export class NotSettled extends Error {}

/** Told how many people are where they belong. */
export type Watch = (done: number, total: number, detail: string) => void;

/**
 * Looks at the bridge until every account that was sent to it is in the state expected of it. Fails
 * with `NotSettled`, naming who is not, when that takes longer than 30 seconds.
 */
export async function settle(
  admin: Admin,
  accounts: readonly Account[],
  expected: (account: Account) => State,
  watch: Watch,
): Promise<void> {
  const sent = accounts.filter(({ scimId }) => scimId !== null);
  const end = Date.now() + LONGEST;
  for (;;) {
    const seen = new Map((await admin.people()).map((person) => [person.id, person]));
    const astray = sent.filter((account) => seenOf(account, seen)?.state !== expected(account));
    const inFlight = [...seen.values()].filter(({ state }) => IN_FLIGHT.has(state)).length;
    const partial = sent.filter((account) => expected(account) === 'partial').length;
    watch(sent.length - astray.length, sent.length, detailOf(inFlight, partial));
    if (astray.length === 0) return;
    if (Date.now() > end) throw new NotSettled(complaint(astray, seen, expected));
    await wait(LOOK);
  }
}

/** Looks at one person until what left the directory has been deactivated in Concur. */
export async function settleLeaver(admin: Admin, id: string): Promise<SeenPerson> {
  const end = Date.now() + LONGEST;
  for (;;) {
    const person = await admin.person(id);
    if (person.state === 'in_sync') return person;
    if (Date.now() > end) {
      throw new NotSettled(`The deletion of ${person.userName} is still ${person.state} after 30 seconds.`);
    }
    await wait(LOOK);
  }
}

/** What else there is to say of how many are where they belong, which may be short of what was asked for. */
function detailOf(inFlight: number, partial: number): string {
  if (inFlight > 0) return `(${inFlight} on their way)`;
  return partial > 0 ? `(${partial} partial)` : '';
}

const IN_FLIGHT: ReadonlySet<string> = new Set(['queued', 'sending', 'processing']);

function seenOf({ scimId }: Account, seen: ReadonlyMap<string, SeenPerson>): SeenPerson | undefined {
  return scimId === null ? undefined : seen.get(scimId);
}

function complaint(
  astray: readonly Account[],
  seen: ReadonlyMap<string, SeenPerson>,
  expected: (account: Account) => State,
): string {
  const lines = astray.slice(0, 5).map((account) => {
    const person = seenOf(account, seen);
    const error = person?.lastError ? `: ${person.lastError}` : '';
    return `  ${account.employee.userName} should be ${expected(account)} and is ${person?.state ?? 'missing'}${error}`;
  });
  const more = astray.length > lines.length ? `\n  and ${astray.length - lines.length} more` : '';
  return `After 30 seconds ${astray.length} people are not where they belong:\n${lines.join('\n')}${more}`;
}
