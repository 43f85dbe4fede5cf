import type { Expression, ExpressionBuilder, SqlBool } from 'kysely';
import { ENTERPRISE } from '../domain/extensions.ts';
import { excerpt, invalidFilter } from '../scim/error.ts';
import type { Filter } from '../scim/filter/filter.ts';
import { keyText } from './records.ts';
import type { Database } from './tables.ts';

type People = ExpressionBuilder<Database, 'people'>;
type Emails = ExpressionBuilder<Database, 'person_emails'>;
type Comparison = Extract<Filter, { kind: 'compare' }>;

const SUPPORTED =
  'A filter can compare userName, externalId, id, emails (and their type and value), active, and the ' +
  "enterprise extension's employeeNumber and manager with eq, several of them joined by and";

/**
 * The SQL condition that holds for the people whom a filter (RFC 7644 §3.4.2.2) matches; keys are
 * compared with or without case as RFC 7643 §4.1 has it, those without as `keyText` makes them. Fails with ScimError 400 invalidFilter,
 * saying what is supported, for what the store cannot answer from an index.
 */
export function filterCondition(people: People, connection: string, filter: Filter): Expression<SqlBool> {
  switch (filter.kind) {
    case 'and':
      return people.and(filter.filters.map((part) => filterCondition(people, connection, part)));
    case 'compare':
      return comparison(people, connection, filter);
    case 'valuePath':
      if (filter.path !== 'emails') throw unsupported(filter.path);
      return someEmail(people, connection, (emails) => emailCondition(emails, filter.filter));
    case 'present':
      throw unsupported(`${filter.path} pr`);
    case 'or':
    case 'not':
      throw unsupported(filter.kind);
  }
}

/** The SQL condition that holds for the people one of whose e-mail addresses meets `condition`. */
export function someEmail(
  people: People,
  connection: string,
  condition: (emails: Emails) => Expression<SqlBool>,
): Expression<SqlBool> {
  return people(
    'people.id',
    'in',
    people
      .selectFrom('person_emails')
      .select('person_emails.person_id')
      .where('person_emails.connection', '=', connection)
      .where((emails) => condition(emails)),
  );
}

function comparison(people: People, connection: string, filter: Comparison): Expression<SqlBool> {
  switch (filter.path) {
    case 'id':
      return people('people.id', '=', textOf(filter));
    case 'externalId':
      return people('people.external_id', '=', textOf(filter));
    case 'userName':
      return people('people.user_name_key', '=', keyText(textOf(filter)));
    case 'active':
      return people('people.active', '=', equal(filter) === true ? 1 : 0);
    case `${ENTERPRISE}:employeeNumber`:
      return people('people.employee_number_key', '=', keyText(textOf(filter)));
    case `${ENTERPRISE}:manager.value`:
      return people('people.manager', '=', textOf(filter));
    case 'emails.value':
    case 'emails.type': {
      const path = filter.path.slice('emails.'.length);
      return someEmail(people, connection, (emails) => emailCondition(emails, { ...filter, path }));
    }
    default:
      throw unsupported(filter.path);
  }
}

function emailCondition(emails: Emails, filter: Filter): Expression<SqlBool> {
  switch (filter.kind) {
    case 'and':
      return emails.and(filter.filters.map((part) => emailCondition(emails, part)));
    case 'compare': {
      const { path } = filter;
      if (path !== 'type' && path !== 'value') throw unsupported(`emails.${path}`);
      return path === 'type'
        ? emails('person_emails.type', '=', textOf(filter).toLowerCase())
        : emails('person_emails.value_key', '=', keyText(textOf(filter)));
    }
    case 'present':
      throw unsupported(`emails[${filter.path} pr]`);
    case 'or':
    case 'not':
    case 'valuePath':
      throw unsupported(`${filter.kind} in emails[…]`);
  }
}

function textOf(filter: Comparison): string {
  const value = equal(filter);
  if (typeof value !== 'string') throw unsupported(`${filter.path} with ${value}`);
  return value;
}

function equal(filter: Comparison): Comparison['value'] {
  if (filter.operator !== 'eq' || filter.value === null) {
    throw unsupported(`${filter.path} ${filter.operator} ${excerpt(JSON.stringify(filter.value))}`);
  }
  return filter.value;
}

function unsupported(what: string): Error {
  return invalidFilter(`${SUPPORTED}; not ${what}.`);
}
