import type { Attributes, Json, Message } from './attributes.ts';
import { isAttributes, readAttributes } from './attributes.ts';
import { applyPatch, readPatch, type TargetedOperation } from './patch.ts';
import { CORE, definitionsOf, SCHEMAS } from './schemas.ts';
import type { World } from './world.ts';

/** What a request wants of one schema: new values, or operations on those that are there. */
export type Change =
  | { readonly kind: 'whole'; readonly value: Attributes }
  | { readonly kind: 'patch'; readonly operations: readonly TargetedOperation[] };

/** A method that writes a person. */
export type Method = 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** The body of one operation, sorted by schema; or why it cannot be read. */
export type Changes =
  | { readonly ok: true; readonly changes: Map<string, Change> }
  | { readonly ok: false; readonly scimType: string; readonly detail: string };

/** Sorts the body of a POST, PUT or PATCH by schema. Attributes without a URN are those of the core schema. */
export function readChanges(method: Method, body: Json | undefined): Changes {
  const changes = new Map<string, Change>();
  if (method === 'DELETE') return { ok: true, changes };
  if (method === 'PATCH') {
    const plan = readPatch(body);
    if (!plan.ok) return plan;
    for (const [urn, operations] of plan.targets) changes.set(urn, { kind: 'patch', operations });
    return { ok: true, changes };
  }
  if (!isAttributes(body))
    return { ok: false, scimType: 'invalidSyntax', detail: 'The body is not an object' };
  const core: Attributes = {};
  for (const [name, value] of Object.entries(body)) {
    if (!name.startsWith('urn:')) {
      core[name] = value;
    } else if (!SCHEMAS.has(name)) {
      return { ok: false, scimType: 'invalidSyntax', detail: `Unknown schema '${name}'` };
    } else if (!isAttributes(value)) {
      return { ok: false, scimType: 'invalidValue', detail: `Invalid '${name}' Type` };
    } else {
      changes.set(name, { kind: 'whole', value });
    }
  }
  const schemas = core.schemas ?? [];
  if (!Array.isArray(schemas) || !schemas.every((urn) => typeof urn === 'string' && SCHEMAS.has(urn))) {
    return { ok: false, scimType: 'invalidSyntax', detail: 'schemas names an unknown schema' };
  }
  delete core.schemas;
  changes.set(CORE, { kind: 'whole', value: core });
  return { ok: true, changes };
}

/**
 * What a schema's attributes would be after a change, checked against the schema's definitions (not yet against
 * the company); undefined when the extension would be gone. Problems are added to `messages`.
 */
export function changed(
  urn: string,
  current: Attributes | undefined,
  change: Change,
  { company, patchAdd }: Pick<World, 'company' | 'patchAdd'>,
  messages: Message[],
): Attributes | undefined {
  const definitions = definitionsOf(urn, company);
  const next =
    change.kind === 'whole'
      ? change.value
      : applyPatch({ urn, definitions, patchAdd }, current, change.operations, messages);
  return next && readAttributes(definitions, next, urn, messages);
}
