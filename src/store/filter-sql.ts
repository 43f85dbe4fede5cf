import type { Expression, ExpressionBuilder, SqlBool } from 'kysely';
import { ENTERPRISE } from '../domain/extensions.ts';
import { invalidFilter } from '../scim/error.ts';
import type { Filter } from '../scim/filter/filter.ts';
import type { Database } from './tables.ts';

type People = ExpressionBuilder<Database, 'people'>;
type Emails = ExpressionBuilder<Database, 'people' | 'person_emails'>;
type Comparison = Extract<Filter, { kind: 'compare' }>;

/** The attributes of a person that have a column, and how the column holds them. */
const COLUMNS = {
  id: { column: 'id', caseExact: true },
  externalId: { column: 'external_id', caseExact: true },
  userName: { column: 'user_name_key', caseExact: false },
  active: { column: 'active', caseExact: true },
  [`${ENTERPRISE}:employeeNumber`]: { column: 'employee_number_key', caseExact: false },
  [`${ENTERPRISE}:manager.value`]: { column: 'manager', caseExact: true },
} as const;

const EMAIL_COLUMNS = { type: 'type', value: 'value_key' } as const;

const SUPPORTED =
  'A filter can compare userName, externalId, id, emails (with type and value), active, and the ' +
  "enterprise extension's employeeNumber and manager with eq, several of them joined by and";

/**
 * The SQL condition that holds for the people whom a filter (RFC 7644 §3.4.2.2) matches. Fails with
 * ScimError 400 invalidFilter, saying what is supported, for what the store cannot answer from an index.
 */
export function filterCondition(people: People, filter: Filter): Expression<SqlBool> {
  switch (filter.kind) {
    case 'and':
      return people.and(filter.filters.map((part) => filterCondition(people, part)));
    case 'compare':
      return comparison(people, filter);
    case 'valuePath':
      if (filter.path !== 'emails') throw unsupported(filter.path);
      return someEmail(people, (emails) => emailCondition(emails, filter.filter));
    case 'or':
    case 'not':
      throw unsupported(filter.kind);
    case 'present':
      throw unsupported(`${filter.path} pr`);
  }
}

/** The SQL condition that holds for the people one of whose e-mail addresses meets `condition`. */
export function someEmail(
  people: People,
  condition: (emails: Emails) => Expression<SqlBool>,
): Expression<SqlBool> {
  return people(
    'people.id',
    'in',
    people
      .selectFrom('person_emails')
      .select('person_emails.person_id')
      .whereRef('person_emails.connection', '=', 'people.connection')
      .where((emails) => condition(emails)),
  );
}

function emailCondition(emails: Emails, filter: Filter): Expression<SqlBool> {
  switch (filter.kind) {
    case 'and':
      return emails.and(filter.filters.map((part) => emailCondition(emails, part)));
    case 'compare': {
      const { path } = filter;
      if (path !== 'type' && path !== 'value') throw unsupported(`emails.${path}`);
      return emails(`person_emails.${EMAIL_COLUMNS[path]}`, '=', textOf(filter).toLowerCase());
    }
    case 'or':
    case 'not':
    case 'present':
    case 'valuePath':
      throw unsupported(`${filter.kind} in emails[…]`);
  }
}

function comparison(people: People, filter: Comparison): Expression<SqlBool> {
  const { path } = filter;
  if (path === 'emails.value' || path === 'emails.type') {
    const column = path === 'emails.value' ? 'value_key' : 'type';
    const text = textOf(filter).toLowerCase();
    return someEmail(people, (emails) => emails(`person_emails.${column}`, '=', text));
  }
  if (path === 'active') {
    return people('people.active', '=', filter.value === true ? 1 : 0)
  }
  const known = Object.hasOwn(COLUMNS, path) ? COLUMNS[path as keyof typeof COLUMNS] : undefined;
}

function unsupported(what: string): Error {
  return invalidFilter(`${SUPPORTED}; not ${what}.`);
}
