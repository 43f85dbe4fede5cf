import type { Attributes, Definitions, Json, Message } from './attributes.ts';
import { invalid, isAttributes, sameJson } from './attributes.ts';
import { type Filter, matches, parseFilter } from './filter.ts';
import { CORE, SCHEMAS, SPEND_USER } from './schemas.ts';

/** How `add` treats a list without a filter: SAP's pages say both (see `applyPatch`). */
export type PatchAdd = 'replace' | 'append';

/** One PATCH operation aimed at one schema; without `attribute` it means the whole extension. */
export interface TargetedOperation {
  readonly op: 'add' | 'replace' | 'remove';
  readonly attribute?: string;
  readonly filter?: Filter;
  readonly sub?: string;
  readonly value: Json;
}

/** The operations of a PATCH body, by the URN of the schema they touch; or why the body cannot be read. */
export type PatchPlan =
  | { readonly ok: true; readonly targets: Map<string, TargetedOperation[]> }
  | { readonly ok: false; readonly scimType: string; readonly detail: string };

const refusal = (scimType: string, detail: string): PatchPlan => ({ ok: false, scimType, detail });

/**
 * Reads a PATCH body (RFC 7644 section 3.5.2; v4.user-provisioning.md, "Update a user with /Users endpoint"): sorts
 * its operations by schema. A path that cannot be read, an unknown schema or an unknown operation refuses the whole.
 */
export function readPatch(body: Json | undefined): PatchPlan {
  const operations = isAttributes(body) ? body.Operations : undefined;
  if (!Array.isArray(operations) || operations.length === 0)
    return refusal('invalidSyntax', 'Operations is missing');
  const targets = new Map<string, TargetedOperation[]>();
  const aim = (urn: string, operation: TargetedOperation): void => {
    targets.set(urn, [...(targets.get(urn) ?? []), operation]);
  };
  for (const operation of operations) {
    if (!isAttributes(operation)) return refusal('invalidSyntax', 'An operation is not an object');
    const op = typeof operation.op === 'string' ? operation.op.toLowerCase() : '';
    if (op !== 'add' && op !== 'replace' && op !== 'remove') {
      return refusal('invalidSyntax', `Unknown operation '${String(operation.op)}'`);
    }
    const { path } = operation;
    if (op !== 'remove' && operation.value === undefined)
      return refusal('invalidValue', 'The value is missing');
    const value = operation.value ?? null;
    if (typeof path === 'string') {
      const target = readPath(path);
      if (!target) return refusal('invalidPath', `Invalid path '${path}'`);
      aim(target.urn, { op, value, ...target.rest });
      continue;
    }
    // RFC 7644 section 3.5.2.2: a remove without a path has no target.
    if (op === 'remove' || path !== undefined) return refusal('noTarget', 'The operation has no path');
    if (!isAttributes(value)) return refusal('invalidValue', 'Without a path the value must be an object');
    for (const [name, part] of Object.entries(value)) {
      if (SCHEMAS.has(name)) aim(name, { op, value: part });
      else if (name.startsWith('urn:')) return refusal('invalidPath', `Unknown schema '${name}'`);
      else aim(CORE, { op, attribute: name, value: part });
    }
  }
  return { ok: true, targets };
}

/** Where a path points: `attribute[filter].sub`, in an extension after its URN and a colon. */
function readPath(
  path: string,
): { urn: string; rest: Pick<TargetedOperation, 'attribute' | 'filter' | 'sub'> } | undefined {
  const urn = path.startsWith('urn:')
    ? [...SCHEMAS.keys()].find((known) => path === known || path.startsWith(`${known}:`))
    : CORE;
  if (urn === undefined) return undefined;
  // "…Approver:" with the colon at the end means all of it (spend/v4.spend-user-provisioning.md, "Remove All Approvers").
  const rest = path.startsWith('urn:') ? path.slice(urn.length + 1) : path;
  if (rest === '') return path.startsWith('urn:') ? { urn, rest: {} } : undefined;
  const parts = /^([A-Za-z$]\w*)(?:\[(.*)\])?(?:\.([A-Za-z$]\w*))?$/.exec(rest);
  const [, attribute, filterText, sub] = parts ?? [];
  if (attribute === undefined) return undefined;
  const filter = filterText === undefined ? undefined : parseFilter(filterText);
  if (filterText !== undefined && !filter) return undefined;
  return { urn, rest: { attribute, ...(filter ? { filter } : {}), ...(sub === undefined ? {} : { sub }) } };
}

/** The schema that operations are applied to, and what `add` does to a list in it. */
interface PatchedSchema {
  readonly urn: string;
  readonly definitions: Definitions;
  readonly patchAdd: PatchAdd;
}

