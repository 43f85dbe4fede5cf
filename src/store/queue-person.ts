import type { Kysely, Updateable } from 'kysely';
import type { PersonRecord } from '../domain/person.ts';
import type { ProvisioningUpdate } from '../domain/ports.ts';
import { updateProvisioning } from './accept-statements.ts';
import { toProvisioningColumns } from './person-rows.ts';
import { keepRelations } from './relations.ts';
import { lookSooner } from './requests.ts';
import { changedOf } from './statement.ts';
import type { Database } from './tables.ts';

/** What `queuePerson` is told besides what changes. */
interface Queueing {
  readonly now: number;
  /** Whether a deactivation is owed. */
  readonly owed: boolean;
  /** Columns that are no part of a provisioning. */
  readonly columns?: Updateable<Database['provisionings']>;
}

/**
 * Writes what anybody but the worker makes of a person's provisioning. A leaver of whom only a request is known is
 * deactivated as soon as that is answered, so it is looked at sooner.
 */
export async function queuePerson(
  db: Kysely<Database>,
  before: PersonRecord,
  update: ProvisioningUpdate,
  { now, owed, columns = {} }: Queueing,
): Promise<void> {
  const { connection, id } = before.person;
  await updateProvisioning(
    db,
    {
      ...toProvisioningColumns(changedOf(before.provisioning, update)),
      // A worker that held the person has no say any more: it would put them back to what they were held for.
      ...(update.state === undefined ? {} : { lease_token: null, lease_until: null }),
      ...columns,
    },
    { connection, id, now, owed: owed ? 1 : 0 },
  );
  const { concurId, lastRequestId } = before.provisioning;
  if (update.lane === 'deactivation' && concurId === null && lastRequestId !== null) {
    await lookSooner(db, connection, lastRequestId, now);
  }
  if (update.waitingFor !== undefined) await keepRelations(db, before, update, now);
}
