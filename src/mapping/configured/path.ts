import { longName } from '../../domain/attribute-name.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../domain/json.ts';
import { ScimError } from '../../scim/error.ts';
import { matchesElement } from '../../scim/filter/match.ts';
import { findTarget, type Target } from '../../scim/patch/path.ts';
import { userResourceType } from '../../scim/registry.ts';
import { schemaObject } from '../../scim/resource.ts';
import { type Attribute, attributeNamed } from '../../scim/schema.ts';

/** Works the values of something out of a SCIM User. */
export type ReadValues = (resource: JsonObject) => readonly JsonValue[];

/** Something compiled, or what is wrong with it. */
export type Compiled<Result> =
  | { readonly kind: 'ok'; readonly result: Result }
  | { readonly kind: 'problem'; readonly message: string };

/** What every resource has and no client writes. */
const NOT_WRITTEN: ReadonlySet<string> = new Set(['id', 'meta', 'schemas', 'password', 'groups']);

/**
 * Compiles a SCIM path (RFC 7644 §3.5.2), filters included; short names of extensions may stand for
 * their URNs. Of several values the primary one comes first.
 */
export function compilePath(path: string): Compiled<ReadValues> {
  let target: Target | undefined;
  try {
    target = findTarget(longName(path.trim()), userResourceType);
  } catch (error) {
    if (error instanceof ScimError) return { kind: 'problem', message: error.detail };
    throw error;
  }
  if (target === undefined) return problem(`"${path}" is no attribute of a SCIM User`);
  if (target.kind === 'schema') return problem(`"${path}" is a whole schema; name an attribute of it`);
  const { reference } = target;
  const [top] = reference.chain;
  if (NOT_WRITTEN.has(top.name)) return problem(`"${path}" is nothing that clients write`);
  const outer = target.kind === 'elements' ? [top] : reference.chain;
  const inner = target.kind === 'elements' ? (target.sub?.chain ?? []) : [];
  const last = inner.at(-1) ?? outer.at(-1) ?? top;
  const value = last.type === 'complex' ? attributeNamed(last.subAttributes ?? [], 'value') : undefined;
  if (last.type === 'complex' && value === undefined) {
    const names = (last.subAttributes ?? []).map(({ name }) => name).join(', ');
    return problem(`"${path}" is no single value; name one of its sub-attributes: ${names}`);
  }
  const tail = value === undefined ? inner : [...inner, value];
  const filter = target.kind === 'elements' ? target.filter : undefined;
  return {
    kind: 'ok',
    result: (resource) => {
      const object = schemaObject(userResourceType, reference.schema, resource);
      const elements = object === undefined ? [] : valuesAt([object], outer);
      const met = filter === undefined ? elements : elements.filter((one) => matchesElement(filter, one));
      return valuesAt(met, tail);
    },
  };
}

function valuesAt(start: readonly JsonValue[], chain: readonly Attribute[]): readonly JsonValue[] {
  return chain.reduce<readonly JsonValue[]>(
    (parents, { name }) =>
      parents.flatMap((parent) => {
        const value = isJsonObject(parent) ? parent[name] : undefined;
        if (value === undefined || value === null) return [];
        return Array.isArray(value) ? primaryFirst(value) : [value];
      }),
    start,
  );
}

function primaryFirst(elements: readonly JsonValue[]): readonly JsonValue[] {
  const primary = elements.find((element) => isJsonObject(element) && element.primary === true);
  return primary === undefined ? elements : [primary, ...elements.filter((element) => element !== primary)];
}

function problem(message: string): { readonly kind: 'problem'; readonly message: string } {
  return { kind: 'problem', message };
}
