/**
 * Every tolerance for what identity providers really send in bodies, paths and filters where RFC 7643 and RFC 7644
 * would say no. Each names the vendor whose shape it accepts. What they do with headers is in `src/http/`.
 */
import { ENTERPRISE } from '../domain/extensions.ts';
import { isJsonObject, type JsonObject } from '../domain/json.ts';

const legacyExtensions: ReadonlyMap<string, string> = new Map([
  // Entra prints the enterprise URN without its last colon in older bodies.
  ['urn:ietf:params:scim:schemas:extension:enterprise:2.0user', ENTERPRISE],
  // SCIM 1.1 names, and the mixtures that OneLogin's templates hold.
  ['urn:scim:schemas:extension:enterprise:1.0', ENTERPRISE],
  ['urn:scim:schemas:extension:enterprise:1.0:user', ENTERPRISE],
  ['urn:scim:schemas:extension:enterprise:2.0', ENTERPRISE],
  ['urn:scim:schemas:extension:enterprise:2.0:user', ENTERPRISE],
]);

const legacyCore: readonly string[] = ['urn:scim:schemas:core:1.0', 'urn:scim:schemas:core:2.0'];

/** Entra, OneLogin: older spellings (lower case) of a schema URI, among which a path's prefix is looked for. */
export const legacySchemaUris: readonly string[] = [...legacyExtensions.keys(), ...legacyCore];

/**
 * Entra, OneLogin: the present URI of a schema for an older spelling in any case; `coreSchema` is what the
 * SCIM 1.1 core stands for. A URI that is none of them comes back as it is.
 */
export function presentSchemaUri(uri: string, coreSchema: string): string {
  const lowerCase = uri.toLowerCase();
  return legacyCore.includes(lowerCase) ? coreSchema : (legacyExtensions.get(lowerCase) ?? uri);
}

/** Entra: `manager` and `department` without their URN mean the attributes of this extension. */
export const unqualifiedExtension = ENTERPRISE;

/**
 * Entra: an attribute is cleared with `""` as well as with what RFC 7643 §2.5 calls unassigned (null, `[]`).
 * OneLogin's templates leave `{}` behind.
 */
export function isUnassigned(value: unknown): boolean {
  if (value === null || value === undefined || value === '') return true;
  if (Array.isArray(value)) return value.length === 0;
  return isJsonObject(value) && Object.keys(value).length === 0;
}

/** Entra: booleans as the strings "True" and "False", in any case; OneLogin's templates too. */
export function booleanFromText(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const lowerCase = value.toLowerCase();
  if (lowerCase === 'true') return true;
  return lowerCase === 'false' ? false : value;
}

/** Entra: `manager` as an array of one. What is no such array comes back as it is. */
export function onlyElement(value: unknown): unknown {
  return Array.isArray(value) && value.length === 1 ? value[0] : value;
}

/** Entra, Concur's own API: `manager` or an entitlement as a bare string where SCIM has an object with `value`. */
export function objectFromText(value: unknown): unknown {
  return typeof value === 'string' ? { value } : value;
}

/**
 * OneLogin: the manager as `{"managerId": "…", "displayName": "…"}`, as SCIM 1.1 had it; RFC 7643 §4.3 calls the id
 * `value`. What has a `value` of its own keeps it.
 */
export function managerFromOldName(manager: unknown): unknown {
  if (!isJsonObject(manager) || isUnassigned(manager.managerId) || !isUnassigned(manager.value))
    return manager;
  const { managerId, ...rest } = manager;
  return { ...rest, value: managerId };
}

/**
 * Entra, SingleAppRoleAssignment: a role whose `value` is an app role written as JSON text
 * (`{"id":…,"value":"25","displayName":"Role1234"}`). It becomes `{value: "25", display: "Role1234"}`.
 */
export function roleFromText(element: unknown): unknown {
  if (!isJsonObject(element) || typeof element.value !== 'string') return element;
  const text = element.value.trim();
  if (!text.startsWith('{')) return element;
  let role: unknown;
  try {
    role = JSON.parse(text);
  } catch {
    // A role may really be called that; only JSON text is taken apart.
    return element;
  }
  if (!isJsonObject(role) || typeof role.value !== 'string') return element;
  const display = typeof role.displayName === 'string' ? { display: role.displayName } : {};
  return { ...element, ...display, value: role.value };
}

/** Entra prints `externalId eq jyoung` in an example: a comparison value without quotes is its own text. */
export function textFromUnquoted(token: string): string {
  return token;
}

/** Entra: operations are `Add`, `Replace` and `Remove` unless the tenant's URL asks for the standard's spelling. */
export function operationFromText(op: string): string {
  return op.toLowerCase();
}

/**
 * Entra: `{"op":"Remove","path":"members","value":[{"$ref":null,"value":"u1"}]}` removes the members named, where
 * the RFC knows no value and would remove all. Returns the values named, or undefined when there is no value at
 * all and the RFC's meaning holds. A list that names nobody removes nobody.
 */
export function valuesToRemove(value: unknown): readonly unknown[] | undefined {
  if (value === undefined || value === null) return undefined;
  return Array.isArray(value) ? value : [value];
}

/**
 * Entra: replacing `emails[type eq "work"].value` of a person who has no such e-mail adds it, where the RFC says
 * noTarget. `equalities` is what the filter demands of an element; undefined when it demands more than equality
 * and no element can be made from it.
 */
export function elementToCreate(equalities: JsonObject | undefined): JsonObject | undefined {
  return equalities === undefined ? undefined : { ...equalities };
}
