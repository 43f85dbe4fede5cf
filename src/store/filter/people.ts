import { sql } from 'kysely';
import { ENTERPRISE } from '../../domain/extensions.ts';
import { userResourceType } from '../../scim/registry.ts';
import { concurBridgeUserSchema } from '../../scim/schemas/concur-bridge-user.ts';
import type { Operand } from './condition.ts';
import type { FilterEngine } from './engine.ts';
import { column, type Home, metaColumns, type Rows } from './home.ts';
import { schemaRows } from './schemas.ts';

const BRIDGE = concurBridgeUserSchema.id;

/** Where the attributes of the people of a connection are kept. */
export function peopleHome(engine: FilterEngine, connection: string): Home {
  return {
    table: 'people',
    resourceType: userResourceType,
    columns: new Map<string, Operand>([
      ['id', column('people.id', 'exact', 'few', false)],
      ['userName', column('people.user_name_key', 'key', 'few', false)],
      ['externalId', column('people.external_id', 'exact', 'some')],
      ['displayName', column('people.display_name_key', 'key', 'some')],
      // RFC 7643 §4.1.1 leaves the default to the server: who does not say is active.
      ['active', column('people.active', 'flag', undefined, false)],
      [`${ENTERPRISE}:employeeNumber`, column('people.employee_number_key', 'key', 'few')],
      [`${ENTERPRISE}:manager.value`, column('people.manager', 'exact', 'some')],
      ...metaColumns('people', userResourceType),
      ...overrideColumns(engine),
    ]),
    rows: new Map([
      ['schemas', schemaRows('people', userResourceType, [BRIDGE], engine)],
      ['emails', valueRows('person_emails', connection)],
      ['phoneNumbers', valueRows('person_phones', connection)],
      ['groups', membershipRows(connection)],
      ...provisioningRows(engine, connection),
    ]),
  };
}

function valueRows(table: 'person_emails' | 'person_phones', connection: string): Rows {
  return {
    from: sql.table(table),
    where: sql`${sql.ref(`${table}.connection`)} = ${connection}`,
    owner: sql.ref(`${table}.person_id`),
    order: sql.ref(`${table}.value_key`),
    columns: new Map([
      ['value', column(`${table}.value_key`, 'key', 'some', false)],
      ['type', column(`${table}.type`, 'folded')],
    ]),
    complete: false,
  };
}

/** The living groups that somebody is a direct member of. */
function membershipRows(connection: string): Rows {
  return {
    from: sql`group_members as membership join groups as grp
      on grp.connection = membership.connection and grp.id = membership.group_id and grp.deleted is null`,
    where: sql`membership.connection = ${connection}`,
    owner: sql.ref('membership.member_id'),
    order: sql.ref('grp.display_name_key'),
    columns: new Map([
      ['value', column('membership.group_id', 'exact', 'many', false)],
      ['display', column('grp.display_name_key', 'key', undefined, false)],
      ['type', column(sql`'direct'`, 'folded', undefined, false)],
      ['$ref', column('membership.group_id', 'address', undefined, false)],
    ]),
    complete: true,
  };
}

/** Every person has one row; each attribute of the bridge's extension is like an element of its own. */
function provisioningRows(engine: FilterEngine, connection: string): readonly (readonly [string, Rows])[] {
  const attributes = new Map<string, Operand>([
    ['state', column('provisionings.state', 'exact', 'many', false)],
    ['concurId', column('provisionings.concur_id', 'exact', 'few')],
    ['lastRequestId', column('provisionings.last_request_id', 'exact')],
    ['lastError', column(engine.folded(sql.ref('provisionings.last_error')), 'folded')],
    ['lastConfirmed', column('provisionings.last_confirmed', 'instant')],
    ['pendingSince', column('provisionings.pending_since', 'instant')],
  ]);
  return [...attributes].map(([name, operand]) => [
    `${BRIDGE}:${name}`,
    {
      from: sql.table('provisionings'),
      where: sql`provisionings.connection = ${connection}`,
      owner: sql.ref('provisionings.person_id'),
      order: sql.ref('provisionings.person_id'),
      columns: new Map([['', operand]]),
      complete: true,
    },
  ]);
}

function overrideColumns(engine: FilterEngine): readonly (readonly [string, Operand])[] {
  const override = sql.ref('people.override');
  const part = (name: string) => engine.jsonValue(override, [name]);
  const path = `${BRIDGE}:override`;
  return [
    [path, column(override, 'exact')],
    [`${path}.active`, column(part('active'), 'flag')],
    [`${path}.reason`, column(engine.folded(part('reason')), 'folded')],
    [`${path}.by`, column(engine.folded(part('by')), 'folded')],
    // Stored in ms, shown as a dateTime.
    [`${path}.since`, column(part('since'), 'instant')],
  ];
}
