import { isJsonObject, type JsonObject, type JsonValue } from '../domain/json.ts';

/** The text of an attribute, trimmed; undefined when it is no text or blank. */
export function text(object: JsonObject, name: string): string | undefined {
  return trimmed(object[name]);
}

/** A value as text, trimmed; undefined when it is no text or blank. */
export function trimmed(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' ? value.trim() || undefined : undefined;
}

/** The complex value, or the extension, of that name; empty when there is none. */
export function complex(object: JsonObject, name: string): JsonObject {
  const value = object[name];
  return isJsonObject(value) ? value : {};
}

/** The elements of a multi-valued attribute; empty when it has none. */
export function elements(object: JsonObject, name: string): readonly JsonValue[] {
  const value = object[name];
  return Array.isArray(value) ? value : [];
}

/** The elements of a multi-valued complex attribute; empty when it has none. */
export function complexElements(object: JsonObject, name: string): readonly JsonObject[] {
  return elements(object, name).filter(isJsonObject);
}

/** An object of the values that are there. */
export function assigned(values: { readonly [name: string]: JsonValue | undefined }): JsonObject {
  const object: JsonObject = {};
  for (const name of Object.keys(values)) {
    const value = values[name];
    if (value !== undefined) object[name] = value;
  }
  return object;
}
