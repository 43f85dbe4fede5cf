import type { AttributeDefinition, Definitions } from './attributes.ts';
import type { Company } from './company.ts';
import { CORE, definitionsOf, ENTERPRISE, LIST_RESPONSE, SCHEMAS } from './schemas.ts';

const supported = (value: boolean): { supported: boolean } => ({ supported: value });

/** `GET …/ServiceProviderConfig` of the provisioning service (API description, "ServiceProviderConfig"). */
export function provisioningConfig(): Record<string, unknown> {
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'],
    patch: supported(true),
    bulk: { ...supported(true), maxOperations: 100, maxPayloadSize: 400 * 1024 },
    filter: { ...supported(false), maxResults: 0 },
    changePassword: supported(false),
    sort: supported(false),
    etag: supported(false),
    authenticationSchemes: {
      name: 'OAuth Bearer Token',
      type: 'oauthbearertoken',
      specUri: 'https://www.rfc-editor.org/info/rfc6750',
    },
    meta: { resourceType: 'ServiceProviderConfig' },
  };
}

/** `GET …/ServiceProviderConfig` of the identity service (API description of Identity v4.1). */
export function identityConfig(): Record<string, unknown> {
  return {
    documentationUrl: 'https://developer.concur.com/api-reference/profile/v4.1.identity.html',
    patch: supported(true),
    bulk: supported(false),
    filter: supported(true),
    changePassword: supported(false),
    sort: supported(false),
    etag: supported(false),
    pagination: { cursor: supported(true), index: supported(false), defaultPageSize: 100, maxPageSize: 1000 },
    authenticationSchemes: {
      name: 'OAuth Bearer Token',
      description: 'Company-level access token',
      specUrl: 'https://www.rfc-editor.org/info/rfc6750',
      documentationUrl: 'https://developer.concur.com/api-reference/authentication/apidoc.html',
    },
  };
}

/** `GET …/ResourceTypes`: a list without an envelope, as the sample of v4.user-provisioning.md has it. */
export function resourceTypes(services: readonly string[], base: string): Record<string, unknown>[] {
  const extensions = [...SCHEMAS].filter(([urn, { service }]) => urn !== CORE && services.includes(service));
  const schemaExtensions = extensions.map(([schema]) => ({ schema, required: schema === ENTERPRISE }));
  return [
    {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'],
      id: 'User',
      name: 'User',
      endpoint: '/Users',
      description: 'Concur User',
      schema: CORE,
      schemaExtensions,
      attributes: schemaExtensions,
      meta: { location: `${base}/ResourceTypes/User`, resourceType: 'ResourceType' },
    },
  ];
}

/** `GET …/Schemas`: the schemas of the services named, in a list response inside a list, as in the sample. */
export function schemaList(services: readonly string[], base: string, company: Company): unknown {
  const Resources = [...SCHEMAS.keys()].flatMap((urn) => schemaResource(urn, services, base, company) ?? []);
  return [
    {
      schemas: [LIST_RESPONSE],
      totalResults: Resources.length,
      itemsPerPage: Resources.length,
      startIndex: 1,
      Resources,
    },
  ];
}

/** `GET …/Schemas/{id}`: one schema, undefined when the services named have none of that URN. */
export function schemaResource(
  urn: string,
  services: readonly string[],
  base: string,
  company: Company,
): Record<string, unknown> | undefined {
  const schema = SCHEMAS.get(urn);
  if (!schema || !services.includes(schema.service)) return undefined;
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:Schema'],
    id: urn,
    name: schema.name,
    description: schema.name,
    attributes: describe(definitionsOf(urn, company), `${urn}:`, company.newerSchemas.calledRequired),
    meta: { resourceType: 'Schema', location: `${base}/Schemas/${urn}` },
  };
}

function describe(definitions: Definitions, path: string, calledRequired: readonly string[]): unknown[] {
  return Object.entries(definitions).map(([name, definition]: [string, AttributeDefinition]) => {
    const { type, multiValued, required, mutability, returned, canonicalValues, maxLength, subAttributes } =
      definition;
    return {
      name,
      type,
      multiValued: multiValued ?? false,
      required: required === true || calledRequired.includes(`${path}${name}`),
      mutability: mutability ?? 'readWrite',
      returned: returned ?? 'default',
      caseExact: false,
      uniqueness: name === 'userName' ? 'global' : name === 'employeeNumber' ? 'server' : 'none',
      ...(canonicalValues ? { canonicalValues } : {}),
      ...(maxLength === undefined ? {} : { maxLength }),
      ...(subAttributes ? { subAttributes: describe(subAttributes, `${path}${name}.`, calledRequired) } : {}),
    };
  });
}
