import { ENTERPRISE, SPEND, SPEND_APPROVER, SPEND_DELEGATE, TRAVEL } from '../domain/extensions.ts';
import type { JsonValue } from '../domain/json.ts';
import { LISTS, PRIMARY } from '../domain/lists.ts';
import type { Applied, PersonRecord, Provisioning } from '../domain/person.ts';
import type { Gap, Waiting } from '../domain/plan.ts';
import type { Referenced } from '../domain/ports.ts';
import {
  type AttributeKey,
  attributeOf,
  BI_MANAGER,
  type Profile,
  sameValue,
  select,
} from '../domain/profile.ts';
import { roleCodes } from '../domain/roles.ts';

/** A value that names a person by SCIM id, externalId, userName or employee number. */
export interface Reference {
  readonly key: AttributeKey;
  readonly reference: string;
  /** The role that Concur requires of the person before it takes the value; absent: it has the last word. */
  readonly role?: string;
  /** The same where the person is the manager too, who is given the role as that. */
  readonly roleOfManager?: string;
  /** As what it is sent where it names nobody who is here; absent: it waits until somebody is. */
  readonly otherwise?: 'value' | 'employeeNumber';
}

/** The key of the manager, who is named by a reference. */
export const MANAGER: AttributeKey = `${ENTERPRISE}:manager.value`;

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** Tells whether a text has the form of Concur's UUIDs. */
export function isConcurUuid(text: string): boolean {
  return UUID.test(text);
}

const NAMED = new RegExp(
  `^(?:${SPEND}:biManager|${TRAVEL}:manager|${SPEND_APPROVER}:\\w+\\[.*\\]\\.approver|${SPEND_DELEGATE}:\\w+\\[.*\\]\\.delegate)` +
    '\\.(value|employeeNumber)$',
  's',
);

/**
 * Takes the people out of a profile that a client sent in Concur's own extensions. Somebody who is nobody here is sent
 * as the client named them: by Concur's UUID or, as far as Concur can tell the elements of a list apart, employee number.
 */
export function withoutNamed(sent: Profile): {
  readonly profile: Profile;
  readonly references: readonly Reference[];
} {
  const references: Reference[] = [];
  const named = Object.keys(sent).filter((key) => NAMED.test(key));
  if (named.length === 0) return { profile: sent, references };
  for (const key of named) {
    const name = sent[key];
    const by = key.endsWith('.value') ? 'value' : 'employeeNumber';
    const value = `${key.slice(0, -by.length)}value`;
    if (by === 'employeeNumber' && sent[value] !== undefined) continue;
    const isSentByNumber = by === 'employeeNumber' && labelOf(value) === null;
    const isUuid = by === 'value' && isConcurUuid(String(name));
    references.push({
      key: value,
      reference: String(name),
      ...(isUuid ? { otherwise: 'value' } : isSentByNumber ? { otherwise: 'employeeNumber' } : {}),
    });
  }
  return { profile: select(sent, (key) => !NAMED.test(key)), references };
}

/** A profile with the people in it as Concur knows them. */
interface Placed {
  readonly profile: Profile;
  readonly waiting: readonly Waiting[];
  readonly gaps: readonly Gap[];
}

/**
 * Puts the people whom references name into a profile, by their Concur UUIDs. Somebody who is not yet what Concur
 * requires of them is waited for in that value alone; no approver is waited for by whoever is to have no access.
 *
 * @param found whom the references stand for
 */
