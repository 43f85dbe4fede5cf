import type { PersonRecord } from '../domain/person.ts';
import { type Known, NOTHING_KNOWN, type Plan, plan, type Wanted } from '../domain/plan.ts';
import type { OutgoingOperation, ProvisioningUpdate } from '../domain/ports.ts';
import { type AttributeKey, select } from '../domain/profile.ts';
import { deliverable } from '../mapping/checks/deliverable.ts';
import type { Context } from './context.ts';
import { wantedOf } from './wanted.ts';

/** A claimed person on the way to being sent. */
export interface Item {
  readonly record: PersonRecord;
  readonly wanted: Wanted;
  readonly known: Known;
}

/** A claimed person whose operation is ready to be sent. */
export interface Outgoing {
  readonly item: Item;
  readonly operation: OutgoingOperation;
  readonly deactivation: boolean;
}

/** Takes up a claimed person. */
export async function takeUp(context: Context, record: PersonRecord): Promise<Item> {
  const { concur, settings, store } = context;
  const wanted = await wantedOf(record, settings, store.resolve, concur.granted());
  const absent = context.lookahead?.saysAbsent(record) ?? false;
  return { record, wanted, known: { ...NOTHING_KNOWN, absent } };
}

/** The next step for a claimed person. */
export function planItem({ record, wanted, known }: Item): Plan {
  return plan(record, deliverable(wanted, record.provisioning), known);
}

/** The same person by the scopes as they are now: the first token may have come since they were taken up. */
export function withCurrentGrant({ concur }: Pick<Context, 'concur'>, item: Item): Item {
  const { missingFor, missingToDelete } = concur.granted();
  const { wanted } = item;
  const deletion = wanted.deletion === undefined ? {} : { deletion: { missing: missingToDelete } };
  return { ...item, wanted: { ...wanted, missingFor, ...deletion } };
}

/** The same person after a step of the worker was written. */
export function advance(item: Item, update: ProvisioningUpdate, known: Known = item.known): Item {
  const { person, provisioning } = item.record;
  return { ...item, known, record: { person, provisioning: { ...provisioning, ...update } } };
}

/** The operation that a plan to send asks for. */
export function toOutgoing(context: Context, item: Item, step: Plan & { kind: 'send' }): Outgoing {
  const { person, provisioning } = item.record;
  const { profile, initial, missingFor } = deliverable(item.wanted, provisioning);
  // A list is sent whole: what Concur has in it and we may not write is not sent with it.
  const mayBeWritten = (key: AttributeKey) => missingFor(key) === null;
  const create = provisioning.concurId === null;
  return {
    item,
    deactivation: step.deactivation,
    operation: {
      id: context.newId(),
      method: create ? 'POST' : step.deletion === true ? 'DELETE' : 'PATCH',
      personId: person.id,
      concurId: provisioning.concurId,
      difference: step.difference,
      base: create ? {} : select(provisioning.applied.profile, mayBeWritten),
      initial: Object.keys(step.difference.set).filter((key) => profile[key] === undefined && key in initial),
      desired: { ...initial, ...profile },
      ...(create ? { version: person.version } : {}),
    },
  };
}
