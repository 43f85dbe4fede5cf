import { oncePer } from './once-per.ts';

/** The data types of RFC 7643 §2.3. */
type AttributeType =
  | 'string'
  | 'boolean'
  | 'decimal'
  | 'integer'
  | 'dateTime'
  | 'reference'
  | 'binary'
  | 'complex';

/** One attribute with its characteristics, RFC 7643 §7. */
export interface Attribute {
  readonly name: string;
  readonly type: AttributeType;
  readonly multiValued: boolean;
  readonly description: string;
  readonly required: boolean;
  readonly caseExact: boolean;
  readonly mutability: 'readOnly' | 'readWrite' | 'immutable' | 'writeOnly';
  readonly returned: 'always' | 'never' | 'default' | 'request';
  readonly uniqueness: 'none' | 'server' | 'global';
  readonly canonicalValues?: readonly string[];
  readonly subAttributes?: readonly Attribute[];
  readonly referenceTypes?: readonly string[];
  /** Ours, not shown in /Schemas: whether the text is one line, without any control character. */
  readonly singleLine?: boolean;
  /** Ours, not shown in /Schemas: how many elements a multi-valued attribute may have, 1,000 unless said. */
  readonly maximumElements?: number;
}

/** A schema: a URN and the attributes it defines, RFC 7643 §7. */
export interface Schema {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly attributes: readonly Attribute[];
}

type Characteristics = Partial<Omit<Attribute, 'name' | 'description'>>;

/**
 * An attribute with the default characteristics of RFC 7643 §2.2 (an optional, singular, readWrite string that
 * is returned by default), except those given.
 */
export function attribute(
  name: string,
  description: string,
  characteristics: Characteristics = {},
): Attribute {
  return {
    name,
    type: 'string',
    multiValued: false,
    description,
    required: false,
    caseExact: false,
    mutability: 'readWrite',
    returned: 'default',
    uniqueness: 'none',
    ...characteristics,
  };
}

/** A boolean attribute with the default characteristics. */
export function flag(name: string, description: string): Attribute {
  return attribute(name, description, { type: 'boolean' });
}

/** A complex attribute: like `attribute`, with sub-attributes. */
export function complexAttribute(
  name: string,
  description: string,
  subAttributes: readonly Attribute[],
  characteristics: Characteristics = {},
): Attribute {
  return attribute(name, description, { ...characteristics, type: 'complex', subAttributes });
}

/** The attribute of that name in a list, or undefined. RFC 7643 §2.1: attribute names are case-insensitive. */
export function attributeNamed(attributes: readonly Attribute[], name: string): Attribute | undefined {
  return byName(attributes).get(name.toLowerCase());
}

const byName = oncePer(
  (attributes: readonly Attribute[]) => new Map(attributes.map((one) => [one.name.toLowerCase(), one])),
);

/** The sub-attribute of that name (case-insensitive), or undefined. */
export function subAttributeNamed(parent: Attribute, name: string): Attribute | undefined {
  return parent.subAttributes && attributeNamed(parent.subAttributes, name);
}
