import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bulkSize, encodeBulk, encodePatch, encodeUser } from '../../src/concur/encode.ts';
import { applyDifference, type Difference } from '../../src/domain/difference.ts';
import { ENTERPRISE, SPEND, SPEND_APPROVER, SPEND_ROLE, TRAVEL } from '../../src/domain/extensions.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/domain/json.ts';
import { flatten, type Profile, unflatten } from '../../src/domain/profile.ts';
import { create, USER } from './scripted-server.ts';

/** A PATCH as RFC 7644 §3.5.2 reads it, for the few forms of path that the encoder writes. */
function patch(user: JsonObject, operations: ReturnType<typeof encodePatch>): JsonObject {
  const result = structuredClone(user);
  for (const { op, path, value } of operations) {
    const [, urn, rest = path] = /^(urn:.*:(?:User|Role|Approver)):(.*)$/.exec(path) ?? [];
    const steps = rest.split('.');
    const last = steps.pop() ?? '';
    let place: JsonObject = result;
    for (const step of urn === undefined ? steps : [urn, ...steps]) {
      const inner = place[step] ?? {};
      if (!isJsonObject(inner)) throw new Error(`${step} of ${path} is no object`);
      place[step] = inner;
      place = inner;
    }
    if (op === 'remove') delete place[last];
    else if (value !== undefined) place[last] = value;
    else throw new Error(`${path} has no value`);
  }
  return result;
}

const word = fc.string({ minLength: 1, maxLength: 8 });
const values: Readonly<Record<string, fc.Arbitrary<JsonValue>>> = {
  userName: word,
  active: fc.boolean(),
  title: word,
  'name.givenName': word,
  'name.familyName': word,
  'name.middleName': word,
  'emails[work].value': word,
  'emails[work].verified': fc.boolean(),
  'emails[home].value': word,
  'phoneNumbers[work].value': word,
  'phoneNumbers[mobile].value': word,
  'phoneNumbers[mobile].primary': fc.constant(true),
  'addresses[work].locality': word,
  'addresses[work].country': word,
  'entitlements[Expense]': fc.constant(true),
  'entitlements[Travel]': fc.constant(true),
  [`${ENTERPRISE}:department`]: word,
  [`${ENTERPRISE}:startDate`]: fc.constantFrom('2024-01-01T00:00:00', '2025-06-30T00:00:00'),
  [`${ENTERPRISE}:manager.value`]: fc.uuid(),
  [`${ENTERPRISE}:leavesOfAbsence[2024-01-01].startDate`]: fc.constant('2024-01-01'),
  [`${SPEND}:country`]: word,
  [`${SPEND}:customData[custom1].value`]: word,
  [`${SPEND}:customData[orgUnit2].value`]: word,
  [`${SPEND_ROLE}:roles[EXP_APPROVER].roleName`]: fc.constant('EXP_APPROVER'),
  [`${SPEND_ROLE}:roles[BI].roleName`]: fc.constant('BI'),
  [`${SPEND_ROLE}:roles[REPORTING_CONSUMER].roleGroups[R&D-QA]`]: fc.constant(true),
  [`${SPEND_ROLE}:roles[REPORTING_CONSUMER].roleGroups[[a].b/]`]: fc.constant(true),
  [`${SPEND}:biManager.value`]: fc.uuid(),
  [`${SPEND_APPROVER}:report[primary].approver.value`]: fc.constantFrom('p-1', 'p-2'),
  [`${SPEND_APPROVER}:report[p-1].approver.value`]: fc.constant('p-1'),
  [`${TRAVEL}:ruleClass.name`]: word,
  [`${TRAVEL}:groups[1]`]: fc.constant(true),
  [`${TRAVEL}:groups[22]`]: fc.constant(true),
  [`${TRAVEL}:customFields[a].value`]: word,
};
const profile: fc.Arbitrary<Profile> = fc
  .record(values, { requiredKeys: [] })
  .map((record) =>
    Object.fromEntries(
      Object.entries(record).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
    ),
  );
const work: fc.Arbitrary<{ base: Profile; difference: Difference }> = fc
  .tuple(profile, profile, fc.subarray(Object.keys(values)))
  .map(([base, set, keys]) => ({
    base,
    difference: { set, remove: keys.filter((key) => base[key] !== undefined && set[key] === undefined) },
  }));

