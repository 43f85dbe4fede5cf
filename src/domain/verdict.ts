import { attributesOf, type Difference, difference, isEmpty, restrict } from './difference.ts';
import { attributeNames, explanations } from './explanation.ts';
import { CORE, EXTENSIONS, type Extension, serviceOf } from './extensions.ts';
import type { PersonRecord, Refusal } from './person.ts';
import { type Known, plan, type Wanted } from './plan.ts';
import { extensionOf, sameValue, select } from './profile.ts';
import { attributeIn, isWordless, messageOf, standingRefusals } from './refusal.ts';

/** What Concur says of the identity part of what a person's version asks for. */
export type Verdict =
  /** Concur holds it. */
  | { readonly kind: 'confirmed' }
  /** Concur refused it, and nothing is under way that could change that. */
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** It is being asked for, or due to be. */
  | { readonly kind: 'open' }
  /** Nothing is to be expected soon: the version is no longer the present one, or something else stands in the way. */
  | { readonly kind: 'none' };

/** A person with what is wanted of Concur for them. */
export interface Asked {
  readonly record: PersonRecord;
  readonly wanted: Wanted;
}

const EVERYTHING_READ: Known = { absent: false, read: new Set(EXTENSIONS.map(serviceOf)) };

/**
 * Concur's verdict on identity, as far as it is known.
 *
 * @param version the version of the person that it is to be about
 * @param now in ms since the epoch
 */
export function verdictOn({ record, wanted }: Asked, version: number, now: number): Verdict {
  const { person, provisioning } = record;
  const { state, due, concurId } = provisioning;
  if (person.version !== version) return { kind: 'none' };
  const underWay = state === 'sending';
  const refusal = standingRefusals(provisioning.refused, wanted).get(CORE);
  // A new user whose name is taken is looked for once more: a lost create may have arrived after all.
  const isFinal = refusal !== undefined && (concurId !== null || !refusal.uniqueness || refusal.searched);
  if (isFinal && !underWay) return { kind: 'refused', refusal };
  if (!isFinal && isIn({ record, wanted })) return { kind: 'confirmed' };
  const next = plan(record, wanted, EVERYTHING_READ);
  const isToDo = next.kind !== 'rest' || isIdentityUnknown(record);
  const isDue = state === 'queued' && due !== null && due <= now && isToDo;
  return { kind: underWay || isDue ? 'open' : 'none' };
}

/** Whether Concur holds the identity part of what is wanted, whatever became of the other parts. */
function isIn(asked: Asked): boolean {
  const { record, wanted } = asked;
  if (record.provisioning.concurId === null || isIdentityUnknown(record)) return false;
  const next = plan(record, wanted, EVERYTHING_READ);
  if (next.kind === 'send') return !next.deactivation && isEmpty(restrict(next.difference, isIdentity));
  return next.kind === 'rest' && (next.state === 'in_sync' || next.state === 'partial');
}

/**
 * Whether everything that Concur refused was asked for by one write: nothing else of identity was open before it, or
 * Concur names what it refused, and the write changed all of that.
 *
 * @param before the person as they were before the write; null for somebody who is new
 */
export function isOfOneWrite(refusal: Refusal, before: Asked | null, after: Asked): boolean {
  // An answer that cannot be read may be a gateway's, and is no reason to tell a client.
  if (isWordless(refusal)) return false;
  if (before === null || isEmpty(openIdentity(before))) return true;
  const changed = new Set(changedBetween(before, after).map(attributeIn));
  return (
    refusal.messages.length > 0 &&
    refusal.messages.every(({ schemaPath }) => schemaPath !== null && changed.has(attributeIn(schemaPath)))
  );
}

/**
 * A refusal in words: `message`, Concur's own; and for the client whose write it is about `detail`, which also names the
 * attributes, and says what the bridge knows of them.
 */
export function refusalInWords(
  refusal: Refusal,
  before: Asked | null,
  after: Asked,
): { readonly message: string; readonly detail: string } {
  const message = messageOf(refusal);
  const paths = refusal.messages.flatMap(({ schemaPath }) =>
    schemaPath === null ? [] : (attributeIn(schemaPath) ?? []),
  );
  const changed = before === null ? [] : attributeNames(changedBetween(before, after));
  const names = [...new Set(paths.length > 0 ? paths : changed)];
  const ours = explanations(refusal).join(' ');
  const about = names.length > 0 ? `${names.join(', ')}: ` : '';
  return { message, detail: `${about}${message}${ours === '' ? '' : ` – ${ours}`}` };
}

function changedBetween(before: Asked, after: Asked): readonly string[] {
  const [old, now] = [before, after].map(({ wanted }) => ({ ...wanted.initial, ...wanted.profile }));
  const keys = new Set([...Object.keys(old ?? {}), ...Object.keys(now ?? {})]);
  const changed = [...keys].filter((key) => !sameValue(key, old?.[key], now?.[key]));
  return attributesOf({ set: {}, remove: changed }).filter((key) => isIdentity(extensionOf(key)));
}

/** What of identity Concur does not hold, refused or not; all of it where that is not known. */
function openIdentity({ record, wanted }: Asked): Difference {
  const { applied, owned } = record.provisioning;
  const waiting = new Set(wanted.waiting.map(({ key }) => key));
  const held = isIdentityUnknown(record) ? {} : applied.profile;
  const removable = new Set(owned.filter((key) => !waiting.has(key)));
  const visible = { ...wanted, initial: select(wanted.initial, (key) => isIdentity(extensionOf(key))) };
  return restrict(difference(visible, held, removable), isIdentity);
}

function isIdentityUnknown({ provisioning }: PersonRecord): boolean {
  return provisioning.applied.unknown.some(isIdentity);
}

function isIdentity(extension: Extension): boolean {
  return serviceOf(extension) === 'identity';
}
