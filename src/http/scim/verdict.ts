import { CORE } from '../../domain/extensions.ts';
import type { PersonRecord } from '../../domain/person.ts';
import { StoreUnavailable } from '../../domain/store-unavailable.ts';
import type { Change, Judgement, Wait } from '../../domain/verdicts.ts';
import { changedPaths } from '../../scim/change.ts';
import type { Decision, Write } from '../../scim/directory.ts';
import { invalidValue, type ScimError, uniqueness } from '../../scim/error.ts';
import { userResourceType } from '../../scim/registry.ts';
import { accept } from '../accept.ts';
import type { HttpConnection } from '../connection.ts';

type Refused = Extract<Judgement, { kind: 'refused' }>;

/**
 * Accepts one change of a person, and waits for Concur's verdict on its identity part if one can come in time. A change
 * that Concur refuses is withdrawn; one that waited in vain stands. Returns the person as they are then; fails like
 * `writtenPerson`.
 *
 * @param wait how long it may wait, in ms
 * @throws ScimError 409 uniqueness, or 400 invalidValue, with Concur's words: nothing was changed
 */
export async function acceptJudged(
  connection: HttpConnection,
  write: Write,
  wait: number,
): Promise<PersonRecord> {
  const waiting = wait > 0 ? ((await connection.verdicts?.admit(wait)) ?? null) : null;
  if (waiting === null) return accept(connection, write);
  try {
    return await acceptWaiting(connection, write, waiting);
  } finally {
    waiting.end();
  }
}

async function acceptWaiting(connection: HttpConnection, write: Write, waiting: Wait): Promise<PersonRecord> {
  let before: PersonRecord | null = null;
  // The last time that it is decided is inside the transaction.
  const remembered: Write =
    write.kind === 'create'
      ? write
      : {
          ...write,
          decide: (record) => {
            before = record;
            return write.decide(record);
          },
        };
  const after = await accept(connection, { ...remembered, waitUntil: waiting.until });
  const change: Change = { before, after };
  if (change.before?.person.version === after.person.version) return after;
  const judgement = await waiting.judge(change);
  if (judgement.kind === 'stands') return judgement.record;
  const now = await withdraw(connection, write, change, judgement);
  if (now === 'withdrawn') throw refusal(judgement);
  return now.person.version === after.person.version ? now : after;
}

/** Takes a refused change back, if nothing has come after it; returns the person as they are otherwise. */
async function withdraw(
  connection: HttpConnection,
  { actor }: Write,
  change: Change,
  refused: Refused,
): Promise<PersonRecord | 'withdrawn'> {
  const { id } = change.after.person;
  const reason = `Concur refused it: ${refused.message}`;
  const decide = (record: PersonRecord): Decision => {
    if (!isStill(record, change, refused)) return { kind: 'unchanged' };
    const { resource } = change.after.person;
    const former = change.before?.person.resource ?? null;
    const changed = changedPaths(userResourceType, resource, former ?? {});
    return { kind: 'withdraw', to: former, changed, reason };
  };
  try {
    const [result] = await connection.directory.accept([{ kind: 'change', actor, id, decide }]);
    // Somebody else may have taken the former userName meanwhile: then the change stands.
    if (result?.kind !== 'written') return refused.record;
    if (!result.changed) return result.record;
    connection.onAccepted();
    return 'withdrawn';
  } catch (error) {
    if (error instanceof StoreUnavailable) return refused.record;
    throw error;
  }
}

/** Whether the person is as the change made them, the refusal stands, and nothing is under way. */
function isStill({ person, provisioning }: PersonRecord, { after }: Change, { at }: Refused): boolean {
  const { state, openOperations, refused } = provisioning;
  const isIdle = state !== 'sending' && state !== 'processing' && openOperations === 0;
  return (
    isIdle && refused[CORE]?.at === at && person.version === after.person.version && person.override === null
  );
}

function refusal({ uniqueness: isTaken, detail }: Refused): ScimError {
  const told = `SAP Concur refused this change, and nothing was changed. ${detail}`;
  return isTaken ? uniqueness(told) : invalidValue(told);
}
