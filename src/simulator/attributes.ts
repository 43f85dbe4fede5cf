/** A value of JSON text. */
export type Json = string | number | boolean | null | Json[] | { [name: string]: Json };
/** A JSON object: an extension's attributes, or one complex value. */
export type Attributes = { [name: string]: Json };

/** One message of Concur's error form (v4.user-provisioning.md, "Concur Error"). */
export interface Message {
  readonly code: string;
  readonly message: string;
  readonly schemaPath: string;
  readonly type: 'error';
}

/** An attribute as SAP's schema pages describe it (v4.user-provisioning.md, "Attributes"). */
export interface AttributeDefinition {
  readonly type: 'string' | 'boolean' | 'integer' | 'decimal' | 'complex';
  readonly multiValued?: boolean;
  readonly required?: boolean;
  readonly mutability?: 'readOnly';
  readonly returned?: 'request';
  readonly canonicalValues?: readonly string[];
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly subAttributes?: Definitions;
}

/** The attributes of a schema or of a complex attribute, by name. */
export type Definitions = Readonly<Record<string, AttributeDefinition>>;

/** Whether a JSON value is an object (not a list, not null). */
export function isAttributes(value: unknown): value is Attributes {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The objects in a list; none when it is no list. */
export function objects(value: Json | undefined): Attributes[] {
  return Array.isArray(value) ? value.filter(isAttributes) : [];
}

/** Makes a message in the one code that SAP documents for bad values, `INVALID_VALUE`. */
export function invalid(schemaPath: string, what: string): Message {
  return { code: 'INVALID_VALUE', message: `Invalid '${schemaPath}' ${what}`, schemaPath, type: 'error' };
}

/** Makes a message for a required attribute that is not there. */
export function missing(schemaPath: string): Message {
  return {
    code: 'MISSING_REQUIRED_VALUE',
    message: `Required attribute '${schemaPath}' is missing`,
    schemaPath,
    type: 'error',
  };
}

/**
 * Checks values against definitions and returns the copy that Concur would hold: empty (null) attributes and
 * read-only ones left out, canonical values in Concur's own case. What is wrong is added to `messages`:
 * unknown attributes, wrong types, wrong sizes, unknown canonical values, missing required ones.
 */
export function readAttributes(
  definitions: Definitions,
  values: Attributes,
  path: string,
  messages: Message[],
  separator = ':',
): Attributes {
  const held: Attributes = {};
  for (const [name, value] of Object.entries(values)) {
    const definition = definitions[name];
    const place = `${path}${separator}${name}`;
    if (!definition) {
      messages.push({ ...invalid(place, 'Attribute'), message: `Unknown attribute '${place}'` });
    } else if (value !== null && definition.mutability !== 'readOnly') {
      const read = readAttribute(definition, value, place, messages);
      if (read !== undefined) held[name] = read;
    }
  }
  for (const [name, definition] of Object.entries(definitions)) {
    const value = values[name];
    if (definition.required && (value === undefined || value === null || value === '')) {
      messages.push(missing(`${path}${separator}${name}`));
    }
  }
  return held;
}

function readAttribute(
  definition: AttributeDefinition,
  value: Json,
  place: string,
  messages: Message[],
): Json | undefined {
  if (!definition.multiValued) return readSingle(definition, value, place, messages);
  if (!Array.isArray(value)) {
    messages.push(invalid(place, 'Type'));
    return undefined;
  }
  return value
    .map((element) => readSingle(definition, element, place, messages))
    .filter((element) => element !== undefined);
}

function readSingle(
  definition: AttributeDefinition,
  value: Json,
  place: string,
  messages: Message[],
): Json | undefined {
  switch (definition.type) {
    case 'complex':
      if (isAttributes(value)) {
        return readAttributes(definition.subAttributes ?? {}, value, place, messages, '.');
      }
      break;
    case 'boolean':
      if (typeof value === 'boolean') return value;
      break;
    case 'integer':
      if (Number.isInteger(value)) return value;
      break;
    case 'decimal':
      if (typeof value === 'number') return value;
      break;
    case 'string':
      if (typeof value === 'string') return readText(definition, value, place, messages);
      break;
  }
  messages.push(invalid(place, 'Type'));
  return undefined;
}

function readText(
  definition: AttributeDefinition,
  value: string,
  place: string,
  messages: Message[],
): string {
  if (
    value.length > (definition.maxLength ?? Number.POSITIVE_INFINITY) ||
    value.length < (definition.minLength ?? 0)
  ) {
    messages.push(invalid(place, 'Size'));
  }
  if (!definition.canonicalValues) return value;
  // spend/v4.spend-user-provisioning.md sends "Work" where v4.user-provisioning.md lists "work": case does not count.
  const canonical = definition.canonicalValues.find((known) => known.toLowerCase() === value.toLowerCase());
  if (canonical === undefined) messages.push(invalid(place, 'Value'));
  return canonical ?? value;
}

/** Whether two JSON values say the same; the order of an object's names does not count. */
export function sameJson(left: Json | undefined, right: Json | undefined): boolean {
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((value, index) => sameJson(value, right[index]));
  }
  if (isAttributes(left) && isAttributes(right)) {
    const names = new Set([...Object.keys(left), ...Object.keys(right)]);
    return [...names].every((name) => sameJson(left[name], right[name]));
  }
  return left === right;
}
