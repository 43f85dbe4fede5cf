import { type Kysely, sql, type Updateable } from 'kysely';
import { type Places, statement, statementOfColumns } from './statement.ts';
import type { Database } from './tables.ts';

/** The keys of a person, as `keyText` makes them, and whose they are. */
interface Keys {
  readonly connection: string;
  readonly id: string;
  readonly userNameKey: string;
  readonly employeeNumberKey: string | null;
}

/** Finds what of these keys somebody else has, among the people who are not deleted. */
export const CLASHES = statement((db, place: Places<Keys>) =>
  others(db, place)
    .select(sql<'userName' | 'employeeNumber'>`'userName'`.as('attribute'))
    .where('user_name_key', '=', place('userNameKey'))
    .unionAll(
      others(db, place)
        .select(sql<'userName' | 'employeeNumber'>`'employeeNumber'`.as('attribute'))
        .where('employee_number_key', '=', place('employeeNumberKey')),
    ),
);

function others(db: Kysely<Database>, place: Places<Keys>) {
  return db
    .selectFrom('people')
    .where('connection', '=', place('connection'))
    .where('deleted', 'is', null)
    .where('id', '<>', place('id'));
}

/** What an update of a provisioning is told besides the columns. */
interface Update {
  readonly connection: string;
  readonly id: string;
  readonly now: number;
  /** Whether a deactivation is owed: 1, or 0. */
  readonly owed: 0 | 1;
}

/** Changes columns of a provisioning, and since when a deactivation is owed. */
export const updateProvisioning = statementOfColumns<Updateable<Database['provisionings']>, Update>(
  (db, columns, place) =>
    db
      .updateTable('provisionings')
      .set(columns)
      .set((row) => ({
        deactivation_since: row
          .case()
          .when(place('owed'), '=', 1)
          .then(row.fn.coalesce('deactivation_since', place('now')))
          .end(),
      }))
      .where('connection', '=', place('connection'))
      .where('person_id', '=', place('id')),
);
