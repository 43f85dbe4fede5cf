import { type JsonObject, sameJson } from '../../domain/json.ts';
import type { Person } from '../../domain/person.ts';
import type { Modification } from '../../scim/change.ts';
import type { Actor, Decision, Write } from '../../scim/directory.ts';
import { applyPatch } from '../../scim/patch/apply.ts';
import { userResourceType } from '../../scim/registry.ts';
import { replaceResource } from '../../scim/replace.ts';
import { parseResource } from '../../scim/resource.ts';
import type { Operation } from './operation.ts';
import { checkIfMatch } from './precondition.ts';

/**
 * The write of a User that an operation asks for. Fails like `parseResource` for the body of a POST; what is wrong
 * with another one rejects the write itself.
 */
export function userWrite(operation: Operation, actor: Actor): Write {
  if (operation.method === 'POST') {
    const { id } = operation;
    // RFC 7643 §4.1.1 leaves the default of `active` to the server; stored, so that what is filtered is shown.
    const resource = { active: true, ...parseResource(userResourceType, operation.body) };
    return { kind: 'create', actor, resource, ...(id === undefined ? {} : { id }) };
  }
  // It is decided before the transaction, for the checks, and in it: the same as long as the person is.
  let last: { readonly resource: JsonObject; readonly decision: Decision } | null = null;
  return {
    kind: 'change',
    actor,
    id: operation.id,
    decide: ({ person }) => {
      // RFC 7644 §3.14: the condition is checked on the person as they are inside the transaction.
      checkIfMatch(operation.ifMatch, person.version);
      const { resource } = person;
      if (last === null || !sameJson(last.resource, resource)) {
        last = { resource, decision: decision(operation, person) };
      }
      return last.decision;
    },
  };
}

function decision(operation: Exclude<Operation, { method: 'POST' }>, person: Person): Decision {
  switch (operation.method) {
    case 'PUT':
      return decisionFor(replaceResource(userResourceType, person.resource, operation.body));
    case 'PATCH':
      return decisionFor(applyPatch(userResourceType, person.resource, operation.body, person.id));
    case 'DELETE':
      return { kind: 'delete' };
  }
}

function decisionFor({ resource, changed }: Modification): Decision {
  return changed.length === 0 ? { kind: 'unchanged' } : { kind: 'replace', resource, changed };
}
