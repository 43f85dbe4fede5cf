import { excerpt, invalidValue, ScimError } from '../error.ts';
import type { BulkEntry, BulkOperation } from './message.ts';
import { bulkIdOf, withoutReferences } from './reference.ts';

/** One operation with every reference replaced by the id that it stands for. */
export interface ResolvedOperation extends BulkOperation {
  /** Whom it is for; for a POST the id that the resource is to have. */
  readonly target: string;
  /** Whether it is carried out, in a circle, before something that it refers to is there. */
  readonly isAhead: boolean;
}

/** One operation in the order in which they are carried out. */
export interface BulkStep {
  /** The place of the operation in the request. */
  readonly index: number;
  /** The operation as it was sent. */
  readonly entry: BulkEntry;
  /** What is to be done, or what forbids it. */
  readonly operation: ResolvedOperation | ScimError;
  /** The places of the operations that create what this one refers to. */
  readonly needs: readonly number[];
}

/**
 * The operations of a Bulk, resolved, in the order in which they are carried out: that of the request, since a
 * client may rely on it (a userName given up and then taken), except that a create comes before what refers to it.
 * In a circle (RFC 7644 §3.7.1) that is not possible for all; there a reference holds an id before its resource is.
 *
 * @param newId makes the id of a resource to be created, a UUID
 */
export function planBulk(entries: readonly BulkEntry[], newId: () => string): readonly BulkStep[] {
  const creates = createsOf(entries, newId);
  const steps = entries.map((entry, index) => resolve(entry, index, creates));
  return inOrder(steps);
}

/** An operation that creates a resource. */
interface Create {
  readonly index: number;
  readonly id: string;
}

/** Whatever a POST's data is worth: what refers to it has then something to fail with. */
function createsOf(entries: readonly BulkEntry[], newId: () => string): ReadonlyMap<string, Create> {
  const creates = new Map<string, Create>();
  for (const [index, { method, bulkId }] of entries.entries()) {
    if (method?.toUpperCase() !== 'POST' || bulkId === undefined || creates.has(bulkId)) continue;
    creates.set(bulkId, { index, id: newId() });
  }
  return creates;
}

function resolve(entry: BulkEntry, index: number, creates: ReadonlyMap<string, Create>): BulkStep {
  const { operation, bulkId = '' } = entry;
  if (operation instanceof ScimError) return { index, entry, operation, needs: [] };
  const needs = new Set<number>();
  const idOf = (reference: string): string => {
    const create = creates.get(reference);
    if (create === undefined) {
      throw invalidValue(`No POST of this request has the bulkId "${excerpt(reference)}".`);
    }
    if (create.index !== index) needs.add(create.index);
    return create.id;
  };
  try {
    const { target } = operation;
    const reference = target === null ? bulkId : bulkIdOf(target);
    const id = reference === null ? target : idOf(reference);
    if (id === null) throw new Error('An operation is for somebody or creates somebody');
    const data = withoutReferences(operation.data, idOf);
    return { index, entry, operation: { ...operation, target: id, data, isAhead: false }, needs: [...needs] };
  } catch (error) {
    if (error instanceof ScimError) return { index, entry, operation: error, needs: [] };
    throw error;
  }
}

function inOrder(steps: readonly BulkStep[]): readonly BulkStep[] {
  const ordered: BulkStep[] = [];
  const begun = new Set<number>();
  const place = (step: BulkStep | undefined) => {
    if (step === undefined || begun.has(step.index)) return;
    begun.add(step.index);
    for (const need of step.needs) place(steps[need]);
    ordered.push(step);
  };
  for (const step of steps) place(step);

  const done = new Set<number>();
  return ordered.map((step) => {
    done.add(step.index);
    const isAhead = step.needs.some((need) => !done.has(need));
    if (!isAhead || step.operation instanceof ScimError) return step;
    return { ...step, operation: { ...step.operation, isAhead } };
  });
}

/**
 * The steps from `start` on that can be carried out together: at most so many, of one resource type, and none that
 * needs another of them. What is wrong anyway goes with any.
 */
export function nextBatch(steps: readonly BulkStep[], start: number, most: number): readonly BulkStep[] {
  const batch: BulkStep[] = [];
  const places = new Set<number>();
  let type: BulkOperation['type'] | undefined;
  for (const step of steps.slice(start, start + most)) {
    const own = step.operation instanceof ScimError ? type : step.operation.type;
    if ((type !== undefined && own !== type) || step.needs.some((need) => places.has(need))) break;
    type = own;
    batch.push(step);
    places.add(step.index);
  }
  return batch;
}
