import type { MappingSettings } from '../../domain/connection.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { PersonRecord } from '../../domain/person.ts';
import type { Directory, Write, WriteResult } from '../../scim/directory.ts';
import type { ScimError } from '../../scim/error.ts';
import { refusalOf } from './refusal.ts';

type Change = Extract<Write, { kind: 'change' }>;

/** How often a change is checked anew because somebody else was quicker; the last time it goes through. */
const MOST_CHECKS = 5;

/** The person is no longer as they were when the change was checked. */
const STALE = new Error('The person was changed meanwhile');

/** What the writes of one batch know of each other. */
interface Batch {
  readonly read: Map<string, Promise<PersonRecord | null>>;
  /** People of whom a write is to be checked anew: what comes after it waits for it. */
  readonly stale: Set<string>;
}

/** A write with what the check made of it. */
type Checked =
  | { readonly kind: 'refused'; readonly error: ScimError }
  | { readonly kind: 'passed'; readonly write: Write };

/**
 * The directory behind a door that rejects what Concur would refuse for ever; `refusalOf` says what that is. The
 * mapping may wait, and never does inside a transaction: a change is checked against the person as they are, and
 * written only if they still are so.
 *
 * @param isSent whether a User is one for Concur at all: of others nothing is refused
 */
export function checkedDirectory(
  directory: Directory,
  settings: MappingSettings,
  isSent: (resource: JsonObject) => boolean = () => true,
): Directory {
  async function acceptChecked(writes: readonly Write[], checks: number): Promise<readonly WriteResult[]> {
    const batch: Batch = { read: new Map(), stale: new Set() };
    const checked = await Promise.all(writes.map((write) => check(write, batch)));
    const passed = checked.flatMap((one) => (one.kind === 'passed' ? [one.write] : []));
    const written = (passed.length === 0 ? [] : await directory.accept(passed)).values();
    const results: WriteResult[] = [];
    for (const [index, write] of writes.entries()) {
      const one = checked[index];
      const result: WriteResult | undefined =
        one?.kind === 'refused' ? { kind: 'rejected', error: one.error } : written.next().value;
      if (result === undefined) throw new Error('The directory gave no result for a write');
      const isStale = result.kind === 'rejected' && result.error === STALE;
      results.push(isStale ? await again(write, checks) : result);
    }
    return results;
  }

  async function again(write: Write, checks: number): Promise<WriteResult> {
    const [result] =
      checks < MOST_CHECKS ? await acceptChecked([write], checks + 1) : await directory.accept([write]);
    if (result === undefined) throw new Error('The directory gave no result for a write');
    return result;
  }

  async function check(write: Write, batch: Batch): Promise<Checked> {
    if (write.kind === 'change') return { kind: 'passed', write: await checkedChange(write, batch) };
    const error = isSent(write.resource) ? await refusalOf(null, write.resource, settings) : null;
    return error === null ? { kind: 'passed', write } : { kind: 'refused', error };
  }

  async function checkedChange(write: Change, { read, stale }: Batch): Promise<Change> {
    const reading = read.get(write.id) ?? directory.record(write.id);
    read.set(write.id, reading);
    const before = await reading;
    const decision = before === null ? null : decided(() => write.decide(before));
    const error =
      before !== null && decision?.kind === 'replace' && isSent(decision.resource)
        ? await refusalOf(before.person.resource, decision.resource, settings)
        : null;
    return {
      ...write,
      decide: (current) => {
        if (stale.has(write.id)) throw STALE;
        const final = write.decide(current);
        if (final.kind !== 'replace') return final;
        if (current.person.version !== before?.person.version) {
          stale.add(write.id);
          throw STALE;
        }
        if (error !== null) throw error;
        return final;
      },
    };
  }

  return { ...directory, accept: (writes) => acceptChecked(writes, 1) };
}

/** What a change would decide; null when it throws, as it then will inside the transaction. */
function decided<Result>(decide: () => Result): Result | null {
  try {
    return decide();
  } catch {
    return null;
  }
}
