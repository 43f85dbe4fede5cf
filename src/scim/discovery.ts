import type { JsonObject } from '../domain/json.ts';
import {
  BULK_MAX_OPERATIONS,
  BULK_MAX_PAYLOAD,
  CURSOR_TIMEOUT,
  DEFAULT_PAGE_SIZE,
  MAX_PAGE_SIZE,
} from './limits.ts';
import { type ResourceType, schemasOf } from './registry.ts';
import { type ListResponse, listResponse } from './representation.ts';
import type { Attribute, Schema } from './schema.ts';

/**
 * The body of /ServiceProviderConfig, RFC 7643 §5 and RFC 9865 §4.
 *
 * @param baseUrl the address the SCIM endpoints are below, without a slash at the end
 */
export function serviceProviderConfig(baseUrl: string): JsonObject {
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'],
    patch: { supported: true },
    bulk: { supported: true, maxOperations: BULK_MAX_OPERATIONS, maxPayloadSize: BULK_MAX_PAYLOAD },
    filter: { supported: true, maxResults: MAX_PAGE_SIZE },
    changePassword: { supported: false },
    sort: { supported: true },
    etag: { supported: true },
    pagination: {
      cursor: true,
      index: true,
      defaultPaginationMethod: 'index',
      defaultPageSize: DEFAULT_PAGE_SIZE,
      maxPageSize: MAX_PAGE_SIZE,
      cursorTimeout: CURSOR_TIMEOUT,
    },
    authenticationSchemes: [
      {
        type: 'oauthbearertoken',
        name: 'OAuth Bearer Token',
        description: 'A bearer token in the Authorization header (RFC 6750).',
        specUri: 'https://www.rfc-editor.org/rfc/rfc6750',
        primary: true,
      },
    ],
    meta: { resourceType: 'ServiceProviderConfig', location: `${baseUrl}/ServiceProviderConfig` },
  };
}

/** The body of /ResourceTypes/{id}, RFC 7643 §6. */
export function resourceTypeDescription(resourceType: ResourceType, baseUrl: string): JsonObject {
  const { id, name, endpoint, description, schema, extensions } = resourceType;
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'],
    id,
    name,
    endpoint,
    description,
    schema: schema.id,
    schemaExtensions: extensions.map((extension) => ({
      schema: extension.schema.id,
      required: extension.required,
    })),
    meta: { resourceType: 'ResourceType', location: `${baseUrl}/ResourceTypes/${id}` },
  };
}

/** The body of /ResourceTypes. RFC 7644 §4: a list answer, never paged. */
export function resourceTypes(types: readonly ResourceType[], baseUrl: string): ListResponse {
  return wholeList(types.map((type) => resourceTypeDescription(type, baseUrl)));
}

/** The body of /Schemas/{id}, RFC 7643 §7. */
export function schemaDescription(schema: Schema, baseUrl: string): JsonObject {
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:Schema'],
    id: schema.id,
    name: schema.name,
    description: schema.description,
    attributes: schema.attributes.map(attributeDescription),
    meta: { resourceType: 'Schema', location: `${baseUrl}/Schemas/${schema.id}` },
  };
}

/** The body of /Schemas: the schemas of all these resource types. RFC 7644 §4: a list answer, never paged. */
export function schemas(types: readonly ResourceType[], baseUrl: string): ListResponse {
  const all = new Set(types.flatMap(schemasOf));
  return wholeList([...all].map((schema) => schemaDescription(schema, baseUrl)));
}

function attributeDescription(attribute: Attribute): JsonObject {
  const {
    subAttributes,
    canonicalValues,
    referenceTypes,
    singleLine: _singleLine,
    maximumElements: _maximumElements,
    ...characteristics
  } = attribute;
  return {
    ...characteristics,
    ...(canonicalValues ? { canonicalValues: [...canonicalValues] } : {}),
    ...(referenceTypes ? { referenceTypes: [...referenceTypes] } : {}),
    ...(subAttributes ? { subAttributes: subAttributes.map(attributeDescription) } : {}),
  };
}

function wholeList(resources: readonly JsonObject[]): ListResponse {
  return listResponse(resources, resources.length, 1);
}
