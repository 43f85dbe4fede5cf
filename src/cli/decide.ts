import type { PersonRecord } from '../domain/person.ts';
import type { Actor, Decision } from '../scim/directory.ts';
import type { ConnectionStore } from '../store/store.ts';
import { CommandFailure } from './failure.ts';

/**
 * Writes one decision about each person, all in one transaction. Returns the people as they are then, in
 * the same order, with whether anything changed. A running server sees it by itself.
 */
export async function decide(
  { directory }: Pick<ConnectionStore, 'directory'>,
  actor: Actor,
  people: readonly PersonRecord[],
  decision: (record: PersonRecord) => Decision,
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
