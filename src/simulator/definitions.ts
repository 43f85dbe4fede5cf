import type { AttributeDefinition, Definitions } from './attributes.ts';

// Short words for the tables of attributes in the schema files.
/** A text of at most this many characters. */
export const text = (maxLength?: number): AttributeDefinition =>
  maxLength === undefined ? { type: 'string' } : { type: 'string', maxLength };
/** A text of exactly this many characters. */
export const sized = (length: number): AttributeDefinition => ({
  type: 'string',
  minLength: length,
  maxLength: length,
});
/** One of a closed list of texts. */
export const oneOf = (...canonicalValues: string[]): AttributeDefinition => ({
  type: 'string',
  canonicalValues,
});
/** A boolean. */
export const flag: AttributeDefinition = { type: 'boolean' };
/** Booleans by these names. */
export const flags = (...names: string[]): Definitions =>
  Object.fromEntries(names.map((name) => [name, flag]));
/** An object with these sub-attributes. */
export const complex = (subAttributes: Definitions): AttributeDefinition => ({
  type: 'complex',
  subAttributes,
});
/** A list of such values. */
export const many = (definition: AttributeDefinition): AttributeDefinition => ({
  ...definition,
  multiValued: true,
});
/** Required. */
export const required = (definition: AttributeDefinition): AttributeDefinition => ({
  ...definition,
  required: true,
});
/** Ignored when it is sent. */
export const readOnly = (definition: AttributeDefinition): AttributeDefinition => ({
  ...definition,
  mutability: 'readOnly',
});
/** Answered only when it is asked for. */
export const onRequest = (definition: AttributeDefinition): AttributeDefinition => ({
  ...definition,
  returned: 'request',
});
