import { sql } from 'kysely';
import { invalidFilter } from '../../scim/error.ts';
import type { CompareOperator } from '../../scim/filter/filter.ts';
import { folded } from '../../scim/filter/fold.ts';
import { keyText } from '../keys.ts';
import { type Condition, type Operand, ofAll } from './condition.ts';
import type { FilterEngine } from './engine.ts';
import { Later, type Wanted } from './later.ts';

/**
 * The condition that a value compares with `wanted` as the filter's operator says (RFC 7644 §3.4.2.2 table 3). Texts
 * are ordered by code point. For `eq` the statement is the same whatever is wanted, which is put in when it is run.
 * Fails with ScimError 400 invalidFilter for an address: it begins with the one that the client used, which nothing
 * stored knows.
 *
 * @param path names the attribute to the client
 */
export function comparison(
  engine: FilterEngine,
  operand: Operand,
  operator: Exclude<CompareOperator, 'ne'>,
  wanted: Wanted,
  path: string,
): Condition {
  const { value, weight, index = 'all' } = operand;
  const right = comparable(operand, operator, wanted, path);
  const range = index === 'all' ? 'all' : 'many';
  switch (operator) {
    case 'eq': {
      const later = new Later((asked) => comparable(operand, operator, asked.wantedFor(wanted), path));
      return { sql: sql`${value} = ${later}`, reach: index, weight };
    }
    case 'co':
      return ofAll(engine.contains(value, String(right)), weight);
    case 'ew':
      return ofAll(engine.endsWith(value, String(right)), weight);
    case 'sw':
      return startsWith(engine, operand, String(right));
    case 'gt':
      return { sql: sql`${value} > ${right}`, reach: range, weight };
    case 'ge':
      return { sql: sql`${value} >= ${right}`, reach: range, weight };
    case 'lt':
      return { sql: sql`${value} < ${right}`, reach: range, weight };
    case 'le':
      return { sql: sql`${value} <= ${right}`, reach: range, weight };
  }
}

function startsWith(engine: FilterEngine, { value, weight, index }: Operand, start: string): Condition {
  const end = afterPrefix(start);
  if (index === undefined || end === null) return ofAll(engine.startsWith(value, start), weight);
  return { sql: sql`(${value} >= ${start} and ${value} < ${end})`, reach: 'many', weight };
}

/** The first text, by code point, after all that begin with `prefix`; null when there is none. */
function afterPrefix(prefix: string): string | null {
  const points = [...prefix].map((character) => character.codePointAt(0) ?? 0);
  const last = points.findLastIndex((point) => point < 0x10_ffff);
  const point = points[last];
  if (point === undefined) return null;
  // Between U+D7FF and U+E000 there are no characters, only halves of pairs.
  const next = point === 0xd7ff ? 0xe000 : point + 1;
  return String.fromCodePoint(...points.slice(0, last), next);
}

function comparable(
  { form }: Operand,
  operator: CompareOperator,
  wanted: Wanted,
  path: string,
): string | number {
  switch (form) {
    case 'key':
      // A blank at the edge of a part of a key may stand in its middle.
      return operator === 'eq' ? keyText(String(wanted)) : folded(String(wanted).normalize('NFC'));
    case 'folded':
      return folded(String(wanted));
    case 'exact':
      return String(wanted);
    case 'number':
      return Number(wanted);
    case 'flag':
      return wanted === true ? 1 : 0;
    case 'instant':
      return Date.parse(String(wanted));
    case 'address':
      throw invalidFilter(`${path} cannot be compared in a filter, only asked for with pr; id can.`);
  }
}
