import { CORE, EXTENSIONS, type Extension } from '../../domain/extensions.ts';
import type { LearnedAttribute, LearnedSchemas } from '../../domain/learned-schemas.ts';
import { LISTS } from '../../domain/lists.ts';
import { type AttributeKey, isComplex, isList, keyOf } from '../../domain/profile.ts';
import {
  type ConcurAttribute,
  type ConcurExtension,
  type ConcurList,
  notWritable,
  type ValueType,
} from './attribute.ts';
import { CONCUR_SCHEMA, type ConcurSchema } from './schema.ts';

/** What can be addressed in a profile (`findConcurTarget`); `$ref` cannot. */
const NAME = /^[A-Za-z]\w*$/;

/** Why an attribute that only Concur writes cannot be mapped. */
export const READ_ONLY = 'read-only in Concur';

/** Of every resource, and no part of a profile (RFC 7643 §3). */
const COMMON: readonly string[] = ['id', 'meta', 'schemas'];

/** It is the same for every person: worked out once for each set of schemas. */
const OVERLAYS = new WeakMap<LearnedSchemas, ConcurSchema>();

/**
 * The built-in schema with what Concur's own schemas have beyond it: further attributes, and further values of those
 * that are known. Nothing that is built in is taken away, gets another type or fewer values, and nothing becomes
 * required: SAP's descriptions call attributes required that its own samples leave out.
 *
 * @param learned null: nothing was learned
 */
export function schemaWith(learned: LearnedSchemas | null | undefined): ConcurSchema {
  if (learned === null || learned === undefined) return CONCUR_SCHEMA;
  const known = OVERLAYS.get(learned);
  if (known !== undefined) return known;
  const schema: Record<Extension, ConcurExtension> = { ...CONCUR_SCHEMA };
  for (const urn of EXTENSIONS) {
    const attributes = learned[urn];
    if (attributes !== undefined) schema[urn] = extended(urn, CONCUR_SCHEMA[urn], attributes);
  }
  OVERLAYS.set(learned, schema);
  return schema;
}

function extended(
  urn: Extension,
  builtIn: ConcurExtension,
  learned: readonly LearnedAttribute[],
): ConcurExtension {
  const attributes: Record<string, ConcurAttribute> = { ...builtIn.attributes };
  const lists: Record<string, ConcurList> = { ...builtIn.lists };
  for (const one of learned) {
    if (!NAME.test(one.name) || (urn === CORE && COMMON.includes(one.name))) continue;
    for (const [name, attribute] of withParts(urn, builtIn, one)) {
      const known = Object.hasOwn(attributes, name) ? attributes[name] : undefined;
      attributes[name] = known === undefined ? newAttribute(attribute) : withFurther(known, attribute);
    }
    const list = Object.hasOwn(builtIn.lists, one.name) ? builtIn.lists[one.name] : undefined;
    if (list !== undefined) lists[one.name] = withNames(keyOf(urn, one.name), list, one);
  }
  return { attributes, lists };
}

/** The attribute by its name, or the parts by theirs of one that a profile holds part by part. */
function withParts(
  urn: Extension,
  { attributes }: ConcurExtension,
  one: LearnedAttribute,
): readonly (readonly [string, LearnedAttribute])[] {
  const isTakenApart = Object.keys(attributes).some((name) => name.startsWith(`${one.name}.`));
  if (!isTakenApart) return [[one.name, one]];
  const key = keyOf(urn, one.name);
  return one.subAttributes
    .filter(({ name, type }) => NAME.test(name) && type !== 'complex')
    .map((part): readonly [string, LearnedAttribute] => [`${one.name}.${part.name}`, part])
    .filter(([name]) => Object.hasOwn(attributes, name) || holdsParts(key));
}

/** Whether a profile has a place for any part of the attribute; roles are held by their groups alone. */
function holdsParts(key: AttributeKey): boolean {
  const list = LISTS[key];
  return list === undefined ? isComplex(key) || isList(key) : list.kind === 'objects';
}

const TYPES = { string: 'text', boolean: 'boolean', integer: 'integer', decimal: 'decimal' } as const;

function newAttribute({ type, multiValued, mutability, canonicalValues }: LearnedAttribute): ConcurAttribute {
  if (mutability === 'readOnly') return notWritable(READ_ONLY);
  // What is never seen could not be told from what Concur does not keep.
  if (mutability === 'writeOnly') return notWritable('Concur never shows it');
  if (type === 'complex') return notWritable('it has parts, which this version does not know');
  // A list is shared with others element by element, and how its elements are told apart is not known.
  if (multiValued) return notWritable('it is a list, which this version does not know');
  return {
    type: TYPES[type],
    ...(mutability === 'immutable' ? { isCreateOnly: true } : {}),
    ...(type === 'string' && canonicalValues.length > 0 ? { values: canonicalValues } : {}),
  };
}

/** Types whose values are texts that somebody lists. */
const LISTED: readonly ValueType[] = ['text', 'day', 'moment', 'country', 'currency', 'language'];

function withFurther(known: ConcurAttribute, { canonicalValues }: LearnedAttribute): ConcurAttribute {
  const { values = [], type, notWritable: why } = known;
  if (why !== undefined || !LISTED.includes(type)) return known;
  const further = canonicalValues.filter((value) => !values.some((one) => isSame(one, value)));
  return further.length === 0 ? known : { ...known, further };
}

function withNames(key: AttributeKey, list: ConcurList, one: LearnedAttribute): ConcurList {
  const further = elementNames(key, one).filter((name) => !list.isName(name));
  if (further.length === 0) return list;
  return {
    ...list,
    further,
    isName: (name) => list.isName(name) || further.includes(name),
    names: `${list.names}, or ${further.join(', ')}`,
  };
}

/** A name for asking what the names of a list say. */
const ANY = '?';

/** The names of elements are the values of the sub-attribute that tells them apart, or of the attribute itself. */
function elementNames(key: AttributeKey, one: LearnedAttribute): readonly string[] {
  const list = LISTS[key];
  // Travel knows its groups by number.
  if (list?.kind === 'plain')
    return one.canonicalValues.filter((name) => String(list.valueOf(name)) === name);
  const told = list?.kind === 'objects' ? Object.entries(list.told(ANY)) : [];
  const naming = told.find(([, value]) => value === ANY)?.[0];
  return one.subAttributes.find(({ name }) => name === naming)?.canonicalValues ?? [];
}

function isSame(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}
