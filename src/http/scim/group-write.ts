import type { Actor } from '../../scim/directory.ts';
import { parseGroup, replaceGroup } from '../../scim/group/body.ts';
import { patchGroup } from '../../scim/group/patch.ts';
import type { Group, GroupDecision, GroupWrite, UnknownMembers } from '../../scim/groups.ts';
import type { Operation } from './operation.ts';
import { checkIfMatch } from './precondition.ts';

/**
 * The write of a Group that an operation asks for. Fails like `parseGroup` for the body of a POST; what is wrong
 * with another one rejects the write itself.
 */
export function groupWrite(operation: Operation, actor: Actor, unknownMembers: UnknownMembers): GroupWrite {
  if (operation.method === 'POST') {
    const { id } = operation;
    const group = parseGroup(operation.body);
    return { kind: 'create', actor, ...group, unknownMembers, ...(id === undefined ? {} : { id }) };
  }
  return {
    kind: 'change',
    actor,
    id: operation.id,
    unknownMembers,
    decide: (group) => {
      // RFC 7644 §3.14: the condition is checked on the group as it is inside the transaction.
      checkIfMatch(operation.ifMatch, group.version);
      return decision(operation, group);
    },
  };
}

function decision(operation: Exclude<Operation, { method: 'POST' }>, group: Group): GroupDecision {
  switch (operation.method) {
    case 'PUT':
      return replaceGroup(group, operation.body);
    case 'PATCH':
      return patchGroup(group, operation.body);
    case 'DELETE':
      return { kind: 'delete' };
  }
}