/**
 * Applies operations to a copy of one extension's attributes and returns it; undefined when the extension is removed.
 * "If the target location is a multi-valued attribute and no filter is specified, the attribute and all values are
 * replaced" (v4.user-provisioning.md); leave-of-absence.md shows `add` appending: `patchAdd` chooses for `add`.
 * What cannot be applied is added to `messages`.
 */
export function applyPatch(
  schema: PatchedSchema,
  current: Attributes | undefined,
  operations: readonly TargetedOperation[],
  messages: Message[],
): Attributes | undefined {
  let next: Attributes | undefined = current && structuredClone(current);
  for (const operation of operations) {
    if (operation.attribute === undefined) {
      next = applyWhole(schema, next, operation, messages);
    } else {
      next ??= {};
      applyToAttribute(schema, next, operation.attribute, operation, messages);
    }
  }
  return next;
}

function applyWhole(
  schema: PatchedSchema,
  current: Attributes | undefined,
  { op, value }: TargetedOperation,
  messages: Message[],
): Attributes | undefined {
  if (op === 'remove' || value === null) return undefined;
  if (!isAttributes(value)) {
    messages.push(invalid(schema.urn, 'Type'));
    return current;
  }
  const next = current ?? {};
  for (const [attribute, part] of Object.entries(value)) {
    applyToAttribute(schema, next, attribute, { op, value: part }, messages);
  }
  return next;
}

function applyToAttribute(
  { urn, definitions, patchAdd }: PatchedSchema,
  next: Attributes,
  attribute: string,
  operation: TargetedOperation,
  messages: Message[],
): void {
  const place = `${urn}:${attribute}`;
  const definition = definitions[attribute];
  if (!definition) {
    messages.push({ ...invalid(place, 'Attribute'), message: `Unknown attribute '${place}'` });
    return;
  }
  if (definition.mutability === 'readOnly') {
    messages.push({ ...invalid(place, 'Operation'), message: `Attribute '${place}' is read-only` });
    return;
  }
  const { op, filter, sub, value } = operation;
  const held = next[attribute];
  if (filter) {
    const elements = Array.isArray(held) ? held : [];
    const chosen = elements.filter((element) => isAttributes(element) && matches(filter, element));
    if (op !== 'remove' && chosen.length === 0 && isCustomField(urn, attribute, filter) && sub === 'value') {
      next[attribute] = [...elements, { id: filter.value, value }];
    } else if (op !== 'remove' && chosen.length === 0) {
      // RFC 7644 section 3.5.2.3: a filter that matches nothing has no target.
      messages.push({ ...invalid(place, 'Path'), message: `No value of '${place}' matches the filter` });
    } else if (sub === undefined && op === 'remove') {
      next[attribute] = elements.filter((element) => !chosen.includes(element));
    } else {
      next[attribute] = elements.map((element) =>
        chosen.includes(element) ? change(element, op, sub, value) : element,
      );
    }
  } else if (sub !== undefined) {
    next[attribute] = Array.isArray(held)
      ? held.map((element) => change(element, op, sub, value))
      : change(held ?? {}, op, sub, value);
  } else if (op === 'remove' || value === null) {
    delete next[attribute];
  } else if (definition.multiValued && op === 'add' && patchAdd === 'append' && Array.isArray(held)) {
    const added = Array.isArray(value) ? value : [value];
    next[attribute] = [
      ...held,
      ...added.filter((element) => !held.some((other) => sameJson(other, element))),
    ];
  } else if (definition.multiValued && !Array.isArray(value)) {
    next[attribute] = [value];
  } else if (isAttributes(value) && isAttributes(held)) {
    // RFC 7644 section 3.5.2.3: of a complex attribute only the sub-attributes that are named change.
    next[attribute] = { ...held, ...value };
  } else {
    next[attribute] = value;
  }
}

/**
 * Whether a filter names one custom field: a field of the form is there for everybody, filled in or not. The sample of
 * "Update a user with /Users endpoint" replaces custom2 of a person who was created with custom1 only.
 */
function isCustomField(
  urn: string,
  attribute: string,
  filter: Filter,
): filter is Filter & { kind: 'compare' } {
  return (
    urn === SPEND_USER &&
    attribute === 'customData' &&
    filter.kind === 'compare' &&
    filter.path === 'id' &&
    filter.operator === 'eq'
  );
}

function change(element: Json, op: 'add' | 'replace' | 'remove', sub: string | undefined, value: Json): Json {
  if (sub === undefined)
    return isAttributes(element) && isAttributes(value) ? { ...element, ...value } : value;
  const changed: Attributes = isAttributes(element) ? { ...element } : {};
  if (op === 'remove') delete changed[sub];
  else changed[sub] = value;
  return changed;
}
