import type BetterSqlite from 'better-sqlite3';

/** Makes a text a statement of SQLite's. */
export type Prepare = (text: string) => BetterSqlite.Statement<readonly unknown[]>;

/** Statements kept; the lists of `in` make the number of different texts large, but not unbounded. */
const STATEMENTS = 500;

/** Prepares each statement once; a text that differs in its variables alone is the same statement. */
export function withStatementCache(database: BetterSqlite.Database): Prepare {
  const statements = new Map<string, BetterSqlite.Statement<readonly unknown[]>>();
  return (text) => {
    const known = statements.get(text);
    if (known !== undefined) return known;
    if (statements.size >= STATEMENTS) statements.clear();
    const statement = database.prepare<readonly unknown[]>(text);
    statements.set(text, statement);
    return statement;
  };
}
