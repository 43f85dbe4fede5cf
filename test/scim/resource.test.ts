import { describe, expect, test } from 'vitest';
import { userResourceType as User } from '../../src/scim/registry.ts';
import { parseResource } from '../../src/scim/resource.ts';

const core = 'urn:ietf:params:scim:schemas:core:2.0:User';
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const bridge = 'urn:ietf:params:scim:schemas:extension:concur-bridge:2.0:User';
const spend = 'urn:ietf:params:scim:schemas:extension:spend:2.0';

describe('what identity providers create', () => {
  test("Okta's body: password and groups are not kept", () => {
    expect(
      parseResource(User, {
        schemas: [core],
        userName: 'test.user@okta.local',
        name: { givenName: 'Test', familyName: 'User' },
        emails: [{ primary: true, value: 'test.user@okta.local', type: 'work' }],
        displayName: 'Test User',
        locale: 'en-US',
        externalId: '00ujl29u0le5T6Aj10h7',
        groups: [],
        password: '1mz050nq',
        active: true,
      }),
    ).toEqual({
      schemas: [core],
      userName: 'test.user@okta.local',
      name: { givenName: 'Test', familyName: 'User' },
      emails: [{ primary: true, value: 'test.user@okta.local', type: 'work' }],
      displayName: 'Test User',
      locale: 'en-US',
      externalId: '00ujl29u0le5T6Aj10h7',
      active: true,
    });
  });

  test("Okta's echo of our own answer is read without what is ours", () => {
    const body = {
      schemas: [core, bridge],
      id: '23a35c27',
      userName: 'test.user@okta.local',
      groups: [{ value: 'g1' }],
      meta: { resourceType: 'User' },
      [bridge]: { state: 'in_sync', concurId: 'c1', override: { active: false } },
      somethingElse: { a: 1 },
    };
    expect(parseResource(User, body)).toEqual({ schemas: [core], userName: 'test.user@okta.local' });
  });

  test("Entra's legacy body: the URN without colon, nulls, strings for booleans, unknown schemas", () => {
    const body = {
      schemas: [core, 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/User'],
      userName: 'jyoung@testuser.com',
      active: 'True',
      addresses: null,
      department: null,
      manager: null,
      roles: [],
      emails: [{ primary: 'true', type: 'work', value: 'jyoung@testuser.com' }],
      'urn:ietf:params:scim:schemas:extension:enterprise:2.0User': { Department: 'bob', manager: null },
    };
    expect(parseResource(User, body)).toEqual({
      schemas: [core, enterprise],
      userName: 'jyoung@testuser.com',
      active: true,
      emails: [{ primary: true, type: 'work', value: 'jyoung@testuser.com' }],
      [enterprise]: { department: 'bob' },
    });
  });

  test("OneLogin's body: SCIM 1 URNs, a null id, a manager of its own shape", () => {
    const body = {
      schemas: ['urn:scim:schemas:core:2.0', 'urn:scim:schemas:extension:enterprise:2.0'],
      id: null,
      userName: 'one@example.com',
      active: 'true',
      'urn:scim:schemas:extension:enterprise:2.0': {
        department: 'Sales',
        manager: { managerId: '1', displayName: 'B' },
      },
    };
    expect(parseResource(User, body)).toEqual({
      schemas: [core, enterprise],
      userName: 'one@example.com',
      active: true,
      [enterprise]: { department: 'Sales', manager: { value: '1' } },
    });
  });

  test.each(['', [], {}, null])('an extension that is %j is unassigned', (extension) => {
    const body = { userName: 'a', [enterprise]: extension };
    expect(parseResource(User, body)).toEqual({ schemas: [core], userName: 'a' });
  });

  test('an address may have several lines', () => {
    const addresses = [
      { formatted: '1 Main Street\nHollywood', streetAddress: '1 Main Street\r\n\tFloor 2' },
    ];
    expect(parseResource(User, { userName: 'a', addresses }).addresses).toEqual(addresses);
  });

  test('names in any case become those of the schema', () => {
    expect(
      parseResource(User, { USERNAME: 'a', Name: { GIVENNAME: 'A' }, Emails: [{ VALUE: 'a@x.org' }] }),
    ).toEqual({ schemas: [core], userName: 'a', name: { givenName: 'A' }, emails: [{ value: 'a@x.org' }] });
  });

  test('manager as string, array and object', () => {
    for (const manager of [
      'm1',
      ['m1'],
      [{ value: 'm1', $ref: null }],
      { value: 'm1', displayName: 'Boss' },
      { managerId: 'm1', displayName: 'Boss' },
      { managerId: 'm2', value: 'm1' },
      { managerId: '', value: 'm1' },
    ]) {
      expect(parseResource(User, { userName: 'a', [enterprise]: { manager } })[enterprise]).toEqual({
        manager: { value: 'm1' },
      });
    }
  });

  test("Concur's extensions can be written, entitlements as bare strings too", () => {
    const body = {
      userName: 'a',
      entitlements: ['Expense', { value: 'Travel' }],
      [`${spend}:User`]: { country: 'US', customData: [{ id: 'custom1', value: 'X' }], biManager: '' },
      [`${spend}:Role`]: { roles: [{ roleName: 'EXP_APPROVER', roleGroups: ['Global'] }] },
    };
    expect(parseResource(User, body)).toEqual({
      schemas: [core, `${spend}:User`, `${spend}:Role`],
      userName: 'a',
      entitlements: [{ value: 'Expense' }, { value: 'Travel' }],
      [`${spend}:User`]: { country: 'US', customData: [{ id: 'custom1', value: 'X' }] },
      [`${spend}:Role`]: { roles: [{ roleName: 'EXP_APPROVER', roleGroups: ['Global'] }] },
    });
  });
});

describe('multi-valued attributes', () => {
  test('keep one primary, the first', () => {
    const emails = [
      { value: 'a@x.org', primary: true },
      { value: 'b@x.org', primary: 'True' },
    ];
    expect(parseResource(User, { userName: 'a', emails }).emails).toEqual([
      { value: 'a@x.org', primary: true },
      { value: 'b@x.org', primary: false },
    ]);
  });

  test('hold the same type and value once, custom fields by their id, and unite the groups of a role', () => {
    const body = {
      userName: 'a',
      emails: [
        { value: 'A@x.org', type: 'work', display: 'A' },
        { value: 'a@x.org', type: 'Work' },
        { value: 'a@x.org', type: 'home' },
      ],
      [`${spend}:User`]: {
        customData: [
          { id: 'custom1', value: 'X' },
          { id: 'custom2', value: 'X' },
          { id: 'Custom1', value: 'Y' },
        ],
      },
      [`${spend}:Role`]: {
        roles: [
          { roleName: 'R', roleGroups: ['a', 'b'] },
          { roleName: 'R', roleGroups: ['b', 'c'] },
        ],
      },
    };
    expect(parseResource(User, body)).toMatchObject({
      emails: [
        { value: 'a@x.org', type: 'Work', display: 'A' },
        { value: 'a@x.org', type: 'home' },
      ],
      [`${spend}:User`]: {
        customData: [
          { id: 'Custom1', value: 'Y' },
          { id: 'custom2', value: 'X' },
        ],
      },
      [`${spend}:Role`]: { roles: [{ roleName: 'R', roleGroups: ['a', 'b', 'c'] }] },
    });
  });

  test('lose equal elements and those without a value', () => {
    const emails = [
      { value: 'a@x.org', type: 'work' },
      { type: 'work', value: 'a@x.org' },
      { type: 'home', value: '' },
      null,
      {},
    ];
    expect(parseResource(User, { userName: 'a', emails }).emails).toEqual([
      { value: 'a@x.org', type: 'work' },
    ]);
  });
});

describe("Entra's roles as JSON text", () => {
  test.each([
    ['{"id":"8","value":"25","displayName":"Role1234"}', { value: '25', display: 'Role1234' }],
    [' {"value":"25"} ', { value: '25' }],
    ['{"value":25}', { value: '{"value":25}' }],
    ['{not JSON', { value: '{not JSON' }],
    ['[1]', { value: '[1]' }],
    ['Admin', { value: 'Admin' }],
  ])('%s', (value, expected) => {
    const roles = [{ primary: 'True', value }];
    expect(parseResource(User, { userName: 'a', roles }).roles).toEqual([{ ...expected, primary: true }]);
    // Only roles are written so.
    expect(parseResource(User, { userName: 'a', entitlements: [{ value }] }).entitlements).toEqual([
      { value },
    ]);
  });
});

describe('what is refused', () => {
  test.each([
    [{}, 'invalidValue', /userName is required/],
    [{ userName: '' }, 'invalidValue', /userName is required/],
    [{ userName: '  ' }, 'invalidValue', /userName is required/],
    [{ userName: 7 }, 'invalidValue', /userName must be a string, not a number/],
    [{ userName: ['a'] }, 'invalidValue', /userName must be a string, not an array/],
    [{ userName: 'a', [enterprise]: { manager: ['m1', 'm2'] } }, 'invalidValue', /manager must be an object/],
    [{ userName: 'a', active: 'yes' }, 'invalidValue', /active must be true or false/],
    [{ userName: 'a', name: 'Ada' }, 'invalidValue', /name must be an object, not a string/],
    [{ userName: 'a', emails: 'a@x.org' }, 'invalidValue', /emails must be an array/],
    [{ userName: 'a', emails: [{ value: 'b' }, 7] }, 'invalidValue', /emails\[1\] must be an object/],
    [
      { userName: 'a', emails: [{ value: ['x', 'y'] }] },
      'invalidValue',
      /emails\[0\]\.value must be a string/,
    ],
    [{ userName: 'a\u0000' }, 'invalidValue', /NUL/],
    [{ userName: '\ud800' }, 'invalidValue', /surrogate/],
    [{ userName: '\u200b \u2060\u3164' }, 'invalidValue', /userName is required/],
    [{ userName: 'ada\n' }, 'invalidValue', /userName must be one line/],
    [{ userName: 'a', externalId: 'e\t1' }, 'invalidValue', /externalId must be one line/],
    [{ userName: 'a', displayName: 'A\u0085' }, 'invalidValue', /displayName must be one line/],
    [{ userName: 'a', name: { familyName: 'A\r' } }, 'invalidValue', /familyName must be one line/],
    [{ userName: 'a', emails: [{ value: 'a@x\n' }] }, 'invalidValue', /emails\[0\]\.value must be one line/],
    [{ userName: 'a', [enterprise]: { employeeNumber: '1\u0085' } }, 'invalidValue', /one line/],
    [{ userName: 'a', title: 'a\u001b[31m' }, 'invalidValue', /title holds what is no text: a control/],
    [
      { userName: 'a', emails: Array.from({ length: 1_001 }, (_, index) => `${index}@x.org`) },
      'invalidValue',
      /emails may have 1000 elements/,
    ],
    [{ userName: 'a', [enterprise]: 'x' }, 'invalidValue', /enterprise:2\.0:User must be an object/],
    [
      { userName: 'a', [`${spend}:User`]: { customData: [{ value: 'x' }] } },
      'invalidValue',
      /\.id is required/,
    ],
    [{ userName: 'a', x509Certificates: [{ value: 'ü' }] }, 'invalidValue', /base64/],
    [
      { userName: 'a', 'urn:ietf:params:scim:schemas:extension:travel:2.0:User': { groups: [1.5] } },
      'invalidValue',
      /groups\[0\] must be an integer/,
    ],
    [[], 'invalidSyntax', /JSON object/],
    [null, 'invalidSyntax', /JSON object/],
    ['x', 'invalidSyntax', /JSON object/],
  ])('%j is %s', (body, scimType, detail) => {
    expect(() => parseResource(User, body)).toThrow(
      expect.objectContaining({ status: 400, scimType, detail: expect.stringMatching(detail) }),
    );
  });

  test('a body nested too deep', () => {
    const body = JSON.parse(`{"userName":"a","x":${'['.repeat(5000)}${']'.repeat(5000)}}`);
    expect(() => parseResource(User, body)).toThrow(expect.objectContaining({ scimType: 'invalidSyntax' }));
  });

  test('a body that reaches for the prototype changes nothing', () => {
    const body = JSON.parse('{"userName":"a","__proto__":{"active":true},"name":{"__proto__":{"x":1}}}');
    expect(parseResource(User, body)).toEqual({ schemas: [core], userName: 'a' });
    expect(({} as { active?: unknown }).active).toBeUndefined();
  });
});
