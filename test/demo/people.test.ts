import { expect, it } from 'vitest';
import { COMMERCIAL_PEOPLE, OPERATIONS_PEOPLE } from '../../src/demo/people.ts';

const everybody = [...COMMERCIAL_PEOPLE, ...OPERATIONS_PEOPLE];

it('tells everybody apart, and gives everybody all that Concur requires', () => {
  expect(everybody.length).toBeGreaterThanOrEqual(60);
  expect(new Set(everybody.map(({ userName }) => userName)).size).toBe(everybody.length);
  expect(new Set(everybody.map(({ employeeNumber }) => employeeNumber)).size).toBe(everybody.length);
  for (const person of everybody) {
    expect(person.userName).toMatch(/^[a-z-]+\.[a-z-]+@example\.com$/);
    for (const value of [person.givenName, person.familyName, person.title, person.costCenter]) {
      expect(value).not.toBe('');
    }
  }
});

it.each([
  ['commercial', COMMERCIAL_PEOPLE],
  ['operations', OPERATIONS_PEOPLE],
])('makes one tree of the %s people, managers first', (_, people) => {
  const known = new Set<string>();
  for (const { employeeNumber, manager } of people) {
    if (manager !== null) expect(known).toContain(manager);
    known.add(employeeNumber);
  }
  expect(people.filter(({ manager }) => manager === null)).toHaveLength(1);
});
