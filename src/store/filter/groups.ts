import { sql } from 'kysely';
import { groupResourceType } from '../../scim/registry.ts';
import type { Operand } from './condition.ts';
import type { FilterEngine } from './engine.ts';
import { column, type Home, metaColumns, type Rows } from './home.ts';
import { schemaRows } from './schemas.ts';

/** Where the attributes of the groups of a connection are kept. */
export function groupsHome(engine: FilterEngine, connection: string): Home {
  return {
    table: 'groups',
    resourceType: groupResourceType,
    columns: new Map<string, Operand>([
      ['id', column('groups.id', 'exact', 'few', false)],
      ['displayName', column('groups.display_name_key', 'key', 'few', false)],
      ['externalId', column('groups.external_id', 'exact', 'few')],
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
  const person = (
    expression: ReturnType<typeof sql>,
  ) => sql`(select ${expression} from people as member_person
    where member_person.connection = membership.connection and member_person.id = membership.member_id
      and member_person.deleted is null)`;
  const group = (expression: ReturnType<typeof sql>) => sql`(select ${expression} from groups as member_group
    where member_group.connection = membership.connection and member_group.id = membership.member_id
      and member_group.deleted is null)`;
  const resource = sql.ref('member_person.resource');
  const personName = sql`coalesce(${engine.jsonValue(resource, ['displayName'])}, member_person.user_name)`;
  const groupName = engine.jsonValue(sql.ref('member_group.resource'), ['displayName']);
  return {
    from: sql`group_members as membership`,
    where: sql`membership.connection = ${connection}`,
    owner: sql.ref('membership.group_id'),
    order: sql.ref('membership.member_id'),
    columns: new Map([
      ['value', column('membership.member_id', 'exact', 'few', false)],
      ['type', column(sql`coalesce(${person(sql`'user'`)}, ${group(sql`'group'`)})`, 'folded')],
      ['display', column(engine.folded(sql`coalesce(${person(personName)}, ${group(groupName)})`), 'folded')],
      ['$ref', column('membership.member_id', 'address', undefined, false)],
    ]),
    complete: true,
  };
}
