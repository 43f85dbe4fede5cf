import { applyDifference, type Desired, extensionsOf, restrict } from './difference.ts';
import { EXTENSIONS, type Extension, isExtension, type Service, serviceOf } from './extensions.ts';
import { withConfirmed, withoutKept } from './kept.ts';
import type { ExtensionResult, ExtensionVerdict } from './outcome.ts';
import type { Applied, ConcurMessage, Operation, Provisioning } from './person.ts';
import type { OperationState, ProfileRead, ProvisioningUpdate } from './ports.ts';
import { type AttributeKey, extensionOf, type Profile, sameValue, select } from './profile.ts';
import { partOf, type Refusals, withoutRefusal, withRefusal } from './refusal.ts';

/**
 * Judges Concur's results for one operation, for the extensions that were sent. A `no-op` beside a
 * failure is no success: it may mean that something upstream failed and this part was blocked
 * (User Provisioning, "Result Response").
 */
export function judge(
  sent: readonly Extension[],
  results: readonly ExtensionResult[],
  operationSucceeded: boolean,
): readonly ExtensionVerdict[] {
  const failures = results.filter(isFailure);
  const clean = failures.length === 0 && !results.some(isPassing);
  const identityFailures = failures.filter(({ extension }) => isIdentity(extension));
  return sent.map((extension): ExtensionVerdict => {
    const result = results.find((one) => one.extension === extension);
    if (result !== undefined && isFailure(result)) {
      return { extension, verdict: 'refused', messages: result.messages };
    }
    if (isIdentity(extension) && identityFailures.length > 0) {
      return {
        extension,
        verdict: 'refused',
        messages: identityFailures.flatMap(({ messages }) => messages),
      };
    }
    if (result === undefined) return { extension, verdict: operationSucceeded ? 'applied' : 'unknown' };
    if (result.result === 'success') return { extension, verdict: 'applied' };
    return { extension, verdict: result.result === 'no-op' && clean ? 'applied' : 'unknown' };
  });
}

/** The state of an operation, from the verdicts on what it sent. */
export function operationState(verdicts: readonly ExtensionVerdict[]): OperationState {
  const has = (wanted: ExtensionVerdict['verdict']) => verdicts.some(({ verdict }) => verdict === wanted);
  if (!has('refused')) return has('unknown') ? 'unknown' : 'applied';
  return has('applied') ? 'partial' : 'refused';
}

/**
 * What changes about a person once Concur has given its verdicts on an operation: applied moves for
 * what succeeded, and whatever else was sent is unknown until it is read back.
 */
export function settle(
  provisioning: Provisioning,
  operation: Operation,
  concurId: string | null,
  verdicts: readonly ExtensionVerdict[],
  now: number,
): ProvisioningUpdate {
  const taken = new Set(
    verdicts.filter(({ verdict }) => verdict === 'applied').map(({ extension }) => extension),
  );
  const confirmed = restrict(operation.difference, (extension) => taken.has(extension));
  const profile = applyDifference(provisioning.applied.profile, confirmed);
  const unsettled = verdicts.filter(({ verdict }) => verdict !== 'applied').map(({ extension }) => extension);
  const unknown = provisioning.applied.unknown.filter(
    (extension) => operation.method === 'PATCH' || !taken.has(extension),
  );
  const applied: Applied = { profile, unknown: [...new Set([...unknown, ...unsettled])] };
  const refused = verdicts.reduce<Refusals>((refusals, verdict) => {
    if (verdict.verdict === 'applied') return withoutRefusal(refusals, verdict.extension);
    if (verdict.verdict === 'unknown') return refusals;
    const { extension, messages, uniqueness } = verdict;
    const all = withRefusal(refusals, operation, extension, messages, now, uniqueness);
    // What was taken when it was refused may have been given up since: it is sent once more.
    const mayBeFree = all[partOf(extension)]?.uniqueness === true && provisioning.due !== null;
    return mayBeFree ? withoutRefusal(all, extension) : all;
  }, provisioning.refused);
  const confirmations = withConfirmed(provisioning.confirmed, confirmed);
  // What may have been carried out is ours if it is found to be there.
  const possible = restrict(operation.difference, (extension) =>
    verdicts.some((one) => one.extension === extension && one.verdict === 'unknown'),
  );
  const set = { ...possible.set, ...confirmed.set };
  return {
    concurId: concurId ?? provisioning.concurId,
    applied,
    owned: ownedAfter({ ...provisioning, applied, confirmed: confirmations }, set, operation.initial),
    refused,
    confirmed: confirmations,
    ...(taken.size > 0 ? { lastConfirmed: now, attempts: 0 } : {}),
  };
}

