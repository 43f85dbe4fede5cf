import { sql } from 'kysely';
import { groupResourceType } from '../../scim/registry.ts';
import type { Operand } from './condition.ts';
import type { FilterEngine } from './engine.ts';
import { column, type Home, metaColumns, type Rows } from './home.ts';
import { memberDisplay, memberType } from './member.ts';
import { schemaRows } from './schemas.ts';

/** Where the attributes of the groups of a connection are kept. */
export function groupsHome(engine: FilterEngine, connection: string): Home {
  return {
    table: 'groups',
    resourceType: groupResourceType,
    columns: new Map<string, Operand>([
      ['id', column('groups.id', 'exact', 'few', false)],
      ['displayName', column('groups.display_name_key', 'key', 'few', false)],
      ['externalId', column('groups.external_id', 'exact', 'some')],
      ...metaColumns('groups', groupResourceType),
    ]),
    rows: new Map([
      ['schemas', schemaRows('groups', groupResourceType, [], engine)],
      ['members', memberRows(engine, connection)],
    ]),
  };
}

/** The members as a client reads them: who is here has a type and a name, who is not has an id alone. */
function memberRows(engine: FilterEngine, connection: string): Rows {
  const connectionOf = sql.ref('membership.connection');
  const id = sql.ref('membership.member_id');
  return {
    from: sql`group_members as membership`,
    where: sql`membership.connection = ${connection}`,
    owner: sql.ref('membership.group_id'),
    order: id,
    columns: new Map([
      ['value', column('membership.member_id', 'exact', 'some', false)],
      ['type', column(engine.folded(memberType(connectionOf, id)), 'folded')],
      ['display', column(engine.folded(memberDisplay(engine, connectionOf, id)), 'folded')],
      ['$ref', column('membership.member_id', 'address', undefined, false)],
    ]),
    complete: true,
  };
}
