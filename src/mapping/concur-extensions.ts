import {
  CORE,
  ENTERPRISE,
  EXTENSIONS,
  type Extension,
  SPEND,
  SPEND_APPROVER,
  SPEND_DELEGATE,
  SPEND_ROLE,
  TRAVEL,
} from '../domain/extensions.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../domain/json.ts';
import { assigned, complex, complexElements, elements, text } from './resource.ts';

/** The attribute names that RFC 7643 §2.1 allows. */
const ATTRIBUTE_NAME = /^[A-Za-z][\w$-]*$/;

const OWN = EXTENSIONS.filter((urn) => urn !== CORE && urn !== ENTERPRISE);

/** Concur's own extensions as the client sent them: those that hold something. */
export function concurExtensions(resource: JsonObject): ReadonlyMap<Extension, JsonObject> {
  const extensions = new Map<Extension, JsonObject>();
  for (const urn of OWN) {
    if (resource[urn] === undefined) continue;
    const attributes = attributesOf(resource, urn);
    if (Object.keys(attributes).length > 0) extensions.set(urn, attributes);
  }
  return extensions;
}

function attributesOf(resource: JsonObject, urn: Extension): JsonObject {
  const sent = complex(resource, urn);
  const extension = assigned(
    Object.fromEntries(
      Object.entries(sent).filter(([name, value]) => ATTRIBUTE_NAME.test(name) && !isUnassigned(value)),
    ),
  );
  if (urn === SPEND) return withSpendForms(extension);
  if (urn === SPEND_ROLE) return withList(extension, 'roles', roles(sent));
  if (urn === SPEND_APPROVER) return people(extension, 'approver', withPrimary);
  if (urn === SPEND_DELEGATE) return people(extension, 'delegate', (delegates) => delegates);
  if (urn === TRAVEL) {
    const groups = elements(extension, 'groups').filter((group) => Number.isSafeInteger(group));
    return withPerson(withList(extension, 'groups', groups), 'manager');
  }
  return extension;
}

/** Lists of people in every kind of approver or delegate. */
function people(
  extension: JsonObject,
  person: 'approver' | 'delegate',
  complete: (elements: readonly JsonObject[]) => readonly JsonObject[],
): JsonObject {
  return assigned(
    Object.fromEntries(
      Object.keys(extension).map((kind) => [
        kind,
        complete(
          complexElements(extension, kind)
            .map((element) => withPerson(element, person))
            .filter((element) => element[person] !== undefined),
        ).slice(),
      ]),
    ),
  );
}

/** Concur requires `primary` of every approver (Spend Approver): where nobody is, the first one is. */
function withPrimary(approvers: readonly JsonObject[]): readonly JsonObject[] {
  const primary = approvers.find((approver) => approver.primary === true) ?? approvers[0];
  return approvers.map((approver) => ({ ...approver, primary: approver === primary }));
}

/** A person by UUID, in lower case as Concur's services write it, or by employee number. */
function withPerson(element: JsonObject, name: string): JsonObject {
  const { [name]: reference, ...others } = element;
  if (!isJsonObject(reference)) return others;
  const person = assigned({
    value: text(reference, 'value')?.toLowerCase(),
    employeeNumber: text(reference, 'employeeNumber'),
  });
  return Object.keys(person).length === 0 ? others : { ...others, [name]: person };
}

/** Codes of countries and currencies in capitals, as ISO 3166 and ISO 4217 write them. */
function withSpendForms(spend: JsonObject): JsonObject {
  const codes = assigned({
    country: text(spend, 'country')?.toUpperCase(),
    reimbursementCurrency: text(spend, 'reimbursementCurrency')?.toUpperCase(),
  });
  return withPerson(withList({ ...spend, ...codes }, 'customData', customData(spend)), 'biManager');
}

function customData(spend: JsonObject): JsonValue[] {
  return complexElements(spend, 'customData')
    .map((field) => assigned({ id: text(field, 'id'), value: text(field, 'value') }))
    .filter((field) => field.id !== undefined && field.value !== undefined);
}

function roles(extension: JsonObject): JsonValue[] {
  return complexElements(extension, 'roles')
    .map((role) =>
      assigned({ roleName: text(role, 'roleName'), roleGroups: elements(role, 'roleGroups').filter(isText) }),
    )
    .filter((role) => role.roleName !== undefined);
}

function isText(value: JsonValue): value is string {
  return typeof value === 'string' && value.trim() !== '';
}

function withList(extension: JsonObject, name: string, list: JsonValue[]): JsonObject {
  const { [name]: _, ...others } = extension;
  return list.length === 0 ? others : { ...others, [name]: list };
}

/** RFC 7643 §2.5: null and an empty list are as good as no value; so is empty text. */
function isUnassigned(value: JsonValue): boolean {
  return value === null || value === '' || (Array.isArray(value) && value.length === 0);
}
