import { sql } from 'kysely';
import { type ResourceType, schemasOf } from '../../scim/registry.ts';
import type { FilterEngine } from './engine.ts';
import { column, type Home, type Rows } from './home.ts';

/**
 * The URIs in `schemas` (RFC 7643 §3): the resource type's own, those of `always`, and those of the extensions that the
 * resource has attributes of.
 */
export function schemaRows(
  table: Home['table'],
  resourceType: ResourceType,
  always: readonly string[],
  engine: FilterEngine,
): Rows {
  const everywhere = [resourceType.schema.id, ...always];
  const extensions = schemasOf(resourceType)
    .map(({ id }) => id)
    .filter((id) => !everywhere.includes(id));
  const resource = sql.ref(`${table}.resource`);
  const constants = everywhere.map((id, index) => sql`select ${id} as uri, ${index} as position`);
  const named = sql`select member.key as uri, ${everywhere.length} as position from ${engine.jsonElements(resource, [], 'member')}
    where member.key in (${sql.join(extensions.length === 0 ? [null] : extensions)})`;
  return {
    from: sql`(${sql.join([...constants, named], sql` union all `)}) as part`,
    where: sql`true`,
    owner: sql.ref(`${table}.id`),
    order: sql.ref('part.position'),
    columns: new Map([['', column('part.uri', 'exact', undefined, false)]]),
    complete: true,
  };
}
