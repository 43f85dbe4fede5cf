import { excerpt, ScimError } from '../error.ts';
import { type BulkStep, nextBatch, type ResolvedOperation } from './plan.ts';

/**
 * How many operations are accepted in one transaction at most; between two, other requests have their turn. Measured
 * with 1,000 creates on SQLite: 100 take as long altogether, and make the others wait twice as long.
 */
const BATCH = 25;

/** How many are the first, of which nobody knows how long they take. */
const FIRST_BATCH = 5;

/**
 * How long one transaction should take, in ms. What an operation takes is seen when it is done: to patch a person of
 * 1 MB takes as long as to create ten.
 */
const BATCH_TIME = 50;

/** What became of one operation: the version that its resource has then, or what it failed with. */
export type BulkOutcome =
  | { readonly kind: 'written'; readonly version: number }
  | { readonly kind: 'failed'; readonly error: unknown };

/** The door through which the operations of a Bulk go. */
export interface BulkWriter {
  /** Carries these out in this order, all of one resource type, and says what became of each. */
  write(operations: readonly ResolvedOperation[]): Promise<readonly BulkOutcome[]>;
  /** Whether what an operation asks for is refused whatever else is there. */
  isRefused(operation: ResolvedOperation): boolean;
}

/**
 * Carries out the operations of a Bulk (RFC 7644 §3.7), and returns what became of those that were carried out, by
 * place in the request. After `failOnErrors` errors nothing more is. What refers to a resource that was not created
 * fails with 409. In a circle one side comes first: if the other is refused only then (its userName is taken), the
 * first stands, and refers to somebody who is not here. Fails when the writer does before anything was carried out.
 *
 * @param now a clock, in ms; how long operations took decides how many of the next are accepted together
 */
export async function carryOut(
  steps: readonly BulkStep[],
  failOnErrors: number,
  writer: BulkWriter,
  now: () => number,
): Promise<ReadonlyMap<number, BulkOutcome>> {
  const places = new Map(steps.map((step) => [step.index, step]));
  const outcomes = new Map<number, BulkOutcome>();

  // In a circle some come before what they need, and can only ask whether it will be refused anyway.
  const isLost = (need: number): boolean => {
    const outcome = outcomes.get(need);
    if (outcome !== undefined) return outcome.kind === 'failed';
    const operation = places.get(need)?.operation;
    return operation === undefined || operation instanceof ScimError || writer.isRefused(operation);
  };
  const permitted = ({ operation, needs }: BulkStep): ResolvedOperation | ScimError => {
    const lost = needs.find(isLost);
    if (operation instanceof ScimError || lost === undefined) return operation;
    // What is wrong with itself says more, above all where a circle falls because of it.
    return writer.isRefused(operation) ? operation : notCreated(places.get(lost)?.entry.bulkId ?? '');
  };

  let errors = 0;
  let most = FIRST_BATCH;
  for (let next = 0; next < steps.length && errors < failOnErrors; ) {
    const begin = now();
    // No more at once than may fail: what comes after the last error must not have been carried out.
    const batch = nextBatch(steps, next, Math.min(most, failOnErrors - errors));
    const ready: { readonly index: number; readonly operation: ResolvedOperation }[] = [];
    for (const step of batch) {
      const operation = permitted(step);
      if (!(operation instanceof ScimError)) ready.push({ index: step.index, operation });
      else outcomes.set(step.index, { kind: 'failed', error: operation });
    }
    const operations = ready.map(({ operation }) => operation);
    const written = await writer.write(operations).catch((error: unknown) => {
      // The client can send the whole again as long as nothing was carried out.
      if (next === 0) throw error;
      return operations.map((): BulkOutcome => ({ kind: 'failed', error }));
    });
    for (const [place, { index }] of ready.entries()) {
      const outcome = written[place];
      if (outcome === undefined) throw new Error('An operation has no outcome');
      outcomes.set(index, outcome);
    }
    errors += batch.filter(({ index }) => outcomes.get(index)?.kind === 'failed').length;
    next += batch.length;
    most = sizeFor((now() - begin) / batch.length);
  }
  return outcomes;
}

/** How many operations are accepted together where one takes so many ms. */
function sizeFor(time: number): number {
  return Math.max(1, Math.min(BATCH, Math.floor(BATCH_TIME / Math.max(time, 1))));
}

/** RFC 7644 §3.7.1: a reference that cannot be resolved is a conflict. */
function notCreated(bulkId: string): ScimError {
  const detail = `Nothing was changed: "bulkId:${excerpt(bulkId)}" was not created, see its own result.`;
  return new ScimError(409, undefined, detail);
}
