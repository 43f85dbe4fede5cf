import type { Insertable, Updateable } from 'kysely';
import { type Places, statement, statementOfColumns } from './statement.ts';
import type { Database } from './tables.ts';

/** Finds whoever else has a userName, as `keyText` makes it, among the people who are not deleted. */
export const NAMESAKES = othersWith('user_name_key');

/** As `NAMESAKES`, with an employeeNumber. */
export const SAME_NUMBER = othersWith('employee_number_key');

function othersWith(column: 'user_name_key' | 'employee_number_key') {
  return statement((db, place: Places<{ connection: string; id: string; key: string | null }>) =>
    db
      .selectFrom('people')
      .select('id')
      .where('connection', '=', place('connection'))
      .where('deleted', 'is', null)
      .where('id', '<>', place('id'))
      .where(column, '=', place('key'))
      .limit(1),
  );
}

/** Writes the provisioning of a person who is new. */
export const insertProvisioning = statementOfColumns<Insertable<Database['provisionings']>, object>(
  (db, columns) => db.insertInto('provisionings').values(columns),
);

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
