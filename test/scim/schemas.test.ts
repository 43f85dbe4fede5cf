import SCIMMY from 'scimmy';
import { describe, expect, test } from 'vitest';
import { allResourceTypes, schemasOf } from '../../src/scim/registry.ts';
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

/** What Concur adds to a schema of the RFC, by the schema's URN. */
const CONCURS_OWN: Readonly<Record<string, readonly string[]>> = {
  [enterpriseUserSchema.id]: ['startDate', 'terminationDate', 'leavesOfAbsence'],
};

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
    const attributes = ours.attributes.filter(({ name }) => !(CONCURS_OWN[ours.id] ?? []).includes(name));
    expect(flatten(attributes).sort()).toEqual(flatten(described.attributes).sort());
  });

  test('Concur has attributes of its own in the enterprise extension', () => {
    const names = enterpriseUserSchema.attributes.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining([...(CONCURS_OWN[enterpriseUserSchema.id] ?? [])]));
  });

  test('the password is written and never read', () => {
    const password = userSchema.attributes.find((attribute) => attribute.name === 'password');
    expect(password).toMatchObject({ mutability: 'writeOnly', returned: 'never' });
  });
});

describe('all schemas', () => {
  const schemas = allResourceTypes.flatMap(schemasOf);

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

  test.each([
    'spend:2.0:User',
    'spend:2.0:Role',
    'spend:2.0:Approver',
    'spend:2.0:ApproverLimit',
    'spend:2.0:Delegate',
    'spend:2.0:UserPreference',
    'spend:2.0:WorkflowPreference',
    'spend:2.0:InvoicePreference',
    'travel:2.0:User',
    'enterprise:2.0:Payroll',
    'sap:2.0:User',
  ])("Concur's extension %s can be written", (name) => {
    const schema = schemas.find(({ id }) => id === `urn:ietf:params:scim:schemas:extension:${name}`);
    expect(schema?.attributes.filter(({ mutability }) => mutability === 'readOnly')).toEqual([]);
  });

  test("nothing of the bridge's extension can be written", () => {
    const mutabilities = allAttributes(concurBridgeUserSchema.attributes).map(({ mutability }) => mutability);
    expect(new Set(mutabilities)).toEqual(new Set(['readOnly']));
  });
});
