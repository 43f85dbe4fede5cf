import { sql } from 'kysely';
import type { Filter } from '../../scim/filter/filter.ts';
import type { AttributeReference } from '../../scim/registry.ts';
import { allOf, anyOf, type Condition, JSON_WEIGHT, type Operand, ofAll } from './condition.ts';
import type { FilterEngine } from './engine.ts';
import { type Home, inTime, type Rows, someRow } from './home.ts';
import { operandAt, type Place, someAt, valueAt } from './json.ts';

/** What a filter is asked of: a resource, or an element of a multi-valued attribute. */
export interface Subject {
  /** One of the values of an attribute meets the test. */
  some(reference: AttributeReference, test: (operand: Operand) => Condition): Condition;
  /** The attribute has a value that is not empty. */
  present(reference: AttributeReference): Condition;
  /** One of the elements of an attribute meets the filter of a value path. */
  someElement(reference: AttributeReference, filter: Filter): Condition;
  /** One of the conditions holds. */
  either(conditions: readonly Condition[]): Condition;
}

/** The condition that a subject meets a filter. */
export type Translate = (filter: Filter, subject: Subject) => Condition;

/** Parts of a union that one statement may have. */
const UNION = 250;

/** A resource, its attributes wherever they are kept. */
export function resourceSubject(
  engine: FilterEngine,
  home: Home,
  connection: string,
  translate: Translate,
): Subject {
  const { table, columns, rows } = home;
  const resource: Subject = {
    some(reference, test) {
      const operand = columns.get(reference.path);
      if (operand !== undefined) return test(operand);
      const row = rowColumn(home, reference);
      if (row !== undefined) return someRow(engine, table, row.rows, test(row.operand));
      return stored(reference).some(reference, test);
    },
    present(reference) {
      if (columns.has(reference.path) || rowColumn(home, reference) !== undefined) {
        return resource.some(reference, isPresent);
      }
      const elements = rows.get(reference.path);
      return elements?.complete
        ? someRow(engine, table, elements, ofAll(sql`true`, 1))
        : stored(reference).present(reference);
    },
    someElement(reference, filter) {
      if (!reference.chain.some(({ multiValued }) => multiValued)) {
        return allOf([resource.present(reference), translate(filter, part(resource, reference))]);
      }
      const elements = rows.get(reference.path);
      if (elements === undefined) return stored(reference).someElement(reference, filter);
      const { known, others } = partition(filter, elements);
      if (known.length === 0) return stored(reference).someElement(reference, filter);
      const row = allOf(known.map((one) => translate(one, rowSubject(elements))));
      const found = someRow(engine, table, elements, row);
      if (others.length === 0) return found;
      const exact = stored(reference).someElement(reference, filter);
      return found.reach === 'all' ? exact : allOf([found, exact]);
    },
    either: (conditions) => union(engine, home, connection, conditions),
  };
  const stored = (reference: AttributeReference) =>
    placeSubject(engine, placeOfSchema(home, reference), translate);
  return resource;
}

/** Where in the JSON of a resource the attributes of the schema of `reference` are. */
export function placeOfSchema({ table, resourceType }: Home, { schema }: AttributeReference): Place {
  const json = sql.ref(`${table}.resource`);
  return schema === resourceType.schema
    ? { json, path: [], name: '', depth: 0 }
    : { json, path: [schema.id], name: `${schema.id}:`, depth: 0 };
}

/** Where an attribute is kept in rows of a table of its own. */
export function rowColumn(
  { rows }: Home,
  { path }: AttributeReference,
): { readonly rows: Rows; readonly operand: Operand } | undefined {
  for (const [name, elements] of rows) {
    const below = path === name ? '' : path.startsWith(`${name}.`) ? path.slice(name.length + 1) : undefined;
    const operand = below === undefined ? undefined : elements.columns.get(below);
    if (operand !== undefined) return { rows: elements, operand };
  }
  return undefined;
}

