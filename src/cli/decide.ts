import { userInfo } from 'node:os';
import type { PersonRecord } from '../domain/person.ts';
import type { Decide } from '../http/admin/decisions.ts';
import { readPersonReport } from '../http/admin/person.ts';
import type { OpenConnection } from '../open-connection.ts';
import type { Actor } from '../scim/directory.ts';
import type { ConnectionStore } from '../store/store.ts';
import { CommandFailure } from './failure.ts';
import { findPerson } from './find-person.ts';
import { print, printJson, showWho } from './print.ts';

/** How many requests and changes of a person are shown, the newest first. */
export const HISTORY = 100;

/**
 * Writes one decision about each person, all in one transaction. Returns the people as they are then, in
 * the same order, with whether anything changed. A running server sees it by itself.
 */
export async function decide(
  { directory }: Pick<ConnectionStore, 'directory'>,
  actor: Actor,
  people: readonly PersonRecord[],
  decision: Decide,
): Promise<readonly { readonly record: PersonRecord; readonly changed: boolean }[]> {
  const results = await directory.accept(
    people.map(({ person }) => ({ kind: 'change', actor, id: person.id, decide: decision })),
  );
  return results.map((result, index) => {
    if (result.kind === 'written') return result;
    if (result.kind === 'rejected') throw result.error;
    const userName = String(people[index]?.person.resource.userName);
    throw new CommandFailure(`${userName} was deleted meanwhile; look again.`, 1);
  });
}

/** Decides about one person, and prints what they are then: their whole report, or what `told` says of whom they were. */
export async function decideOne(
  { store, describe }: OpenConnection,
  name: string,
  decision: Decide,
  json: boolean,
  told: (who: string, before: PersonRecord) => string,
): Promise<void> {
  const person = await findPerson(store, name);
  const actor = { kind: 'cli', name: userInfo().username } as const;
  for (const { record } of await decide(store, actor, [person], decision)) {
    if (json) printJson(await readPersonReport({ reports: store.reports, describe }, record, HISTORY));
    else print(told(showWho(record), person));
  }
}