/**
 * What changes when the outcome of an operation is not known: its parts are unknown until they are
 * read, and so is `active` if the operation would have given access. What it set counts as ours.
 */
export function forget(provisioning: Provisioning, operation: Operation): ProvisioningUpdate {
  const unknown = new Set([...provisioning.applied.unknown, ...extensionsOf(operation.difference)]);
  const applied: Applied = { profile: whileOpen(provisioning, operation), unknown: [...unknown] };
  const owned = ownedAfter({ ...provisioning, applied }, operation.difference.set, operation.initial);
  return { applied, owned };
}

/**
 * What is known of a profile while an operation is open: one that gives access may take effect at any
 * moment, so that a deactivation must not be spared because Concur last said `active: false`.
 */
export function whileOpen({ applied }: Provisioning, { difference }: Operation): Profile {
  return select(applied.profile, (key) => key !== 'active' || difference.set.active !== true);
}

/**
 * What changes when services of Concur have been read for a person. A part that the scopes do not
 * let us read keeps its last confirmed values, and stays unknown.
 */
export function refresh(
  provisioning: Provisioning,
  { profile: read, unreadable }: ProfileRead,
  services: readonly Service[],
): ProvisioningUpdate {
  const asked = EXTENSIONS.filter((extension) => services.includes(serviceOf(extension)));
  const isRead = (key: AttributeKey) => {
    const extension = extensionOf(key);
    return asked.includes(extension) && !unreadable.includes(extension);
  };
  const profile = { ...select(provisioning.applied.profile, (key) => !isRead(key)), ...select(read, isRead) };
  return {
    applied: {
      profile,
      unknown: provisioning.applied.unknown.filter(
        (extension) => !asked.includes(extension) || unreadable.includes(extension),
      ),
    },
    owned: provisioning.owned.filter((key) => !isRead(key) || profile[key] !== undefined),
    confirmed: withoutKept(provisioning.confirmed, profile, isRead),
  };
}

/**
 * The keys that are ours: a value that Concur already held and that is also desired becomes ours,
 * so that it is taken away when nobody asks for it any more.
 */
export function ownedWith(provisioning: Provisioning, desired: Desired): readonly AttributeKey[] {
  const { profile } = provisioning.applied;
  const equal = Object.keys(desired.profile).filter(
    (key) => profile[key] !== undefined && sameValue(key, profile[key], desired.profile[key]),
  );
  return [...new Set([...provisioning.owned, ...equal])].sort();
}

/** What was taken away stays ours until it is seen to be gone: Concur may not have kept that. */
function ownedAfter(
  { owned, applied: { profile, unknown }, confirmed }: Pick<Provisioning, 'owned' | 'applied' | 'confirmed'>,
  set: Profile,
  initial: readonly AttributeKey[],
): readonly AttributeKey[] {
  const asked = Object.keys(set).filter((key) => !initial.includes(key));
  const mayBeThere = (key: AttributeKey) =>
    profile[key] !== undefined || unknown.includes(extensionOf(key)) || confirmed[key]?.value === null;
  return [...new Set([...owned, ...asked])].filter(mayBeThere).sort();
}

/**
 * What was not processed because another part failed was not refused itself, and neither was what
 * Concur failed to do by its own fault or for lack of time.
 */
function isFailure(result: ExtensionResult): boolean {
  if (result.result === 'not-processed' || isPassing(result)) return false;
  return result.result === 'error' || (result.completed && result.success === false);
}

/** An error that passes by itself: a status of the server's, or words that SAP documents as such. */
function isPassing({ extension, code, messages }: ExtensionResult): boolean {
  const words = messages.map((one) => `${one.code ?? ''} ${one.message}`).join(' ');
  // A user who is not there any more is found to be missing by the read that follows.
  if (code === '404' && isIdentity(extension)) return true;
  return /^(408|429|5\d\d)$/.test(code ?? '') || /deadlock|request limit|timed? ?out/i.test(words);
}

function isIdentity(extension: string): boolean {
  return isExtension(extension) && serviceOf(extension) === 'identity';
}

/** Whether a path of Concur's is an extension, or an attribute of it. */
function isIn(extension: Extension, schemaPath: string | null): boolean {
  return schemaPath === extension || schemaPath?.startsWith(`${extension}:`) === true;
}

/**
 * Which of the parts sent a refusal of the whole operation is about: those that Concur's messages
 * name, else identity, which Concur checks first.
 */
export function refusedParts(
  sent: readonly Extension[],
  messages: readonly ConcurMessage[],
): readonly Extension[] {
  const named = sent.filter((extension) => messages.some(({ schemaPath }) => isIn(extension, schemaPath)));
  if (named.length > 0) return named;
  const identity = sent.filter(isIdentity);
  return identity.length > 0 ? identity : sent;
}
