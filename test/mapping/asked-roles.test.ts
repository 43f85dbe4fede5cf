import { describe, expect, test } from 'vitest';
import { SPEND_ROLE } from '../../src/domain/extensions.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { unflatten } from '../../src/domain/profile.ts';
import { compileMapping } from '../../src/mapping/configured/compile.ts';
import { mapPerson } from '../../src/mapping/person.ts';

const ADA: JsonObject = {
  userName: 'ada@example.com',
  name: { givenName: 'Ada', familyName: 'Lovelace' },
  locale: 'en-GB',
  emails: [{ type: 'work', value: 'ada@example.com' }],
  addresses: [{ type: 'work', country: 'GB' }],
};

function compiled(attributes: JsonObject) {
  return compileMapping({ attributes, placeOf: () => 'bridge.yaml:1', readFile: () => '' });
}

function map(attributes: JsonObject, sent: JsonObject = {}, defaults: Readonly<Record<string, string>> = {}) {
  const { attributes: mapped, problems } = compiled(attributes);
  expect(problems).toEqual([]);
  return mapPerson({ ...ADA, ...sent }, { companyId: 'c', defaults, currencies: {}, attributes: mapped });
}

describe('roles that the configuration maps', () => {
  const role = 'role:roles[EXP_PROCESSOR]';
  const groups = `${role}.roleGroups`;
  const sends = (...roleGroups: string[]) => ({
    [SPEND_ROLE]: { roles: [{ roleName: 'EXP_PROCESSOR', roleGroups }, { roleName: 'EXP_APPROVER' }] },
  });
  const mapped = (...roleGroups: string[]) => ({
    [SPEND_ROLE]: {
      roles: [
        { roleName: 'EXP_APPROVER' },
        { roleName: 'EXP_PROCESSOR', ...(roleGroups.length === 0 ? {} : { roleGroups }) },
      ],
    },
  });

  test.each<[what: string, attributes: JsonObject, sent: JsonObject, expected: JsonObject]>([
    ['for groups of its own', { [groups]: { value: ['EU', 'US'] } }, sends(), mapped('EU', 'US')],
    ['for other groups', { [groups]: { value: ['EU'] } }, sends('PL'), mapped('EU')],
    ['as the client says', { [role]: { value: true } }, sends('PL'), mapped('PL')],
    ['without groups', { [groups]: 'none' }, sends('PL'), mapped()],
    ['for all groups', { [groups]: { value: ['Global', 'EU'] } }, sends('PL'), mapped()],
  ])('are held %s', async (_, attributes, sent, expected) => {
    const { profile } = await map(attributes, sent);
    expect(unflatten(profile)[SPEND_ROLE]).toEqual(expected[SPEND_ROLE]);
  });

  test.each<[what: string, attributes: JsonObject, sent: JsonObject]>([
    ['not there', { [role]: { expression: 'false' } }, sends('PL')],
    ['switched off', { [role]: 'none' }, sends('PL')],
    [
      'of groups alone',
      { [groups]: { value: ['EU'] } },
      { [SPEND_ROLE]: { roles: [{ roleName: 'EXP_APPROVER' }] } },
    ],
  ])('are not held that are %s', async (_, attributes, sent) => {
    const { profile } = await map(attributes, sent);
    expect(unflatten(profile)[SPEND_ROLE]).toEqual({ roles: [{ roleName: 'EXP_APPROVER' }] });
  });

  test('at creation keep their groups', async () => {
    const { profile, initial } = await map({
      [role]: { value: true, when: 'create' },
      [groups]: { value: ['EU'], when: 'create' },
    });
    expect(unflatten(profile)).not.toHaveProperty([SPEND_ROLE]);
    expect(unflatten(initial)[SPEND_ROLE]).toEqual({
      roles: [{ roleName: 'EXP_PROCESSOR', roleGroups: ['EU'] }],
    });
  });

  test('come first that the configuration names, then those of the client', async () => {
    const defaults = { [`${SPEND_ROLE}:roles[EXP_PROCESSOR].roleName`]: 'EXP_PROCESSOR' };
    const sent = { [SPEND_ROLE]: { roles: [{ roleName: 'REQ_APPROVER' }] } };
    const { profile } = await map({ 'role:roles[INV_APPROVER]': { value: true } }, sent, defaults);
    const codes = Object.keys(profile).flatMap((key) => /roles\[(\w+)\]/.exec(key)?.[1] ?? []);
    expect(codes).toEqual(['INV_APPROVER', 'REQ_APPROVER', 'EXP_PROCESSOR']);
  });

  test('have no groups in brackets', () => {
    expect(compiled({ [`${role}.roleGroups[EU]`]: { value: true } }).problems).toHaveLength(1);
  });
});
