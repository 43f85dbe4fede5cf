import pLimit from 'p-limit';
import { CORE, type Service } from '../domain/extensions.ts';
import { unguardedKeys } from '../domain/loss.ts';
import type { PersonRecord } from '../domain/person.ts';
import { type Known, NOTHING_KNOWN, type Plan } from '../domain/plan.ts';
import type { Lease, ProvisioningUpdate } from '../domain/ports.ts';
import type { Rest } from '../domain/rest.ts';
import { refresh } from '../domain/settlement.ts';
import { deliverable } from '../mapping/checks/deliverable.ts';
import type { Context } from './context.ts';
import { deleted } from './delete.ts';
import { afterDefect, afterFailure } from './failure.ts';
import { askGuard } from './guard.ts';
import { advance, type Item, type Outgoing, planItem, takeUp, toOutgoing, withCurrentGrant } from './item.ts';
import { atRest } from './next-state.ts';
import { searchAll } from './search.ts';
import { wantedOf } from './wanted.ts';

/** How many people of a claim are read from Concur at once. */
const READS_AT_ONCE = 8;

/** What a claimed person needs next. */
interface Step<Kind extends Plan['kind'] = Plan['kind']> {
  readonly item: Item;
  readonly step: Plan & { readonly kind: Kind };
}

/**
 * Brings claimed people to the point where their operations can be sent: whoever has to be searched
 * for or read is, and whoever needs nothing is put to rest. Yields the operations as they become
 * ready, at most one a person, so that nobody waits for somebody else's read.
 */
export async function* prepare(
  context: Context,
  lease: Lease,
  records: readonly PersonRecord[],
): AsyncGenerator<readonly Outgoing[]> {
  let items = await each(context, lease, records, (record) => takeUp(context, record));
  while (items.length > 0) {
    const planned = await each(context, lease, items, async (item) =>
      nextStep(withCurrentGrant(context, item)),
    );
    const steps = await guarded(context, lease, planned);
    await putToRest(context, lease, ofKind(steps, 'rest'));
    const ready = ofKind(steps, 'send').map(({ item, step }) => toOutgoing(context, item, step));
    if (ready.length > 0) yield ready;
    const [searched, read] = await Promise.all([
      search(context, lease, ofKind(steps, 'search')),
      readAll(context, lease, ofKind(steps, 'read')),
    ]);
    items = [...searched, ...read].filter((item) => item !== null);
  }
}

/** Does something for everybody; a person on whom the bridge itself fails stops nobody else. */
async function each<Input extends PersonRecord | Item, Output>(
  context: Context,
  lease: Lease,
  inputs: readonly Input[],
  work: (input: Input) => Promise<Output>,
): Promise<readonly Output[]> {
  const outputs: Output[] = [];
  for (const input of inputs) {
    try {
      outputs.push(await work(input));
    } catch (error) {
      const { person } = 'record' in input ? input.record : input;
      context.log.error({ err: error, person: person.id }, 'a person could not be planned');
      await write(context, lease, person.id, ({ provisioning }) => afterDefect(context, provisioning));
    }
  }
  return outputs;
}

function ofKind<Kind extends Plan['kind']>(steps: readonly Step[], kind: Kind): readonly Step<Kind>[] {
  return steps.filter((one): one is Step<Kind> => one.step.kind === kind);
}

/** What the guard holds is not sent. */
async function guarded(context: Context, lease: Lease, steps: readonly Step[]): Promise<readonly Step[]> {
  const losing = ofKind(steps, 'send')
    .map(({ item, step }) => ({ item, keys: unguardedKeys(item.record, step.difference) }))
    .filter(({ keys }) => keys.length > 0);
  const asked = await askGuard(context, lease, losing);
  return steps.map((one) => {
    const item = asked.get(one.item.record.person.id);
    return item === undefined ? one : nextStep(item);
  });
}

/** Somebody with an operation still open in Concur is only ever overtaken by a deactivation. */
function nextStep(item: Item): Step {
  const step = planItem(item);
  const overtakes = step.kind === 'send' && step.deactivation;
  const waits = item.record.provisioning.openOperations > 0 && !overtakes;
  return { item, step: waits ? WAIT_FOR_CONCUR : step };
}

