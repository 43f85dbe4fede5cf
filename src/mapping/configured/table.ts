import { parse } from 'csv-parse/sync';
import { isJsonObject, type JsonValue } from '../../domain/json.ts';
import type { Compiled } from './path.ts';

/** Values by the text that they are looked up with. */
export type Table = ReadonlyMap<string, JsonValue>;

/**
 * Reads a table: a map, or `{ file: … }`, a CSV file in UTF-8 with a head, whose first column is looked
 * up and whose second is the value.
 *
 * @param readFile throws when it cannot
 */
export function readTable(table: JsonValue, readFile: (path: string) => string): Compiled<Table> {
  if (!isJsonObject(table)) {
    return {
      kind: 'problem',
      message: 'must be a mapping of values, or the file of a table: { file: x.csv }',
    };
  }
  const { file, ...others } = table;
  if (typeof file === 'string' && Object.keys(others).length === 0) return readCsv(file, readFile);
  const nested = Object.entries(table).find(([, value]) => typeof value === 'object');
  if (nested !== undefined) return { kind: 'problem', message: `has no single value for "${nested[0]}"` };
  return { kind: 'ok', result: new Map(Object.entries(table)) };
}

function readCsv(file: string, readFile: (path: string) => string): Compiled<Table> {
  let text: string;
  try {
    text = readFile(file);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    return { kind: 'problem', message: `names ${file}, which cannot be read (${code})` };
  }
  let rows: string[][];
  try {
    rows = parse(text, { bom: true, trim: true, skip_empty_lines: true, relax_column_count: true });
  } catch (error) {
    const line = error instanceof Error && 'lines' in error ? `, line ${String(error.lines)}` : '';
    return { kind: 'problem', message: `names ${file}, which is no CSV${line}` };
  }
  const table = new Map<string, string>();
  for (const [index, row] of rows.slice(1).entries()) {
    const [key = '', value = ''] = row;
    const at = `names ${file}, whose row ${index + 1} below the head`;
    if (row.length !== 2) return { kind: 'problem', message: `${at} has not two columns` };
    if (table.has(key)) return { kind: 'problem', message: `${at} has "${key}" a second time` };
    table.set(key, value);
  }
  return { kind: 'ok', result: table };
}
