import { setImmediate as turn } from 'node:timers/promises';
import type { BulkOutcome, BulkWriter } from '../../scim/bulk/carry-out.ts';
import type { ResolvedOperation } from '../../scim/bulk/plan.ts';
import type { Actor, Write } from '../../scim/directory.ts';
import type { GroupWrite } from '../../scim/groups.ts';
import { userResourceType } from '../../scim/registry.ts';
import { writtenGroup, writtenPerson } from '../accept.ts';
import type { HttpConnection } from '../connection.ts';
import { groupWrite } from './group-write.ts';
import type { Operation } from './operation.ts';
import { userWrite } from './user-write.ts';

/** What a piece of work returned, or what it threw. */
type Attempt<Value> =
  | { readonly kind: 'done'; readonly value: Value }
  | { readonly kind: 'failed'; readonly error: unknown };

/** Carries out the operations of a Bulk as the same writes that requests of their own would be. */
export function bulkWriter(connection: HttpConnection, actor: Actor): BulkWriter {
  const { directory, unknownMembers } = connection;
  const toUserWrite = (operation: ResolvedOperation): Write => userWrite(single(operation), actor);
  const toGroupWrite = (operation: ResolvedOperation): GroupWrite =>
    // In a circle of groups the member will be here, or fail and say so.
    groupWrite(single(operation), actor, operation.isAhead ? 'accept' : unknownMembers);
  const isOfUsers = (operation: ResolvedOperation) => operation.type === userResourceType;

  return {
    write: async (operations) => {
      const outcomes = operations.every(isOfUsers)
        ? await acceptAll(
            operations.map((operation) => attempt(() => toUserWrite(operation))),
            (writes) => directory.accept(writes),
            (result) => writtenPerson(result).person.version,
          )
        : await acceptAll(
            operations.map((operation) => attempt(() => toGroupWrite(operation))),
            (writes) => directory.groups.accept(writes),
            (result) => writtenGroup(result).version,
          );
      if (outcomes.some(({ kind }) => kind === 'written')) connection.onAccepted();
      // Other requests have their turn between two batches.
      await turn();
      return outcomes;
    },
    isRefused: (operation) => {
      const toWrite = isOfUsers(operation) ? toUserWrite : toGroupWrite;
      return attempt(() => toWrite(operation)).kind === 'failed';
    },
  };
}

/** The operation as the request of its own that it stands for. */
function single({ method, target, data, version }: ResolvedOperation): Operation {
  switch (method) {
    case 'POST':
      return { method, id: target, body: data };
    case 'PUT':
    case 'PATCH':
      return { method, id: target, body: data, ifMatch: version };
    case 'DELETE':
      return { method, id: target, ifMatch: version };
  }
}

/** Accepts what is a write in one transaction, and gives every one its outcome. */
async function acceptAll<OneWrite, Result>(
  attempts: readonly Attempt<OneWrite>[],
  accept: (writes: readonly OneWrite[]) => Promise<readonly Result[]>,
  versionOf: (result: Result) => number,
): Promise<readonly BulkOutcome[]> {
  const writes = attempts.flatMap((one) => (one.kind === 'done' ? [one.value] : []));
  const results = (writes.length === 0 ? [] : await accept(writes)).values();
  return attempts.map((one): BulkOutcome => {
    if (one.kind === 'failed') return one;
    const { value, done } = results.next();
    if (done) throw new Error('The directory gave no result for a write');
    const written = attempt(() => versionOf(value));
    return written.kind === 'failed' ? written : { kind: 'written', version: written.value };
  });
}

function attempt<Value>(work: () => Value): Attempt<Value> {
  try {
    return { kind: 'done', value: work() };
  } catch (error) {
    return { kind: 'failed', error };
  }
}