describe('encodePatch', () => {
  it('makes the base hold the difference', () => {
    fc.assert(
      fc.property(work, ({ base, difference }) => {
        const patched = patch(unflatten(base), encodePatch(base, difference));
        expect(flatten(patched)).toEqual(flatten(unflatten(applyDifference(base, difference))));
      }),
    );
  });

  it('names nothing that the difference does not', () => {
    fc.assert(
      fc.property(work, ({ base, difference }) => {
        const paths = encodePatch(base, difference).map(({ path }) => path);
        const touched = [...Object.keys(difference.set), ...difference.remove];
        expect(paths.length).toBe(new Set(paths).size);
        for (const path of paths) expect(touched.some((key) => key.startsWith(path))).toBe(true);
      }),
    );
  });

  it('replaces a list whole, and removes it when nothing is left', () => {
    const base = { 'emails[home].value': 'h@x', 'emails[work].value': 'w@x', 'entitlements[Expense]': true };
    const difference = {
      set: { 'emails[work].value': 'new@x' },
      remove: ['entitlements[Expense]'],
    };
    expect(encodePatch(base, difference)).toEqual([
      {
        op: 'replace',
        path: 'emails',
        value: [
          { type: 'home', value: 'h@x' },
          { type: 'work', value: 'new@x' },
        ],
      },
      { op: 'remove', path: 'entitlements' },
    ]);
  });

  it('sets a manager by UUID alone, dates with Z, and sub-attributes by their path', () => {
    const base = {
      'name.middleName': 'B',
      [`${ENTERPRISE}:manager.value`]: 'old',
      [`${ENTERPRISE}:manager.employeeNumber`]: '7',
    };
    const set = {
      'name.givenName': 'Ada',
      [`${ENTERPRISE}:manager.value`]: USER,
      [`${ENTERPRISE}:terminationDate`]: '2026-01-31T00:00:00',
    };
    expect(encodePatch(base, { set, remove: ['name.middleName'] })).toEqual([
      { op: 'replace', path: 'name.givenName', value: 'Ada' },
      { op: 'remove', path: 'name.middleName' },
      { op: 'replace', path: `${ENTERPRISE}:manager`, value: { value: USER } },
      { op: 'replace', path: `${ENTERPRISE}:terminationDate`, value: '2026-01-31T00:00:00Z' },
    ]);
    expect(encodePatch(base, { set: {}, remove: [`${ENTERPRISE}:manager.value`] })).toEqual([
      { op: 'remove', path: `${ENTERPRISE}:manager` },
    ]);
  });

  it('names a rule class or a person in the one way that is wanted', () => {
    const approver = `${SPEND_APPROVER}:report[primary].approver`;
    const base = {
      [`${TRAVEL}:ruleClass.id`]: 1,
      [`${TRAVEL}:ruleClass.name`]: 'Old',
      [`${approver}.value`]: USER,
      [`${approver}.employeeNumber`]: '7',
    };
    const set = { [`${TRAVEL}:ruleClass.name`]: 'New', [`${approver}.employeeNumber`]: '8' };
    expect(encodePatch(base, { set, remove: [] })).toEqual([
      {
        op: 'replace',
        path: `${SPEND_APPROVER}:report`,
        value: [{ approver: { employeeNumber: '8' }, primary: true }],
      },
      { op: 'replace', path: `${TRAVEL}:ruleClass`, value: { name: 'New' } },
    ]);
    expect(encodePatch(base, { set: {}, remove: [`${TRAVEL}:ruleClass.name`] })).toEqual([
      { op: 'remove', path: `${TRAVEL}:ruleClass` },
    ]);
  });

  it('does not send the display of a number that is replaced', () => {
    const base = { 'phoneNumbers[work].value': '1', 'phoneNumbers[work].display': 'tel:1' };
    const [operation] = encodePatch(base, { set: { 'phoneNumbers[work].value': '2' }, remove: [] });
    expect(operation?.value).toEqual([{ type: 'work', value: '2' }]);
  });

  it('sends groups with every role', () => {
    const roles = `${SPEND_ROLE}:roles`;
    const base = { [`${roles}[BI].roleGroups[R&D-QA]`]: true };
    const set = { [`${roles}[EXP_APPROVER].roleName`]: 'EXP_APPROVER' };
    expect(encodePatch(base, { set, remove: [] })).toEqual([
      {
        op: 'replace',
        path: roles,
        value: [
          { roleName: 'BI', roleGroups: ['R&D-QA'] },
          { roleName: 'EXP_APPROVER', roleGroups: [] },
        ],
      },
    ]);
    expect(encodeUser(base)).toMatchObject({
      [SPEND_ROLE]: { roles: [{ roleName: 'BI', roleGroups: ['R&D-QA'] }] },
    });
  });
});

describe('encodeUser', () => {
  it('writes the profile so that it reads back the same', () => {
    fc.assert(
      fc.property(profile, (wanted) => {
        expect(flatten(encodeUser(wanted))).toEqual(flatten(unflatten(wanted)));
      }),
    );
  });

  it('writes dates with Z', () => {
    expect(encodeUser({ [`${ENTERPRISE}:startDate`]: '2026-01-31T00:00:00' })).toMatchObject({
      [ENTERPRISE]: { startDate: '2026-01-31T00:00:00Z' },
    });
  });
});

describe('a Bulk', () => {
  const update = {
    ...create(),
    method: 'PATCH' as const,
    concurId: USER,
    difference: { set: { title: 'Zoë' }, remove: [] },
  };

  it('names every operation and does not stop at an error', () => {
    const post = create();
    const body = encodeBulk([post, update]);
    expect(body).toEqual({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
      Operations: [
        { method: 'POST', path: '/Users', bulkId: post.id, data: encodeUser(post.difference.set) },
        {
          method: 'PATCH',
          path: `/Users/${USER}`,
          bulkId: update.id,
          data: {
            schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
            Operations: [{ op: 'replace', path: 'title', value: 'Zoë' }],
          },
        },
      ],
    });
  });

  it('is as large as its operations say, in bytes', () => {
    const operations = [create(), update, { ...update, id: 'x' }];
    const bytes = Buffer.byteLength(JSON.stringify(encodeBulk(operations)));
    const frame = Buffer.byteLength(JSON.stringify(encodeBulk([])));
    const sum = operations.reduce((total, one) => total + bulkSize(one), 0);
    expect(bytes).toBe(frame + sum - 1);
  });
});
