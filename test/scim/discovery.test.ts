import { describe, expect, test } from 'vitest';
import { resourceTypes, schemas, serviceProviderConfig } from '../../src/scim/discovery.ts';
import { allResourceTypes, schemasOf, userResourceType } from '../../src/scim/registry.ts';

const baseUrl = 'https://bridge.example/scim/v2';
const types = allResourceTypes;

function contains(value: unknown, test: (entry: unknown) => boolean): boolean {
  if (test(value)) return true;
  return (
    typeof value === 'object' && value !== null && Object.values(value).some((entry) => contains(entry, test))
  );
}

describe('serviceProviderConfig', () => {
  test('says what is offered', () => {
    expect(serviceProviderConfig(baseUrl)).toMatchObject({
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'],
      patch: { supported: true },
      bulk: { supported: true, maxOperations: 1000, maxPayloadSize: 4 * 1024 * 1024 },
      filter: { supported: true, maxResults: 200 },
      changePassword: { supported: false },
      sort: { supported: true },
      etag: { supported: true },
      pagination: {
        cursor: true,
        index: true,
        defaultPaginationMethod: 'index',
        defaultPageSize: 100,
        maxPageSize: 200,
        cursorTimeout: 3600,
      },
      authenticationSchemes: [{ type: 'oauthbearertoken', primary: true }],
      meta: { location: `${baseUrl}/ServiceProviderConfig` },
    });
  });
});

describe('resourceTypes', () => {
  test('name their endpoints, schemas and extensions', () => {
    const { totalResults, itemsPerPage, Resources } = resourceTypes(types, baseUrl);
    expect([totalResults, itemsPerPage]).toEqual([4, 4]);
    expect(Resources.map(({ id, endpoint, schema }) => [id, endpoint, schema])).toEqual([
      ['User', '/Users', 'urn:ietf:params:scim:schemas:core:2.0:User'],
      ['Group', '/Groups', 'urn:ietf:params:scim:schemas:core:2.0:Group'],
      ['Role', '/Roles', 'urn:okta:scim:schemas:core:1.0:Role'],
      ['Entitlement', '/Entitlements', 'urn:okta:scim:schemas:core:1.0:Entitlement'],
    ]);
    expect(Resources[0]).toMatchObject({
      id: 'User',
      endpoint: '/Users',
      schema: 'urn:ietf:params:scim:schemas:core:2.0:User',
      schemaExtensions: expect.arrayContaining([
        { schema: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User', required: false },
      ]),
      meta: { location: `${baseUrl}/ResourceTypes/User` },
    });
  });
});

describe('schemas', () => {
  const list = schemas(types, baseUrl);

  test('are all there, once, and without nulls', () => {
    const ids = types.flatMap((type) => schemasOf(type).map((schema) => schema.id));
    expect(list.Resources.map((schema) => schema.id)).toEqual(ids);
    expect(contains(list, (entry) => entry === null || entry === undefined)).toBe(false);
  });

  test('describe every characteristic of an attribute (RFC 7643 §7)', () => {
    const user = list.Resources.find((schema) => schema.id === userResourceType.schema.id);
    expect(user).toMatchObject({
      name: 'User',
      meta: { resourceType: 'Schema', location: `${baseUrl}/Schemas/${userResourceType.schema.id}` },
      attributes: expect.arrayContaining([
        {
          name: 'userName',
          type: 'string',
          multiValued: false,
          description: expect.any(String),
          required: true,
          caseExact: false,
          mutability: 'readWrite',
          returned: 'default',
          uniqueness: 'server',
        },
        expect.objectContaining({
          name: 'emails',
          type: 'complex',
          multiValued: true,
          subAttributes: expect.arrayContaining([
            expect.objectContaining({ name: 'type', canonicalValues: ['work', 'home', 'other'] }),
          ]),
        }),
      ]),
    });
  });
});
