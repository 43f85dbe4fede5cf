import { isJsonObject, type JsonObject } from '../../domain/json.ts';
import { isUnassigned, valuesToRemove } from '../dialect.ts';
import { invalidValue, mutability, tooMany } from '../error.ts';
import type { Group, GroupDecision, MemberChange } from '../groups.ts';
import { applyPatch } from '../patch/apply.ts';
import { located, type Operation, parsePatchMessage } from '../patch/message.ts';
import { findTarget, type Target } from '../patch/path.ts';
import { groupResourceType } from '../registry.ts';
import { memberIds, namesIn } from './members.ts';
import { type Removal, removalsOf, removalsTogether } from './removal.ts';

/** What one operation does: its steps for the members, and what is left of it for the other attributes. */
interface Split {
  readonly members: readonly MemberChange[];
  readonly rest: Operation;
}

type MembersTarget = Exclude<Target, { kind: 'schema' }>;

/** An operation that does nothing, so that the others keep their numbers. */
const NOTHING: Operation = { op: 'add', value: {} };

/** How often one request may remove members by type: each time is asked of everybody whom it adds. */
const REMOVALS_BY_TYPE = 10;

/**
 * A PATCH of a group (RFC 7644 §3.5.2) without reading its members: the steps that change them in order, and what
 * becomes of everything else. Fails like `applyPatch`, and with ScimError 400: mutability for a change within a
 * member (RFC 7643 §4.2: its sub-attributes are immutable), invalidFilter for members selected by anything but
 * `value eq` and `type eq` joined by `or` and `and`, tooMany for members removed by type too often.
 */
export function patchGroup(group: Group, body: unknown): GroupDecision {
  const operations = parsePatchMessage(body);
  const parts = operations.map((operation, index) => {
    try {
      return split(operation);
    } catch (error) {
      throw located(error, operation, index);
    }
  });
  const message = { Operations: parts.map(({ rest }) => ({ ...rest })) };
  return {
    kind: 'change',
    ...applyPatch(groupResourceType, group.resource, message, group.id),
    members: joined(parts.flatMap(({ members }) => members)),
  };
}

function split(operation: Operation): Split {
  const { op, path, value } = operation;
  const target = path === undefined ? undefined : findTarget(path.trim(), groupResourceType);
  if (path === undefined || target?.kind === 'schema') {
    return op === 'remove' || !isJsonObject(value)
      ? { members: [], rest: operation }
      : splitEach(operation, value);
  }
  if (target?.reference.chain[0].name !== 'members') return { members: [], rest: operation };
  return { members: changesOf(operation, target), rest: NOTHING };
}

/** Without an attribute in its path, each member of an operation's value is an operation of its own. */
function splitEach(operation: Operation, value: JsonObject): Split {
  const parts = namesIn(value).map(
    ([name, child]) => [name, split({ op: operation.op, path: name, value: child })] as const,
  );
  const left = parts.filter(([, { rest }]) => rest !== NOTHING).map(([name, { rest }]) => [name, rest.value]);
  return {
    members: parts.flatMap(([, { members }]) => members),
    rest: { ...operation, value: Object.fromEntries(left) },
  };
}

function changesOf({ op, value }: Operation, target: MembersTarget): readonly MemberChange[] {
  if (target.reference.chain.length > 1 || (target.kind === 'elements' && target.sub !== undefined)) {
    throw mutability('What is known of a member cannot be changed here: remove the member, or add another.');
  }
  // RFC 7644 §3.5.2.1 and §3.5.2.3: add and replace have a value. null is one: it clears.
  if (value === undefined && op !== 'remove') throw invalidValue('The operation must have a value.');
  if (target.kind === 'elements') {
    if (op === 'remove' || (op === 'replace' && isUnassigned(value))) return removalsOf(target.filter);
    throw mutability(
      'A member cannot become another one: remove it, and add the other with the path members.',
    );
  }
  if (op !== 'remove') return [{ kind: op, ids: memberIds(value, 'members') }];
  const named = valuesToRemove(value);
  // RFC 7644 §3.5.2.2: without a value all values go.
  return named === undefined
    ? [{ kind: 'replace', ids: [] }]
    : [{ kind: 'remove', ids: memberIds(named, 'members') }];
}

/**
 * The same steps, neighbours made one that do the same: Okta removes each member by an operation of its own. Fails with
 * ScimError 400 tooMany for more removals by type than `REMOVALS_BY_TYPE`.
 */
function joined(steps: readonly MemberChange[]): readonly MemberChange[] {
  const runs: MemberChange[][] = [];
  for (const step of steps.filter(doesSomething)) {
    const [first] = runs.at(-1) ?? [];
    if (first !== undefined && effectOf(first) === effectOf(step)) runs.at(-1)?.push(step);
    else runs.push([step]);
  }
  const few = runs.flatMap(oneOf);
  if (few.filter(isOfEverybody).length > REMOVALS_BY_TYPE) {
    throw tooMany(
      `A request may remove members by type ${REMOVALS_BY_TYPE} times at most, with others added in between.`,
    );
  }
  return few;
}

function isOfEverybody(step: MemberChange): boolean {
  return step.kind === 'removeTypes' && step.among === null;
}

function doesSomething(step: MemberChange): boolean {
  switch (step.kind) {
    case 'replace':
      return true;
    case 'removeTypes':
      return step.types.length > 0;
    case 'add':
    case 'remove':
      return step.ids.length > 0;
  }
}

/** Removals do the same in any order. */
function effectOf(step: MemberChange): MemberChange['kind'] {
  return isRemoval(step) ? 'remove' : step.kind;
}

function isRemoval(step: MemberChange): step is Removal {
  return step.kind === 'remove' || step.kind === 'removeTypes';
}

/** What neighbours of one effect do together. */
function oneOf(run: readonly MemberChange[]): readonly MemberChange[] {
  const [first] = run;
  switch (first?.kind) {
    case undefined:
      return [];
    case 'replace':
      return run.slice(-1);
    case 'add': {
      const ids = run.flatMap((step) => (step.kind === 'add' ? step.ids : []));
      return [{ kind: 'add', ids: [...new Set(ids)] }];
    }
    case 'remove':
    case 'removeTypes':
      return removalsTogether(run.filter(isRemoval));
  }
}
