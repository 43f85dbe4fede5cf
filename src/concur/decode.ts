import {
  ENTERPRISE,
  EXTENSIONS,
  SAP,
  type Service,
  SPEND,
  SPEND_APPROVER,
  SPEND_DELEGATE,
  SPEND_ROLE,
  serviceOf,
  TRAVEL,
} from '../domain/extensions.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../domain/json.ts';
import { flatten, type Profile } from '../domain/profile.ts';

/** What Identity answers and nobody can set: Concur makes it up (Identity v4.1, "Schema"). */
const READ_ONLY: ReadonlySet<string> = new Set(['id', 'meta', 'schemas', 'localeOverrides']);

/** Roles that follow from entitlements: they are read, and cannot be written (Spend Role Codes). */
const DERIVED_ROLES: ReadonlySet<JsonValue> = new Set(['EXP_USER', 'REQ_USER', 'INV_PMT_USER']);

/** A user of Identity as a profile; nulls and what nobody can set are left out. */
export function decodeIdentity(user: JsonObject): Profile {
  const core = pick(user, (name) => !name.startsWith('urn:') && !READ_ONLY.has(name));
  return flatten({
    ...core,
    // The search guide shows `active` as a string.
    active: user.active === true || user.active === 'true',
    ...extension(user, ENTERPRISE, (attributes) => ({
      ...pick(attributes, (name) => name !== 'organization'),
      manager: uuidOf(attributes.manager),
    })),
    ...extension(user, SAP, (attributes) => attributes),
  });
}

/** A user of the Spend service as a profile; extensions that the bridge does not write are left out. */
export function decodeSpend(user: JsonObject): Profile {
  const parts = extensionsOfService('spend').map((urn) =>
    extension(user, urn, (attributes) => {
      if (urn === SPEND) {
        const { customData, biManager } = attributes;
        return { ...attributes, customData: customFields(customData), biManager: reference(biManager) };
      }
      if (urn === SPEND_ROLE) return { ...attributes, roles: roles(attributes.roles) };
      if (urn === SPEND_APPROVER) return eachElement(attributes, 'approver');
      return urn === SPEND_DELEGATE ? eachElement(attributes, 'delegate') : attributes;
    }),
  );
  return flatten(Object.assign({}, ...parts));
}

/** A user of the Travel service as a profile. */
export function decodeTravel(user: JsonObject): Profile {
  return flatten(
    extension(user, TRAVEL, (attributes) => ({
      ...attributes,
      manager: reference(attributes.manager),
      // Fields without a value are listed too.
      customFields: elements(attributes.customFields).filter(({ value }) => value != null && value !== ''),
    })),
  );
}

/** The extensions that a service holds. */
export function extensionsOfService(service: Service) {
  return EXTENSIONS.filter((urn) => serviceOf(urn) === service);
}

/** List items are answered with identifiers of their value, which would contradict another value. */
function customFields(value: JsonValue | undefined): JsonValue {
  return elements(value).map((element) => pick(element, (name) => name === 'id' || name === 'value'));
}

function roles(value: JsonValue | undefined): JsonValue {
  return elements(value).filter(({ roleName }) => roleName !== undefined && !DERIVED_ROLES.has(roleName));
}

/** A list of people in every kind of approver or delegate. */
function eachElement(attributes: JsonObject, person: string): JsonObject {
  return Object.fromEntries(
    Object.entries(attributes).map(([kind, value]) => [
      kind,
      elements(value).map((element) => ({ ...element, [person]: reference(element[person]) })),
    ]),
  );
}

/** A person by UUID and employee number, without the name that Concur fills in. Travel answers UUIDs in upper case. */
function reference(value: JsonValue | undefined): JsonValue {
  if (!isJsonObject(value)) return null;
  const named = pick(value, (name) => name === 'value' || name === 'employeeNumber');
  return typeof named.value === 'string' ? { ...named, value: named.value.toLowerCase() } : named;
}

/** A manager by their UUID alone, by which alone they are set (User Provisioning, "Enterprise User"). */
function uuidOf(value: JsonValue | undefined): JsonValue {
  const person = reference(value);
  return isJsonObject(person) && person.value !== undefined ? { value: person.value } : person;
}

function extension(
  user: JsonObject,
  urn: string,
  decode: (attributes: JsonObject) => JsonObject,
): JsonObject {
  const attributes = user[urn];
  return isJsonObject(attributes) ? { [urn]: decode(attributes) } : {};
}

function elements(value: JsonValue | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

function pick(from: JsonObject, wanted: (name: string) => boolean): JsonObject {
  return Object.fromEntries(Object.entries(from).filter(([name]) => wanted(name)));
}
