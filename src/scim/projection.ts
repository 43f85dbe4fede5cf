import { invalidValue } from './error.ts';
import { attributePath, attributesOf, findAttribute, findSchema, type ResourceType } from './registry.ts';
import type { Attribute } from './schema.ts';

/** Which attributes an answer is to have, RFC 7644 §3.9: only these, or all but these. Paths are canonical. */
export interface Projection {
  readonly kind: 'attributes' | 'excludedAttributes';
  /** What is named, and all that belongs to it. */
  readonly paths: ReadonlySet<string>;
  /** What something is named of: `name` for `name.givenName`. */
  readonly parents: ReadonlySet<string>;
}

/** How much of an attribute a projection asks for. */
export type Selection = 'whole' | 'part' | 'nothing';

/**
 * Reads `attributes` and `excludedAttributes` as a query has them (text with commas, or several such) or as a search
 * request has them (an array). Names that no schema knows are ignored; the URN of a schema stands for all its
 * attributes. Returns undefined when neither is given. Fails with ScimError 400 invalidValue when both are.
 */
export function parseProjection(
  query: { readonly attributes?: unknown; readonly excludedAttributes?: unknown },
  resourceType: ResourceType,
): Projection | undefined {
  const attributes = names(query.attributes, 'attributes');
  const excluded = names(query.excludedAttributes, 'excludedAttributes');
  if (attributes.length > 0 && excluded.length > 0) {
    throw invalidValue('Give either "attributes" or "excludedAttributes", not both.');
  }
  if (attributes.length > 0) return { kind: 'attributes', ...resolve(attributes, resourceType) };
  if (excluded.length > 0) return { kind: 'excludedAttributes', ...resolve(excluded, resourceType) };
  return undefined;
}

/** How much of the attribute at a canonical path is to be returned. */
export function selectionOf(projection: Projection | undefined, path: string): Selection {
  if (!projection) return 'whole';
  const { kind, paths, parents } = projection;
  if (paths.has(path)) return kind === 'attributes' ? 'whole' : 'nothing';
  if (parents.has(path)) return 'part';
  return kind === 'attributes' ? 'nothing' : 'whole';
}

function names(source: unknown, parameter: string): readonly string[] {
  if (source === undefined || source === null) return [];
  const texts: unknown[] = Array.isArray(source) ? source : [source];
  return texts.flatMap((text) => {
    if (typeof text !== 'string') throw invalidValue(`${parameter} must be a list of attribute names.`);
    return text
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '');
  });
}

function resolve(list: readonly string[], resourceType: ResourceType): Pick<Projection, 'paths' | 'parents'> {
  const paths = new Set<string>();
  const parents = new Set<string>();
  for (const name of list) {
    const schema = findSchema(resourceType, name);
    if (schema) {
      for (const attribute of attributesOf(resourceType, schema)) {
        addWhole(paths, attribute, attributePath(resourceType, schema, attribute.name));
      }
      continue;
    }
    const reference = findAttribute(resourceType, name);
    if (!reference) continue;
    addWhole(paths, reference.attribute, reference.path);
    let parent = reference.path;
    for (const attribute of reference.chain.slice(1).reverse()) {
      parent = parent.slice(0, -1 - attribute.name.length);
      parents.add(parent);
    }
  }
  return { paths, parents };
}

// RFC 7643 §2.2: what is returned on request is asked for by its own name.
function addWhole(paths: Set<string>, attribute: Attribute, path: string): void {
  paths.add(path);
  for (const subAttribute of attribute.subAttributes ?? []) {
    if (subAttribute.returned !== 'request') addWhole(paths, subAttribute, `${path}.${subAttribute.name}`);
  }
}