export function placeReferences(
  profile: Profile,
  references: readonly Reference[],
  found: ReadonlyMap<string, Referenced>,
  { person, provisioning }: Pick<PersonRecord, 'person' | 'provisioning'>,
): Placed {
  const values = new Map<AttributeKey, JsonValue>(Object.entries(profile));
  const waiting: Waiting[] = [];
  const gaps: Gap[] = [];
  const manager = references.find(({ key }) => key === MANAGER)?.reference;
  const managerId = manager === undefined ? undefined : found.get(manager)?.personId;
  for (const { key, reference, otherwise, ...one } of references) {
    const referenced = found.get(reference);
    const isManager = managerId !== undefined && referenced?.personId === managerId;
    const role = one.role ?? (isManager ? one.roleOfManager : undefined);
    const isOneself = referenced?.personId === person.id;
    if (referenced === undefined && otherwise !== undefined) {
      place(
        values,
        `${key.slice(0, -'value'.length)}${otherwise}`,
        otherwise === 'value' ? reference.toLowerCase() : reference,
      );
    } else if (key === BI_MANAGER && (isOneself || isBelow(referenced, provisioning.concurId))) {
      take(values, key);
      gaps.push({
        extension: SPEND,
        why: `biManager: ${reference} stands below this person already, and Concur takes no circles: it is left out`,
        leavesRest: true,
      });
    } else if (role !== undefined && isOneself) {
      // Somebody who is named as their own manager approves nothing for themselves.
      take(values, key);
    } else {
      const until = lackOf(referenced, key, role, provisioning.applied);
      if (until === null && referenced?.concurId != null) place(values, key, referenced.concurId);
      else if (role !== undefined && profile.active === false) stay(values, key, provisioning);
      else {
        take(values, key);
        waiting.push({ key, reference: reference.toLowerCase(), until: until ?? NOT_IN_CONCUR });
      }
    }
  }
  return {
    profile: Object.fromEntries([...values].filter(([key]) => isOfSomebody(key, values))),
    waiting,
    gaps,
  };
}

const NOT_HERE = 'who is not here yet';
const NOT_IN_CONCUR = 'whom Concur does not hold yet';

/** What Concur requires of a person and they lack, as the end of "Waits for …, "; null: nothing. */
function lackOf(
  referenced: Referenced | undefined,
  key: AttributeKey,
  role: string | undefined,
  applied: Applied,
): string | null {
  if (referenced === undefined) return NOT_HERE;
  if (referenced.concurId === null) return NOT_IN_CONCUR;
  const isThere = sameValue(key, applied.profile[key], referenced.concurId);
  if (role === undefined || isThere) return null;
  if (!referenced.hasAccess) return 'who has no access';
  return roleCodes(Object.keys(referenced.applied.profile)).includes(role)
    ? null
    : `whom Concur does not hold with the role ${role} yet`;
}

/** Whether somebody stands below a Concur user by `biManager`. */
function isBelow(referenced: Referenced | undefined, concurId: string | null): boolean {
  return concurId !== null && referenced?.above.includes(concurId) === true;
}

/** Elements of lists of people are named by UUID, but for the primary approver: whoever is in the brackets stands for them. */
function labelOf(key: AttributeKey): string | null {
  const attribute = attributeOf(key);
  const list = LISTS[attribute];
  if (list?.kind !== 'objects' || list.person === undefined) return null;
  const label = key.slice(attribute.length + 1, key.lastIndexOf(']'));
  return label === PRIMARY ? null : label;
}

/** What is said of an element of a list of people goes with whom it is about. */
function isOfSomebody(key: AttributeKey, values: ReadonlyMap<AttributeKey, JsonValue>): boolean {
  const attribute = attributeOf(key);
  const list = LISTS[attribute];
  if (list?.kind !== 'objects' || list.person === undefined) return true;
  const element = key.slice(0, key.lastIndexOf(']') + 1);
  return list.essential.some((name) => values.has(`${element}.${name}`));
}

function place(values: Map<AttributeKey, JsonValue>, key: AttributeKey, name: string): void {
  const label = labelOf(key);
  if (label === null) {
    values.set(key, name);
    return;
  }
  const [old, own] = [`${attributeOf(key)}[${label}]`, `${attributeOf(key)}[${name}]`];
  for (const [each, value] of [...values]) {
    if (!each.startsWith(`${old}.`)) continue;
    values.delete(each);
    values.set(`${own}${each.slice(old.length)}`, value);
  }
  values.set(`${own}${key.slice(old.length)}`, name);
}

/** Nobody is given a role for the sake of somebody without access: what we had set for those stays. */
function stay(
  values: Map<AttributeKey, JsonValue>,
  key: AttributeKey,
  { applied, owned }: Pick<Provisioning, 'applied' | 'owned'>,
): void {
  const held = applied.profile[key];
  if (held !== undefined && owned.includes(key)) values.set(key, held);
  else take(values, key);
}

function take(values: Map<AttributeKey, JsonValue>, key: AttributeKey): void {
  const label = labelOf(key);
  const start = label === null ? null : `${attributeOf(key)}[${label}].`;
  for (const each of [...values.keys()]) {
    if (each === key || (start !== null && each.startsWith(start))) values.delete(each);
  }
}
