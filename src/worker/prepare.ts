import pLimit from 'p-limit';
import { CORE, type Service } from '../domain/extensions.ts';
import type { PersonRecord } from '../domain/person.ts';
import type { Known, Plan, Rest } from '../domain/plan.ts';
import type { Lease, ProvisioningUpdate } from '../domain/ports.ts';
import { refresh } from '../domain/settlement.ts';
import type { Context } from './context.ts';
import { afterFailure } from './failure.ts';
import { advance, type Item, type Outgoing, planItem, takeUp, toOutgoing } from './item.ts';
import { searchAll } from './search.ts';

/** How many people are read from Concur at once. */
const readsAtOnce = pLimit(8);

/**
 * Brings claimed people to the point where their operations can be sent: whoever has to be searched
 * for or read is, and whoever needs nothing is put to rest.
 *
 * @returns the operations to send, at most one a person
 */
export async function prepare(
  context: Context,
  lease: Lease,
  records: readonly PersonRecord[],
): Promise<readonly Outgoing[]> {
  const outgoing: Outgoing[] = [];
  let items = await Promise.all(records.map((record) => takeUp(context, record)));
  while (items.length > 0) {
    const steps = items.map((item) => ({ item, step: nextStep(item) }));
    outgoing.push(
      ...steps.flatMap(({ item, step }) => (step.kind === 'send' ? [toOutgoing(context, item, step)] : [])),
    );
    const resting = steps.filter((one): one is { item: Item; step: Rest } => one.step.kind === 'rest');
    await Promise.all(resting.map(({ item, step }) => putToRest(context, lease, item, step)));
    const searching = steps.filter(({ step }) => step.kind === 'search').map(({ item }) => item);
    const reading = steps.filter(
      (one): one is { item: Item; step: Plan & { kind: 'read' } } => one.step.kind === 'read',
    );
    const [searched, read] = await Promise.all([
      search(context, lease, searching),
      Promise.all(
        reading.map(({ item, step }) => readsAtOnce(() => readBack(context, lease, item, step.services))),
      ),
    ]);
    items = [...searched, ...read].filter((item) => item !== null);
  }
  return outgoing;
}

/** Somebody with an operation still open in Concur is only ever overtaken by a deactivation. */
function nextStep(item: Item): Plan {
  const step = planItem(item);
  const overtakes = step.kind === 'send' && step.deactivation;
  return item.record.provisioning.openOperations > 0 && !overtakes ? WAIT_FOR_CONCUR : step;
}

const WAIT_FOR_CONCUR: Rest = { kind: 'rest', state: 'processing', reason: null, message: null };

/** A person rests only if nobody changed what they are to be since the plan was made. */
async function putToRest(context: Context, lease: Lease, item: Item, rest: Rest): Promise<void> {
  const { state, reason, message } = rest;
  const waitingFor = item.wanted.waiting.map(({ reference }) => reference);
  await write(context, lease, item, (record) =>
    record.person.version === item.record.person.version &&
    record.person.override?.since === item.record.person.override?.since
      ? { state, reason, lastError: message, waitingFor, due: null }
      : { state: 'queued', due: context.clock() },
  );
}

async function search(
  context: Context,
  lease: Lease,
  items: readonly Item[],
): Promise<readonly (Item | null)[]> {
  if (items.length === 0) return [];
  const results = await searchAll(context, items);
  return Promise.all(
    results.map(async (result): Promise<Item | null> => {
      const { item } = result;
      switch (result.kind) {
        case 'absent':
          return markAbsent(context, lease, item);
        case 'decided':
          return continueWith(context, lease, item, () => result.update);
        case 'failed':
          return continueWith(context, lease, item, ({ provisioning }) =>
            afterFailure(context, provisioning, result.failure),
          );
      }
    }),
  );
}

/** A name that Concur calls taken, and that nobody in this company holds, stays refused. */
async function markAbsent(context: Context, lease: Lease, item: Item): Promise<Item | null> {
  const known: Known = { ...item.known, absent: true };
  const refusal = item.record.provisioning.refused[CORE];
  if (refusal === undefined || !refusal.uniqueness) return advance(item, {}, known);
  return continueWith(
    context,
    lease,
    item,
    ({ provisioning }) => ({
      state: 'sending',
      refused: { ...provisioning.refused, [CORE]: { ...refusal, searched: true } },
    }),
    known,
  );
}

async function readBack(
  context: Context,
  lease: Lease,
  item: Item,
  services: readonly Service[],
): Promise<Item | null> {
  const { concurId } = item.record.provisioning;
  if (concurId === null) throw new Error('Only a person whom Concur holds is read back');
  const { outcome } = await context.concur.read(concurId, services);
  const known: Known = { ...item.known, read: new Set([...item.known.read, ...services]) };
  return continueWith(
    context,
    lease,
    item,
    ({ provisioning }) =>
      outcome.kind === 'read'
        ? { ...refresh(provisioning, outcome, services), state: 'sending' }
        : afterFailure(context, provisioning, outcome),
    known,
  );
}

/** Writes a step; the person goes on in this claim only while their state stays `sending`. */
async function continueWith(
  context: Context,
  lease: Lease,
  item: Item,
  decide: (record: PersonRecord) => ProvisioningUpdate,
  known: Known = item.known,
): Promise<Item | null> {
  const update = await write(context, lease, item, decide);
  return update?.state === 'sending' ? advance(item, update, known) : null;
}

/** Writes one decision about one person; null when the lease was lost and nothing was written. */
async function write(
  { store, clock }: Context,
  lease: Lease,
  item: Item,
  decide: (record: PersonRecord) => ProvisioningUpdate,
): Promise<ProvisioningUpdate | null> {
  let written: ProvisioningUpdate | null = null;
  await store.commit(
    {
      lease: lease.token,
      people: [item.record.person.id],
      decide: async (record) => {
        written = decide(record);
        return written;
      },
    },
    clock(),
  );
  return written;
}