function isPresent({ value, form, weight }: Operand): Condition {
  const isText = form === 'key' || form === 'folded' || form === 'exact';
  return ofAll(isText ? sql`${value} <> ''` : sql`${value} is not null`, weight);
}

/** What is at a place in JSON, an element or the whole resource. */
function placeSubject(engine: FilterEngine, place: Place, translate: Translate): Subject {
  return {
    some: (reference, test) =>
      someAt(engine, place, reference.chain, (found) =>
        test(operandAt(valueAt(engine, found), engine, found.name, reference.attribute)),
      ),
    present: (reference) =>
      someAt(engine, place, reference.chain, (found) =>
        ofAll(sql`${valueAt(engine, found)} not in ('', '{}', '[]')`, JSON_WEIGHT),
      ),
    someElement: (reference, filter) =>
      someAt(engine, place, reference.chain, (found) =>
        allOf([
          ofAll(sql`${valueAt(engine, found)} is not null`, JSON_WEIGHT),
          translate(filter, placeSubject(engine, found, translate)),
        ]),
      ),
    either: anyOf,
  };
}

/** A row of a table of elements, all that is asked of it being in its columns. */
function rowSubject({ columns }: Rows): Subject {
  const some: Subject['some'] = ({ path }, test) => {
    const operand = columns.get(path);
    if (operand === undefined) throw new Error(`no column for ${path}`);
    return test(operand);
  };
  return {
    some,
    present: (reference) => some(reference, isPresent),
    someElement: ({ path }) => {
      throw new Error(`no elements in ${path}`);
    },
    either: anyOf,
  };
}

/** The attributes below a singular complex attribute. */
function part(subject: Subject, whole: AttributeReference): Subject {
  const below = (reference: AttributeReference): AttributeReference => ({
    ...reference,
    schema: whole.schema,
    chain: [...whole.chain, ...reference.chain],
    path: `${whole.path}.${reference.path}`,
  });
  return {
    some: (reference, test) => subject.some(below(reference), test),
    present: (reference) => subject.present(below(reference)),
    someElement: (reference, filter) => subject.someElement(below(reference), filter),
    either: subject.either,
  };
}

/** The parts of the filter of a value path that the columns of the rows can answer, and those that they cannot. */
function partition(filter: Filter, rows: Rows): { known: readonly Filter[]; others: readonly Filter[] } {
  const parts = filter.kind === 'and' ? filter.filters : [filter];
  const { known = [], others = [] } = Object.groupBy(parts, (one) =>
    isKnown(one, rows) ? 'known' : 'others',
  );
  return { known, others };
}

function isKnown(filter: Filter, rows: Rows): boolean {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.filters.every((one) => isKnown(one, rows));
    case 'not':
      return isKnown(filter.filter, rows);
    case 'compare':
    case 'present':
      return rows.columns.has(filter.path);
    case 'valuePath':
      return false;
  }
}

/** Where an index serves every condition, each is looked up by itself: `or` would walk through everybody. */
function union(
  engine: FilterEngine,
  { table }: Home,
  connection: string,
  conditions: readonly Condition[],
): Condition {
  const either = anyOf(conditions);
  if (either.reach === 'all') return either;
  const from = sql.table(table);
  const id = sql.ref(`${table}.id`);
  const here = sql`${sql.ref(`${table}.connection`)} = ${connection} and ${sql.ref(`${table}.deleted`)} is null`;
  const lookups = conditions.map(
    (condition) => sql`select ${id} from ${from} where ${here} and ${inTime(engine, condition).sql}`,
  );
  const unions: Condition[] = [];
  for (let start = 0; start < lookups.length; start += UNION) {
    const found = sql.join(lookups.slice(start, start + UNION), sql` union `);
    unions.push({ ...either, sql: sql`${id} in (${found})` });
  }
  return anyOf(unions);
}
