import type { CompileScope } from '../domain/connection.ts';
import type { JsonObject } from '../domain/json.ts';
import type { MemberOf } from '../domain/person.ts';
import { ScimError } from '../scim/error.ts';
import type { Filter } from '../scim/filter/filter.ts';
import { matches } from '../scim/filter/match.ts';
import { parseFilter } from '../scim/filter/parse.ts';
import { type AttributeReference, userResourceType } from '../scim/registry.ts';
import { concurBridgeUserSchema } from '../scim/schemas/concur-bridge-user.ts';

/**
 * Compiles the scope of a connection: a filter over the User as clients wrote it (RFC 7644 §3.4.2.2), which may also
 * name the groups that the person is in here, also through groups inside groups.
 */
export const compileScope: CompileScope = (text) => {
  let filter: Filter;
  try {
    filter = parseFilter(text, userResourceType);
  } catch (error) {
    if (!(error instanceof ScimError)) throw error;
    return { kind: 'wrong', message: error.detail };
  }
  const references = referencesIn(filter);
  const problem = references.map(problemOf).find((one) => one !== null);
  if (problem !== undefined) return { kind: 'wrong', message: problem };
  return {
    kind: 'scope',
    scope: {
      filter: text,
      usesGroups: references.some(isGroups),
      includes: (resource, groups) => matches(filter, asSeen(resource, groups), userResourceType),
    },
  };
};

/** RFC 7643 §4.1.1 leaves the default of `active` to the server: who does not say is active. */
function asSeen(resource: JsonObject, groups: readonly MemberOf[]): JsonObject {
  return {
    ...resource,
    active: resource.active ?? true,
    groups: groups.map(({ id, displayName }) => ({
      display: displayName,
      ...(id === undefined ? {} : { value: id }),
    })),
  };
}

/** The attributes that a filter names, those inside value paths by their whole path. */
function referencesIn(filter: Filter): readonly AttributeReference[] {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.filters.flatMap(referencesIn);
    case 'not':
      return referencesIn(filter.filter);
    case 'compare':
    case 'present':
      return [filter.reference];
    case 'valuePath': {
      const { reference } = filter;
      return referencesIn(filter.filter).map((inner) => ({
        ...inner,
        chain: [...reference.chain, ...inner.chain] as AttributeReference['chain'], // a list that is not empty, and one more
        path: `${reference.path}.${inner.path}`,
      }));
    }
  }
}

/** What of a User clients do not write says nothing about whom a connection is for. */
function problemOf({ schema, chain, path }: AttributeReference): string | null {
  const [top, inner] = chain;
  if (schema === concurBridgeUserSchema || ['id', 'meta', 'schemas', 'password'].includes(top.name)) {
    return `"${path}" is nothing that a scope can go by; it goes by what clients write of a User, and by groups.display and groups.value`;
  }
  if (top.name === 'groups' && inner !== undefined && !['display', 'value'].includes(inner.name)) {
    return `"${path}" is not known of a group; known are groups.display and groups.value`;
  }
  return null;
}

function isGroups({ schema, chain: [top] }: AttributeReference): boolean {
  return schema === userResourceType.schema && top.name === 'groups';
}
