import { invalidValue } from './error.ts';
import { attributePath, attributesOf, findAttribute, findSchema, type ResourceType } from './registry.ts';

/** Which attributes an answer is to have, RFC 7644 §3.9: only these, or all but these. Paths are canonical. */
export interface Projection {
  readonly kind: 'attributes' | 'excludedAttributes';
  readonly paths: ReadonlySet<string>;
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
  if (attributes.length > 0) return { kind: 'attributes', paths: resolve(attributes, resourceType) };
  if (excluded.length > 0) return { kind: 'excludedAttributes', paths: resolve(excluded, resourceType) };
  return undefined;
}

/** How much of the attribute at a canonical path is to be returned. */
export function selectionOf(projection: Projection | undefined, path: string): Selection {
  if (!projection) return 'whole';
  const named = [...projection.paths].some((wanted) => path === wanted || path.startsWith(`${wanted}.`));
  if (named) return projection.kind === 'attributes' ? 'whole' : 'nothing';
  const partly = [...projection.paths].some((wanted) => wanted.startsWith(`${path}.`));
  if (partly) return 'part';
  return projection.kind === 'attributes' ? 'nothing' : 'whole';
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

function resolve(list: readonly string[], resourceType: ResourceType): ReadonlySet<string> {
  return new Set(
    list.flatMap((name) => {
      const schema = findSchema(resourceType, name);
      if (!schema) return findAttribute(resourceType, name)?.path ?? [];
      return attributesOf(resourceType, schema).map((attribute) =>
        attributePath(resourceType, schema, attribute.name),
      );
    }),
  );
}
