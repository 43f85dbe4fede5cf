import { CORE, ENTERPRISE, EXTENSIONS, type Extension, SPEND, SPEND_ROLE } from '../domain/extensions.ts';
import type { JsonObject, JsonValue } from '../domain/json.ts';
import { assigned, complex, complexElements, elements, text } from './resource.ts';

/** The attribute names that RFC 7643 §2.1 allows. */
const ATTRIBUTE_NAME = /^[A-Za-z][\w$-]*$/;

/** Concur's own extensions as the client sent them, those that hold something only. */
export function concurExtensions(resource: JsonObject): ReadonlyMap<Extension, JsonObject> {
  return new Map(
    EXTENSIONS.filter((urn) => urn !== CORE && urn !== ENTERPRISE)
      .map((urn): [Extension, JsonObject] => [urn, attributesOf(resource, urn)])
      .filter(([, extension]) => Object.keys(extension).length > 0),
  );
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
  return extension;
}

/** Codes of countries and currencies in capitals, as ISO 3166 and ISO 4217 write them. */
function withSpendForms(spend: JsonObject): JsonObject {
  const codes = assigned({
    country: text(spend, 'country')?.toUpperCase(),
    reimbursementCurrency: text(spend, 'reimbursementCurrency')?.toUpperCase(),
  });
  return withList({ ...spend, ...codes }, 'customData', customData(spend));
}

function customData(spend: JsonObject): JsonValue[] {
  return complexElements(spend, 'customData')
    .map((field) => assigned({ id: text(field, 'id'), value: text(field, 'value') }))
    .filter((field) => field.id !== undefined && field.value !== undefined);
}

function roles(extension: JsonObject): JsonValue[] {
  return complexElements(extension, 'roles')
    .map((role) =>
      assigned({ roleName: text(role, 'roleName'), roleGroups: elements(role, 'roleGroups').slice() }),
    )
    .filter((role) => role.roleName !== undefined);
}

function withList(extension: JsonObject, name: string, list: JsonValue[]): JsonObject {
  const { [name]: _, ...others } = extension;
  return list.length === 0 ? others : { ...others, [name]: list };
}

/** RFC 7643 §2.5: null and an empty list are as good as no value; so is empty text. */
function isUnassigned(value: JsonValue): boolean {
  return value === null || value === '' || (Array.isArray(value) && value.length === 0);
}
