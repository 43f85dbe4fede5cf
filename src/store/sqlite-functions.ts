import type BetterSqlite from 'better-sqlite3';
import { folded } from '../scim/filter/fold.ts';
import { keyText } from './keys.ts';

/**
 * Gives a connection the functions that the filters use.
 *
 * @param withinTime is called for every row that a filter looks at; what it throws ends the query
 */
export function registerFunctions(database: BetterSqlite.Database, withinTime: () => void): void {
  const ofText = (name: string, call: (text: string) => string | number) => {
    database.function(name, { deterministic: true }, (value: unknown) =>
      typeof value === 'string' ? call(value) : null,
    );
  };
  ofText('scim_folded', folded);
  ofText('scim_key', keyText);
  ofText('scim_instant', (text) => Date.parse(text));
  // Not deterministic, so that SQLite does ask again for every row.
  database.function('scim_within_time', () => {
    withinTime();
    return 1;
  });
}
