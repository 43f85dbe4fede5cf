import { sql } from 'kysely';
import type { FilterEngine } from './engine.ts';

/** What SQLite says of a statement that is beyond its limits (sqlite.org/limits.html). */
const BEYOND_LIMITS = /^(Expression tree is too large|parser stack overflow|too many )/;

/** How SQLite says what a filter asks; its connections have the functions of `registerFunctions`. */
export const SQLITE_FILTERS: FilterEngine = {
  jsonValue: (json, path) => sql`json_extract(${json}, ${jsonPath(path)})`,
  jsonElements: (json, path, alias) => sql`json_each(${json}, ${jsonPath(path)}) as ${sql.id(alias)}`,
  texts: (texts) => sql<{ value: string }>`json_each(${JSON.stringify(texts)})`.as<'texts'>('texts'),
  folded: (text) => sql`scim_folded(${text})`,
  keyed: (text) => sql`scim_key(${text})`,
  instant: (text) => sql`scim_instant(${text})`,
  contains: (text, part) => sql`instr(${text}, ${part}) > 0`,
  startsWith: (text, start) => sql`substr(${text}, 1, ${[...start].length}) = ${start}`,
  endsWith: (text, end) =>
    end === '' ? sql`${text} is not null` : sql`substr(${text}, ${-[...end].length}) = ${end}`,
  withinTime: () => sql`scim_within_time()`,
  isTooComplex: (error) => error instanceof Error && BEYOND_LIMITS.test(error.message),
};

// Schema names and URNs, which hold no double quote.
function jsonPath(names: readonly string[]): string {
  return `$${names.map((name) => `."${name}"`).join('')}`;
}
