import SCIMMY from 'scimmy';
import { describe, expect, test } from 'vitest';
import { groupResourceType, schemasOf, userResourceType } from '../../src/scim/registry.ts';
import type { Attribute } from '../../src/scim/schema.ts';
import { concurBridgeUserSchema } from '../../src/scim/schemas/concur-bridge-user.ts';
import { enterpriseUserSchema } from '../../src/scim/schemas/enterprise-user.ts';
import { groupSchema } from '../../src/scim/schemas/group.ts';
import { userSchema } from '../../src/scim/schemas/user.ts';

interface Described {
  readonly name: string;
  readonly type: string;
  readonly multiValued: boolean;
  readonly mutability: string;
  readonly subAttributes?: readonly Described[];
}

function flatten(attributes: readonly Described[], prefix = ''): string[] {
  return attributes.flatMap(({ name, type, multiValued, mutability, subAttributes = [] }) => [
    `${prefix}${name} ${type} ${multiValued ? 'multi-valued' : 'singular'} ${mutability}`,
    ...flatten(subAttributes, `${prefix}${name}.`),
  ]);
}

function allAttributes(attributes: readonly Attribute[]): readonly Attribute[] {
  return attributes.flatMap((attribute) => [attribute, ...allAttributes(attribute.subAttributes ?? [])]);
}

describe('the schemas of RFC 7643', () => {
  // Another implementation's reading of the RFC, to find slips of ours.
  test.each([
    ['User', userSchema, SCIMMY.Schemas.User],
    ['EnterpriseUser', enterpriseUserSchema, SCIMMY.Schemas.EnterpriseUser],
    ['Group', groupSchema, SCIMMY.Schemas.Group],
  ])('%s has the attributes that another implementation has', (_, ours, theirs) => {
    const described = JSON.parse(JSON.stringify(theirs.definition.describe()));
    expect(ours.id).toBe(described.id);
    expect(flatten(ours.attributes).sort()).toEqual(flatten(described.attributes).sort());
  });

  test('the password is written and never read', () => {
    const password = userSchema.attributes.find((attribute) => attribute.name === 'password');
    expect(password).toMatchObject({ mutability: 'writeOnly', returned: 'never' });
  });
});

describe('all schemas', () => {
  const schemas = [...schemasOf(userResourceType), ...schemasOf(groupResourceType)];

  test('have distinct ids and names', () => {
    expect(new Set(schemas.map((schema) => schema.id)).size).toBe(schemas.length);
    expect(new Set(schemas.map((schema) => schema.name)).size).toBe(schemas.length);
  });

  test.each(schemas.map((schema) => [schema.id, schema] as const))('%s is well formed', (_, schema) => {
    for (const attribute of allAttributes(schema.attributes)) {
      // RFC 7643 §2.1: ATTRNAME = ALPHA *(nameChar); "$ref" is the one exception.
      expect(attribute.name).toMatch(/^(\$ref|[A-Za-z][\w-]*)$/);
      expect(attribute.type === 'complex').toBe(attribute.subAttributes !== undefined);
      expect(attribute.type === 'reference').toBe(attribute.referenceTypes !== undefined);
      expect(attribute.description).not.toBe('');
    }
  });

  test("nothing of the bridge's extension can be written", () => {
    const mutabilities = allAttributes(concurBridgeUserSchema.attributes).map(({ mutability }) => mutability);
    expect(new Set(mutabilities)).toEqual(new Set(['readOnly']));
  });
});
