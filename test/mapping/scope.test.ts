import { describe, expect, it } from 'vitest';
import { ENTERPRISE, SPEND } from '../../src/domain/extensions.ts';
import { compileScope } from '../../src/mapping/scope.ts';

function scope(filter: string) {
  const compiled = compileScope(filter);
  if (compiled.kind === 'wrong') throw new Error(compiled.message);
  return compiled.scope;
}

function wrong(filter: string): string {
  const compiled = compileScope(filter);
  return compiled.kind === 'wrong' ? compiled.message : 'nothing is wrong';
}

const ADA = { userName: 'ada@example.com', userType: 'Employee', [ENTERPRISE]: { department: 'Sales' } };
const USERS = { id: '7', displayName: 'Concur Users', externalId: 'e' };

describe('a scope', () => {
  it.each([
    ['userType eq "employee"', true],
    ['userType eq "Employee" and not (userName ew "@test.example.com")', true],
    ['not (userName ew "@EXAMPLE.com")', false],
    [`${ENTERPRISE}:department sw "Sa"`, true],
    [`${SPEND}:country eq "DE"`, false],
    ['externalId pr', false],
    // Who does not say is active.
    ['active eq true', true],
    ['groups.display eq "concur users"', false],
    ['not (groups pr)', true],
  ])('%s of somebody in no group: %s', (filter, expected) => {
    expect(scope(filter).includes(ADA, [])).toBe(expected);
  });

  it.each([
    ['groups.display eq "concur users"', true],
    ['groups.display sw "Concur"', true],
    ['groups.value eq "7"', true],
    ['groups.value eq "8"', false],
    ['groups eq "7"', true],
    ['groups[display eq "Concur Users" and value eq "7"]', true],
    ['not (groups pr)', false],
    ['userType eq "Contractor" or groups.display eq "Concur Users"', true],
  ])('%s of a member: %s', (filter, expected) => {
    expect(scope(filter).includes(ADA, [USERS])).toBe(expected);
    expect(scope(filter).usesGroups).toBe(true);
  });

  it('takes only the groups that people are in here, and not what a client says', () => {
    const liar = { ...ADA, groups: [{ value: '7', display: 'Concur Users' }] };
    expect(scope('groups.display eq "Concur Users"').includes(liar, [])).toBe(false);
    expect(scope('userType pr').usesGroups).toBe(false);
  });
});

describe('a filter that is no scope says why', () => {
  it.each([
    ['userTyp eq "Employee"', /There is no attribute "?userTyp"? .*in the filter/],
    ['userType = "Employee"', /should have an operator .*, but has = at position 9/],
    ['(userType eq "Employee"', /"\)"/],
    [
      'groups.type eq "direct"',
      /"groups.type" is not known of a group; known are groups.display and groups.value/,
    ],
    ['groups[type eq "direct"]', /"groups.type" is not known of a group/],
    ['id eq "7"', /"id" is nothing that a scope can go by/],
    ['meta.created gt "2026-01-01T00:00:00Z"', /"meta.created" is nothing/],
    ['urn:ietf:params:scim:schemas:extension:concur-bridge:2.0:User:state eq "held"', /state" is nothing/],
  ])('%s', (filter, message) => {
    expect(wrong(filter)).toMatch(message);
  });
});
