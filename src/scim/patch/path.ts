import { excerpt, invalidPath } from '../error.ts';
import type { Filter } from '../filter/filter.ts';
import { parseValueFilter } from '../filter/parse.ts';
import {
  type AttributeReference,
  findAttribute,
  findSchema,
  findSubAttribute,
  type ResourceType,
} from '../registry.ts';
import type { Schema } from '../schema.ts';

/** What a path points at. */
export type Target =
  /** All attributes of a schema: an extension's object, or the resource itself. */
  | { readonly kind: 'schema'; readonly schema: Schema }
  | { readonly kind: 'attribute'; readonly reference: AttributeReference }
  /** The elements of a multi-valued attribute that meet `filter`, or the sub-attribute `sub` of each. */
  | {
      readonly kind: 'elements';
      readonly reference: AttributeReference;
      readonly filter: Filter;
      readonly sub: AttributeReference | undefined;
    };

/**
 * Reads a PATCH path (RFC 7644 §3.5.2 figure 7): `attribute`, `attribute.sub`, `attribute[filter]`,
 * `attribute[filter].sub`, each with or without a schema's URN, or a URN alone. Returns undefined when the resource
 * type has no such attribute. Fails with ScimError 400: invalidPath for a malformed path, invalidFilter for what
 * is wrong between the brackets.
 */
export function findTarget(path: string, resourceType: ResourceType): Target | undefined {
  const open = path.indexOf('[');
  if (open === -1) {
    const schema = findSchema(resourceType, path);
    if (schema) return { kind: 'schema', schema };
    const reference = findAttribute(resourceType, path);
    return reference && { kind: 'attribute', reference };
  }
  const reference = findAttribute(resourceType, path.slice(0, open));
  if (!reference) return undefined;
  if (reference.attribute.type !== 'complex' || !reference.attribute.multiValued) {
    throw invalidPath(`${reference.path} has no values with sub-attributes; it takes no filter in brackets.`);
  }
  const close = closingBracket(path, open);
  if (close === -1) throw invalidPath(`The path ${excerpt(path)} has no closing bracket.`);
  const filter = parseValueFilter(path.slice(open + 1, close), reference);
  const rest = path.slice(close + 1);
  if (rest === '') return { kind: 'elements', reference, filter, sub: undefined };
  const sub = rest.startsWith('.') ? findSubAttribute(reference, rest.slice(1)) : undefined;
  if (!sub) throw invalidPath(`${reference.path} has no sub-attribute ${excerpt(rest)}.`);
  return { kind: 'elements', reference, filter, sub };
}

// Brackets inside a quoted string of the filter do not count.
function closingBracket(path: string, open: number): number {
  let quoted = false;
  for (let index = open + 1; index < path.length; index++) {
    const character = path[index];
    if (character === '\\' && quoted) index += 1;
    else if (character === '"') quoted = !quoted;
    else if (character === ']' && !quoted) return index;
  }
  return -1;
}
