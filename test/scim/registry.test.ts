import { describe, expect, test } from 'vitest';
import { findAttribute, findSchema, groupResourceType, userResourceType } from '../../src/scim/registry.ts';

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const spend = 'urn:ietf:params:scim:schemas:extension:spend:2.0';

describe('findAttribute', () => {
  test.each([
    ['userName', 'userName', 1],
    ['USERNAME', 'userName', 1],
    ['name.GivenName', 'name.givenName', 2],
    ['emails.value', 'emails.value', 2],
    ['id', 'id', 1],
    ['meta.lastmodified', 'meta.lastModified', 2],
    ['urn:ietf:params:scim:schemas:core:2.0:User:userName', 'userName', 1],
    [`${enterprise}:employeeNumber`, `${enterprise}:employeeNumber`, 1],
    [`${enterprise.toUpperCase()}:Manager.Value`, `${enterprise}:manager.value`, 2],
    ['urn:ietf:params:scim:schemas:extension:enterprise:2.0User:department', `${enterprise}:department`, 1],
    ['urn:scim:schemas:extension:enterprise:1.0:department', `${enterprise}:department`, 1],
    ['urn:scim:schemas:extension:enterprise:2.0:User:department', `${enterprise}:department`, 1],
    ['urn:scim:schemas:core:1.0:userName', 'userName', 1],
    ['manager', `${enterprise}:manager`, 1],
    [
      `${spend}:Approver:report.approver.employeeNumber`,
      `${spend}:Approver:report.approver.employeeNumber`,
      3,
    ],
  ])('%s is %s', (path, canonical, depth) => {
    const reference = findAttribute(userResourceType, path);
    expect(reference?.path).toBe(canonical);
    expect(reference?.chain).toHaveLength(depth);
    expect(reference?.attribute).toBe(reference?.chain.at(-1));
  });

  test.each([
    'favouriteColour',
    'name.nickName',
    'userName.value',
    '',
    '.',
    'name.',
    'name..givenName',
    enterprise,
    `${enterprise}:`,
    `${enterprise}:userName`,
    'urn:example:custom:1.0:User:department',
    'constructor',
    '__proto__',
  ])('there is no %j', (path) => {
    expect(findAttribute(userResourceType, path)).toBeUndefined();
  });

  test('a Group has no attributes of the enterprise extension', () => {
    expect(findAttribute(groupResourceType, 'department')).toBeUndefined();
    expect(findAttribute(groupResourceType, 'members.value')?.path).toBe('members.value');
  });
});

describe('findSchema', () => {
  test('the SCIM 1 core is the core of the resource type', () => {
    expect(findSchema(userResourceType, 'urn:scim:schemas:core:1.0')).toBe(userResourceType.schema);
    expect(findSchema(groupResourceType, 'URN:scim:schemas:core:2.0')).toBe(groupResourceType.schema);
  });

  test('an unknown URI is none', () => {
    expect(
      findSchema(
        groupResourceType,
        'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group',
      ),
    ).toBeUndefined();
  });
});
