import { applyDifference, attributesOf, type Difference } from '../domain/difference.ts';
import { CORE, ENTERPRISE, SPEND_ROLE } from '../domain/extensions.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../domain/json.ts';
import type { OutgoingOperation } from '../domain/ports.ts';
import {
  type AttributeKey,
  attributeOf,
  attributeValue,
  isComplex,
  isList,
  type Profile,
  unflatten,
} from '../domain/profile.ts';

const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const BULK_REQUEST = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';

const MANAGER = `${ENTERPRISE}:manager`;
const ROLES = `${SPEND_ROLE}:roles`;

/** Dates that Concur takes with a Z and answers without one (User Provisioning, "Enterprise User"). */
const DATES: ReadonlySet<AttributeKey> = new Set([
  `${ENTERPRISE}:startDate`,
  `${ENTERPRISE}:terminationDate`,
]);

/** One operation of a PATCH (RFC 7644 §3.5.2). */
interface PatchOperation {
  readonly op: 'replace' | 'remove';
  readonly path: string;
  readonly value?: JsonValue;
}

/** The body of `POST /Users`: the whole user, whose `schemas` are as in SAP's samples. */
export function encodeUser(profile: Profile): JsonObject {
  const written = Object.fromEntries(
    Object.entries(profile).map(([key, value]) => [key, DATES.has(key) ? withZ(value) : value]),
  );
  const user = unflatten(written);
  const roles = user[SPEND_ROLE];
  return {
    schemas: [CORE],
    ...user,
    ...(isJsonObject(roles) && roles.roles !== undefined
      ? { [SPEND_ROLE]: { roles: withRoleGroups(roles.roles) } }
      : {}),
  };
}

/**
 * The operations of a PATCH that makes `base` hold the difference. Minimal: one operation for each
 * value, or for each list, which is always replaced whole since SAP's pages disagree on what `add` does
 * to one. An attribute that becomes empty is removed.
 */
export function encodePatch(base: Profile, difference: Difference): readonly PatchOperation[] {
  const wanted = applyDifference(base, difference);
  return attributesOf(difference).flatMap((attribute): readonly PatchOperation[] => {
    if (isList(attribute)) return [operation(attribute, listOf(attribute, wanted, difference))];
    if (attribute === MANAGER) return [operation(attribute, managerOf(wanted))];
    // The parts of any other complex attribute belong together: rule class, payroll, a person.
    if (isComplex(attribute) && attribute !== 'name') {
      return [operation(attribute, attributeValue(wanted, attribute))];
    }
    return keysUnder(attribute, difference).map((key) => operation(key, wanted[key]));
  });
}

/** The body of `PATCH /Users/{id}`. */
export function encodePatchBody(base: Profile, difference: Difference): JsonObject {
  return { schemas: [PATCH_OP], Operations: encodePatch(base, difference).map((one) => ({ ...one })) };
}

/**
 * One operation of a Bulk. Each has a `bulkId`, which SAP requires for POST only, so that every
 * result is found again.
 */
function encodeBulkOperation(outgoing: OutgoingOperation): JsonObject {
  const { id, method, concurId, base, difference } = outgoing;
  return {
    method,
    path: concurId === null ? '/Users' : `/Users/${encodeURIComponent(concurId)}`,
    bulkId: id,
    data:
      method === 'POST' ? encodeUser(applyDifference(base, difference)) : encodePatchBody(base, difference),
  };
}

/** The body of `POST /Bulk`, without `failOnErrors`: one person's refusal stops nobody else. */
export function encodeBulk(operations: readonly OutgoingOperation[]): JsonObject {
  return { schemas: [BULK_REQUEST], Operations: operations.map(encodeBulkOperation) };
}

/** The size of an operation in a Bulk with the comma before it, in bytes. */
export function bulkSize(outgoing: OutgoingOperation): number {
  return Buffer.byteLength(JSON.stringify(encodeBulkOperation(outgoing)), 'utf8') + 1;
}

function operation(path: string, value: JsonValue | undefined): PatchOperation {
  if (value === undefined) return { op: 'remove', path };
  return { op: 'replace', path, value: DATES.has(path) ? withZ(value) : value };
}

function keysUnder(attribute: AttributeKey, { set, remove }: Difference): readonly AttributeKey[] {
  return [...new Set([...Object.keys(set), ...remove])]
    .filter((key) => attributeOf(key) === attribute)
    .sort();
}

function listOf(attribute: AttributeKey, wanted: Profile, { set }: Difference): JsonValue | undefined {
  if (attribute === ROLES) {
    const roles = attributeValue(wanted, attribute);
    return roles === undefined ? undefined : withRoleGroups(roles);
  }
  if (attribute !== 'phoneNumbers') return attributeValue(wanted, attribute);
  // `display` is made of the number: the one of the number before must not stay with the new one.
  const stale = Object.keys(set)
    .filter((key) => key.startsWith('phoneNumbers[') && key.endsWith('].value'))
    .map((key) => key.replace(/value$/, 'display'))
    .filter((key) => set[key] === undefined);
  return attributeValue(applyDifference(wanted, { set: {}, remove: stale }), attribute);
}

/**
 * A manager is set by their UUID (User Provisioning, "Enterprise User"). The attribute is replaced
 * whole, so that nothing of the manager before, such as the employee number, stays beside it.
 */
function managerOf(wanted: Profile): JsonValue | undefined {
  const value = wanted[`${MANAGER}.value`];
  return value === undefined ? undefined : { value };
}

/** SAP requires `roleGroups` with every role (User Provisioning, "Role Object"); no groups are an empty list. */
function withRoleGroups(roles: JsonValue): JsonValue {
  if (!Array.isArray(roles)) return roles;
  return roles.map((role) => (isJsonObject(role) ? { roleGroups: [], ...role } : role));
}

function withZ(value: JsonValue): JsonValue {
  return typeof value === 'string' && !value.endsWith('Z') ? `${value}Z` : value;
}
