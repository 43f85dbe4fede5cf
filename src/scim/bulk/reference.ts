import { isJsonObject, type JsonObject, type JsonValue } from '../../domain/json.ts';

/** What a reference to a resource that the same request creates begins with (RFC 7644 §3.7.2). */
const PREFIX = 'bulkId:';

/** The bulkId that a text refers to, e.g. `qwerty` for `bulkId:qwerty`; null when it is no reference. */
export function bulkIdOf(text: string): string | null {
  return text.startsWith(PREFIX) ? text.slice(PREFIX.length) : null;
}

/**
 * The data of an operation with an id in place of every reference (RFC 7644 §3.7.2): of texts that are one
 * (`"value": "bulkId:qwerty"`), at the end of a `$ref` (`"…/Users/bulkId:qwerty"`), and in the path of a PATCH
 * (`members[value eq "bulkId:qwerty"]`).
 *
 * @param idOf the id for a bulkId; it may throw for one that is not known
 */
export function withoutReferences(data: JsonObject, idOf: (bulkId: string) => string): JsonObject {
  const inValue = (value: JsonValue, name: string): JsonValue => {
    if (typeof value === 'string') return inText(value, name, idOf);
    if (Array.isArray(value)) return value.map((element) => inValue(element, name));
    return isJsonObject(value) ? inObject(value) : value;
  };
  const inObject = (object: JsonObject): JsonObject =>
    Object.fromEntries(Object.entries(object).map(([name, value]) => [name, inValue(value, name)]));
  return inObject(data);
}

function inText(text: string, name: string, idOf: (bulkId: string) => string): string {
  const bulkId = bulkIdOf(text);
  if (bulkId !== null) return idOf(bulkId);
  if (name === '$ref') return text.replace(/(?<=\/)bulkId:([^/]+)$/, (_, found: string) => idOf(found));
  if (name.toLowerCase() !== 'path') return text;
  return text.replace(/"bulkId:([^"]*)"/g, (_, found: string) => JSON.stringify(idOf(found)));
}