const WAIT_FOR_CONCUR: Rest = { kind: 'rest', state: 'processing', reason: null, message: null };

/**
 * A person rests only if the plan still says so inside the transaction: a client, a confirmation or a
 * manager who now exists may have changed it since.
 */
async function putToRest(
  { store, concur, clock, settings }: Context,
  lease: Lease,
  resting: readonly Step<'rest'>[],
): Promise<void> {
  if (resting.length === 0) return;
  const itemOf = new Map(resting.map(({ item }) => [item.record.person.id, item]));
  await store.commit(
    {
      lease: lease.token,
      people: [...itemOf.keys()],
      decide: async (record, resolve) => {
        const wanted = await wantedOf(record, settings, resolve, concur.granted());
        const known = stillKnown(itemOf.get(record.person.id), record);
        const { step } = nextStep({ record, wanted, known });
        if (step.kind !== 'rest') return { state: 'queued', due: clock() };
        return {
          ...atRest(record.provisioning, deliverable(wanted, record.provisioning), step),
          attempts: 0,
        };
      },
    },
    clock(),
  );
}

/**
 * What a claim found out, unless a request was settled since whose outcome is not known: what it touched is to be read
 * again, and not to be taken for what cannot be read.
 */
function stillKnown(item: Item | undefined, { provisioning }: PersonRecord): Known {
  if (item === undefined) return NOTHING_KNOWN;
  const before = new Set(item.record.provisioning.applied.unknown);
  return provisioning.applied.unknown.every((extension) => before.has(extension))
    ? item.known
    : NOTHING_KNOWN;
}

async function search(
  context: Context,
  lease: Lease,
  searching: readonly Step<'search'>[],
): Promise<readonly (Item | null)[]> {
  if (searching.length === 0) return [];
  const results = await searchAll(
    context,
    searching.map(({ item }) => item),
  );
  return Promise.all(
    results.map(async (result): Promise<Item | null> => {
      const { item } = result;
      switch (result.kind) {
        case 'absent':
          return markAbsent(context, lease, item);
        case 'decided':
          // What was found for other keys than the person now has says nothing.
          return continueWith(context, lease, item, ({ person }) =>
            person.version === item.record.person.version
              ? result.update
              : { state: 'queued', due: context.clock() },
          );
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
    ({ provisioning: { refused } }) => {
      const standing = refused[CORE];
      // An admin who retried meanwhile has voided the refusal.
      return standing === undefined
        ? { state: 'sending', refused }
        : { state: 'sending', refused: { ...refused, [CORE]: { ...standing, searched: true } } };
    },
    known,
  );
}

async function readAll(
  context: Context,
  lease: Lease,
  reading: readonly Step<'read'>[],
): Promise<readonly (Item | null)[]> {
  const inTurn = pLimit(READS_AT_ONCE);
  return Promise.all(
    reading.map(({ item, step }) => inTurn(() => readBack(context, lease, item, step.services))),
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
    ({ provisioning }) => {
      if (outcome.kind === 'missing' && item.wanted.deletion !== undefined) return deleted(context.clock());
      if (outcome.kind !== 'read') return afterFailure(context, provisioning, outcome);
      return { ...refresh(provisioning, outcome, services), state: 'sending' };
    },
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
  const update = await write(context, lease, item.record.person.id, decide);
  return update?.state === 'sending' ? advance(item, update, known) : null;
}

/** Writes one decision about one person; null when the lease was lost and nothing was written. */
async function write(
  { store, clock }: Context,
  lease: Lease,
  personId: string,
  decide: (record: PersonRecord) => ProvisioningUpdate,
): Promise<ProvisioningUpdate | null> {
  let written: ProvisioningUpdate | null = null;
  await store.commit(
    {
      lease: lease.token,
      people: [personId],
      decide: async (record) => {
        written = decide(record);
        return written;
      },
    },
    clock(),
  );
  return written;
}
