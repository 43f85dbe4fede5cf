import { heldKeys } from '../../domain/loss.ts';
import type { PersonRecord } from '../../domain/person.ts';
import type { Actor } from '../../scim/directory.ts';
import { ScimError } from '../../scim/error.ts';
import type { HttpConnection } from '../connection.ts';
import { type Decide, judge } from './decisions.ts';

/** How many people are decided about in one transaction. */
const PAGE = 200;

/** What an admin says about losses of access that the guard holds. */
export interface GuardDecision {
  readonly verdict: 'released' | 'discarded';
  readonly actor: Actor;
  readonly reason: string | null;
}

/** Decides about everybody whom the guard holds now; returns how many that were. */
export async function judgeAll(
  { reports, directory }: Pick<HttpConnection, 'reports' | 'directory'>,
  { verdict, actor, reason }: GuardDecision,
): Promise<number> {
  const decision = judge(verdict, actor, reason);
  let people = 0;
  let cursor: string | null | undefined;
  while (cursor !== null) {
    const page = await reports.people({ reason: 'guard', limit: PAGE, ...(cursor && { cursor }) });
    people += await write(directory, actor, page.items, decision);
    cursor = page.nextCursor;
  }
  return people;
}

/**
 * Decides about these people; returns how many they were.
 *
 * @throws ScimError 409 naming everybody of whom the guard holds nothing; nobody is decided about then
 */
export async function judgeThese(
  { directory }: Pick<HttpConnection, 'directory'>,
  people: readonly PersonRecord[],
  { verdict, actor, reason }: GuardDecision,
): Promise<number> {
  const others = people.filter(({ provisioning }) => heldKeys(provisioning.losses).length === 0);
  if (others.length > 0) {
    const names = others.map(({ person }) => String(person.resource.userName));
    throw new ScimError(409, undefined, `The guard holds nothing of ${names.join(', ')}.`);
  }
  return await write(directory, actor, people, judge(verdict, actor, reason));
}

async function write(
  directory: HttpConnection['directory'],
  actor: Actor,
  people: readonly PersonRecord[],
  decide: Decide,
): Promise<number> {
  const results = await directory.accept(
    people.map(({ person }) => ({ kind: 'change', actor, id: person.id, decide })),
  );
  return results.filter((result) => result.kind === 'written' && result.changed).length;
}
