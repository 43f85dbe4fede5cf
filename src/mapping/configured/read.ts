import { shortName } from '../../domain/attribute-name.ts';
import type { Reading } from '../../domain/connection.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import type { ConcurTarget } from '../concur-schema/schema.ts';
import { coerce } from './coerce.ts';
import type { Source, Sourced } from './source.ts';
import type { Table } from './table.ts';

/** The compiled settings of an attribute. */
export interface Parts {
  readonly source: Source;
  readonly table: Table | null;
  /** In Concur's form; undefined: there is none. */
  readonly standard: JsonValue | undefined;
  readonly atCreation: boolean;
}

const NOTHING: Reading = { kind: 'nothing' };

/**
 * How the value of a configured attribute is worked out: the source, then the table, then the default
 * where there is no value. What does not fit is a gap, which says where it comes from and never what
 * it is: it may be nobody else's business.
 */
export function reader(target: ConcurTarget, parts: Parts, place: string) {
  const what = `${shortName(target.key)} (${place})`;
  const conclude = (sourced: Sourced): Reading => conclusion(target, parts, sourced, what);
  return (resource: JsonObject): Reading | Promise<Reading> => {
    const sourced = parts.source.read(resource);
    return sourced instanceof Promise ? sourced.then(conclude) : conclude(sourced);
  };
}

function conclusion(target: ConcurTarget, parts: Parts, sourced: Sourced, what: string): Reading {
  const { source, table, standard } = parts;
  const otherwise: Reading =
    standard === undefined ? NOTHING : { kind: 'value', value: standard, from: 'default' };
  if (sourced.kind === 'failed') return gap(`${what}: the expression has no result, ${sourced.why}`);
  const values = sourced.values.filter((value) => !isBlank(value));
  if (values.length === 0) return otherwise;
  const looked = table === null ? values : lookUp(values, table);
  if (looked.length === 0) {
    return standard === undefined ? gap(`${what}: the table has no entry for ${source.words}`) : otherwise;
  }
  const coerced = coerce(target, looked);
  switch (coerced.kind) {
    case 'nothing':
      return otherwise;
    case 'unfit':
      return gap(`${what}: ${source.words} is not ${coerced.wanted}`);
    case 'value':
      return { kind: 'value', value: coerced.value, from: table === null ? 'source' : 'table' };
  }
}

function lookUp(values: readonly JsonValue[], table: ReadonlyMap<string, JsonValue>): readonly JsonValue[] {
  return values.map((value) => table.get(String(value).trim())).filter((value) => value !== undefined);
}

function isBlank(value: JsonValue): boolean {
  return value === null || (typeof value === 'string' && value.trim() === '');
}

function gap(why: string): Reading {
  return { kind: 'gap', why };
}
