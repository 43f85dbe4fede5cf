import { type Kysely, sql } from 'kysely';

/** Makes an index, over the rows of which the SQL condition `where` holds; over all without one. */
export async function index(
  db: Kysely<unknown>,
  name: string,
  table: string,
  columns: readonly string[],
  where?: string,
  unique = false,
): Promise<void> {
  const kind = unique ? 'unique index' : 'index';
  const condition = where === undefined ? sql`` : sql` where ${sql.raw(where)}`;
  await sql`create ${sql.raw(kind)} ${sql.id(name)} on ${sql.table(table)} (${sql.join(columns.map((column) => sql.id(column)))})${condition}`.execute(
    db,
  );
}
