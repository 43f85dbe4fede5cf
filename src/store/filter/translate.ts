import { sql } from 'kysely';
import type { Filter } from '../../scim/filter/filter.ts';
import { comparison } from './comparison.ts';
import { allOf, type Condition, noneOf, ofAll } from './condition.ts';
import type { FilterEngine } from './engine.ts';
import type { Home } from './home.ts';
import { resourceSubject, type Subject } from './subject.ts';

/**
 * The SQL condition that holds for the resources that a filter (RFC 7644 §3.4.2.2) matches, as `matches` has it, but
 * that some are compared as `keyText` makes them: userName, displayName, employeeNumber, and the values of emails and
 * phoneNumbers. Fails with ScimError 400 invalidFilter for a comparison of a resource's address.
 */
export function translate(engine: FilterEngine, home: Home, connection: string, filter: Filter): Condition {
  const conditionOf = (part: Filter, subject: Subject): Condition => {
    switch (part.kind) {
      case 'and':
        return allOf(part.filters.map((one) => conditionOf(one, subject)));
      case 'or':
        return subject.either(part.filters.map((one) => conditionOf(one, subject)));
      case 'not':
        return noneOf(conditionOf(part.filter, subject));
      case 'present':
        return subject.present(part.reference);
      case 'valuePath':
        return subject.someElement(part.reference, part.filter);
      case 'compare':
        return compareOf(engine, part, subject);
    }
  };
  return conditionOf(filter, resourceSubject(engine, home, connection, conditionOf));
}

function compareOf(
  engine: FilterEngine,
  { reference, operator, value, path }: Extract<Filter, { kind: 'compare' }>,
  subject: Subject,
): Condition {
  if (value === null) {
    const some = subject.some(reference, ({ value: found, weight }) =>
      ofAll(sql`${found} is not null`, weight),
    );
    return operator === 'eq' ? noneOf(some) : some;
  }
  return operator === 'ne'
    ? noneOf(subject.some(reference, (operand) => comparison(engine, operand, 'eq', value, path)))
    : subject.some(reference, (operand) => comparison(engine, operand, operator, value, path));
}
