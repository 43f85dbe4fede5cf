import { type RawBuilder, sql } from 'kysely';
import type { Member } from '../../scim/groups.ts';
import type { FilterEngine, Value } from './engine.ts';

/** What a member is, by the columns or values of their connection and id: see `Member.type`. */
export function memberType(connection: Value, id: Value): RawBuilder<Member['type']> {
  return sql`coalesce(${person(connection, id, sql`'User'`)}, ${group(connection, id, sql`'Group'`)})`;
}

/** How a member is called: see `Member.display`. */
export function memberDisplay(engine: FilterEngine, connection: Value, id: Value): RawBuilder<string | null> {
  const ofPerson = engine.jsonValue(sql.ref('member_person.resource'), ['displayName']);
  const ofGroup = engine.jsonValue(sql.ref('member_group.resource'), ['displayName']);
  const called = sql`coalesce(${ofPerson}, member_person.user_name)`;
  return sql`coalesce(${person(connection, id, called)}, ${group(connection, id, ofGroup)})`;
}

/** A value of the living person with that id, NULL when there is none. */
function person(connection: Value, id: Value, value: Value): Value {
  return sql`(select ${value} from people as member_person
    where member_person.connection = ${connection} and member_person.id = ${id} and member_person.deleted is null)`;
}

function group(connection: Value, id: Value, value: Value): Value {
  return sql`(select ${value} from groups as member_group
    where member_group.connection = ${connection} and member_group.id = ${id} and member_group.deleted is null)`;
}
