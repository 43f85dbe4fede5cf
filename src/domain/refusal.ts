import { attributesOf, type Desired, type Difference } from './difference.ts';
import { CORE, type Extension, serviceOf } from './extensions.ts';
import type { ConcurMessage, Operation, Refusal } from './person.ts';
import { extensionOf, type Profile, sameValue, select } from './profile.ts';

/** What Concur refused and has not taken since, by the part that it refused. */
export interface Refusals {
  readonly [part: string]: Refusal;
}

/**
 * The part that a refusal of an extension concerns. Identity stands and falls as one: Concur
 * processes nothing of it when any of it is refused (User Provisioning, "Extension-Level Failures").
 */
export function partOf(extension: Extension): Extension {
  return serviceOf(extension) === 'identity' ? CORE : extension;
}

/**
 * Refusals that still stand: exactly what Concur refused is still desired. What was refused is not
 * sent again until something about it changes.
 */
export function standingRefusals(refused: Refusals, wanted: Desired): ReadonlyMap<Extension, Refusal> {
  const all = { ...wanted.initial, ...wanted.profile };
  const standing = new Map<Extension, Refusal>();
  for (const [part, refusal] of Object.entries(refused) as [Extension, Refusal][]) {
    if (sameProfile(atStake(all, part), atStake(refusal.desired, part))) standing.set(part, refusal);
  }
  return standing;
}

/**
 * The refusals after Concur refused (`messages`) a part of an operation.
 *
 * @param uniqueness Concur said by status or `scimType` that a value is taken, whatever its words
 */
export function withRefusal(
  refused: Refusals,
  operation: Operation,
  extension: Extension,
  messages: readonly ConcurMessage[],
  now: number,
  uniqueness = false,
): Refusals {
  const part = partOf(extension);
  const all = [...(refused[part]?.at === now ? refused[part].messages : []), ...messages];
  const refusal: Refusal = {
    desired: { ...atStake(operation.desired, part), ...activeAlone(operation) },
    messages: all,
    uniqueness: uniqueness || isUniqueness(all),
    searched: false,
    at: now,
  };
  return { ...refused, [part]: refusal };
}

/** The refusals after Concur took a part. */
export function withoutRefusal(refused: Refusals, extension: Extension): Refusals {
  const { [partOf(extension)]: _, ...others } = refused;
  return others;
}

/** What stands for Concur's words where its answer has none that can be read. */
export function wordless(status: number): string {
  return `Concur refused the request (HTTP ${status})`;
}

/** Whether nothing is known of a refusal but that it is one. */
export function isWordless({ messages }: Pick<Refusal, 'messages'>): boolean {
  return messages.every(({ message }) => /^Concur refused the request \(HTTP \d+\)$/.test(message));
}

/** Concur's own words about a refusal. */
export function messageOf({ messages }: Pick<Refusal, 'messages'>): string {
  return [...new Set(messages.map(({ message }) => message))].join(' ') || 'Concur gave no reason';
}

/** Concur says in words, not with one code, that a userName or an employee number is taken. */
export function isUniqueness(messages: readonly ConcurMessage[]): boolean {
  return messages.some(({ code, message }) =>
    /unique|already (exists|in use|taken|assigned)|duplicate/i.test(`${code} ${message}`),
  );
}

/** Tells whether Concur says that a value is taken, or names an attribute that was sent. */
export function isAboutValues(
  { messages, uniqueness }: Pick<Refusal, 'messages' | 'uniqueness'>,
  sent: Difference,
): boolean {
  const names = new Set(attributesOf(sent).map(attributeIn));
  return (
    uniqueness || messages.some(({ schemaPath }) => schemaPath !== null && names.has(attributeIn(schemaPath)))
  );
}

/** The attribute in a path, or in the key of one, without its schema, filter and sub-attribute. */
export function attributeIn(path: string): string | undefined {
  return path.replace(/\[.*/, '').split(':').at(-1)?.split('.')[0];
}

/** `active` is at stake only where Concur refused it though nothing else was sent with it. */
function activeAlone({ difference: { set, remove } }: Operation): Profile {
  const { active, ...others } = set;
  return active === undefined || Object.keys(others).length > 0 || remove.length > 0 ? {} : { active };
}

/** The values whose change makes a refusal void: all of the part but `active`, which goes alone. */
function atStake(desired: Profile, part: Extension): Profile {
  return select(desired, (key) => key !== 'active' && partOf(extensionOf(key)) === part);
}

function sameProfile(left: Profile, right: Profile): boolean {
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...keys].every((key) => sameValue(key, left[key], right[key]));
}
