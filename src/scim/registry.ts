import { legacySchemaUris, presentSchemaUri, unqualifiedExtension } from './dialect.ts';
import { oncePer } from './once-per.ts';
import { type Attribute, attributeNamed, type Schema, subAttributeNamed } from './schema.ts';
import { entitlementSchema, roleSchema } from './schemas/catalogue.ts';
import { commonAttributes } from './schemas/common.ts';
import { concurBridgeUserSchema } from './schemas/concur-bridge-user.ts';
import { enterpriseUserSchema } from './schemas/enterprise-user.ts';
import { groupSchema } from './schemas/group.ts';
import { payrollSchema } from './schemas/payroll.ts';
import { sapUserSchema } from './schemas/sap-user.ts';
import { spendApproverSchema } from './schemas/spend-approver.ts';
import { spendApproverLimitSchema } from './schemas/spend-approver-limit.ts';
import { spendDelegateSchema } from './schemas/spend-delegate.ts';
import { spendInvoicePreferenceSchema } from './schemas/spend-invoice-preference.ts';
import { spendRoleSchema } from './schemas/spend-role.ts';
import { spendUserSchema } from './schemas/spend-user.ts';
import { spendUserPreferenceSchema } from './schemas/spend-user-preference.ts';
import { spendWorkflowPreferenceSchema } from './schemas/spend-workflow-preference.ts';
import { travelUserSchema } from './schemas/travel-user.ts';
import { userSchema } from './schemas/user.ts';

/** A resource type with its schema and extensions, RFC 7643 §6. `endpoint` is relative to the base address. */
export interface ResourceType {
  readonly id: string;
  readonly name: string;
  readonly endpoint: string;
  readonly description: string;
  readonly schema: Schema;
  readonly extensions: readonly { readonly schema: Schema; readonly required: boolean }[];
}

/** Users, with the enterprise extension, Concur's extensions and the bridge's own. */
export const userResourceType: ResourceType = {
  id: 'User',
  name: 'User',
  endpoint: '/Users',
  description: 'User Account',
  schema: userSchema,
  extensions: [
    enterpriseUserSchema,
    spendUserSchema,
    spendRoleSchema,
    spendApproverSchema,
    spendApproverLimitSchema,
    spendDelegateSchema,
    spendUserPreferenceSchema,
    spendWorkflowPreferenceSchema,
    spendInvoicePreferenceSchema,
    travelUserSchema,
    payrollSchema,
    sapUserSchema,
    concurBridgeUserSchema,
  ].map((schema) => ({ schema, required: false })),
};

/** Groups. */
export const groupResourceType: ResourceType = {
  id: 'Group',
  name: 'Group',
  endpoint: '/Groups',
  description: 'Group',
  schema: groupSchema,
  extensions: [],
};

/** The roles that people can hold, in Okta's schema. */
export const roleResourceType: ResourceType = {
  id: 'Role',
  name: 'Role',
  endpoint: '/Roles',
  description: 'Role',
  schema: roleSchema,
  extensions: [],
};

/** The entitlements that people can hold, in Okta's schema. */
export const entitlementResourceType: ResourceType = {
  id: 'Entitlement',
  name: 'Entitlement',
  endpoint: '/Entitlements',
  description: 'Entitlement',
  schema: entitlementSchema,
  extensions: [],
};

/** All resource types, as /ResourceTypes lists them. */
export const allResourceTypes: readonly ResourceType[] = [
  userResourceType,
  groupResourceType,
  roleResourceType,
  entitlementResourceType,
];

/** An attribute found by its path. */
export interface AttributeReference {
  /** The schema the attribute belongs to; the resource type's own for the common attributes. */
  readonly schema: Schema;
  /** From the top-level attribute down to `attribute`. */
  readonly chain: readonly [Attribute, ...Attribute[]];
  /** The last of the chain. */
  readonly attribute: Attribute;
  /** The path as the schemas spell it: `name.givenName`, `urn:…:User:manager.value`. */
  readonly path: string;
}

/** The resource type's own schema and its extensions. */
export const schemasOf = oncePer((resourceType: ResourceType): readonly Schema[] => [
  resourceType.schema,
  ...resourceType.extensions.map((extension) => extension.schema),
]);

/** The top-level attributes a schema gives a resource: its own, and for the core schema the common ones too. */
export function attributesOf(resourceType: ResourceType, schema: Schema): readonly Attribute[] {
  return schema === resourceType.schema ? coreAttributes(resourceType) : schema.attributes;
}

const coreAttributes = oncePer(({ schema }: ResourceType): readonly Attribute[] => [
  ...commonAttributes,
  ...schema.attributes,
]);

/** The path of an attribute of a schema: extensions are named by their URN, RFC 7644 §3.10. */
export function attributePath(resourceType: ResourceType, schema: Schema, name: string): string {
  return schema === resourceType.schema ? name : `${schema.id}:${name}`;
}

/** The schema of the resource type with that URI, in any case and in older spellings, or undefined. */
export function findSchema(resourceType: ResourceType, uri: string): Schema | undefined {
  return schemasByUri(resourceType).get(presentSchemaUri(uri, resourceType.schema.id).toLowerCase());
}

const schemasByUri = oncePer(
  (resourceType: ResourceType) => new Map(schemasOf(resourceType).map((one) => [one.id.toLowerCase(), one])),
);

/**
 * Looks an attribute up by its path (RFC 7644 §3.10), case-insensitively: `userName`, `name.givenName`,
 * `urn:…:User:employeeNumber`. Returns undefined when the resource type has no such attribute.
 */
export function findAttribute(resourceType: ResourceType, path: string): AttributeReference | undefined {
  const known = knownPaths(resourceType);
  const key = path.toLowerCase();
  const found = known.get(key) ?? lookUp(resourceType, path);
  // Only what is there is remembered: clients may make up any number of other paths.
  if (found !== undefined) known.set(key, found);
  return found;
}

/** The attributes that were found, by their paths in lower case. */
const knownPaths = oncePer((_: ResourceType) => new Map<string, AttributeReference>());

function lookUp(resourceType: ResourceType, path: string): AttributeReference | undefined {
  if (path.toLowerCase().startsWith('urn:')) {
    const split = splitSchema(resourceType, path);
    return split && findInSchema(resourceType, split.schema, split.name);
  }
  const unqualified = findSchema(resourceType, unqualifiedExtension);
  return (
    findInSchema(resourceType, resourceType.schema, path) ??
    (unqualified && findInSchema(resourceType, unqualified, path))
  );
}

/** Looks a dotted name up among the sub-attributes of `parent`; the path returned is relative to it. */
export function findSubAttribute(
  reference: AttributeReference,
  name: string,
): AttributeReference | undefined {
  const chain = resolve(reference.attribute.subAttributes ?? [], name);
  return chain && toReference(reference.schema, chain, '');
}

/**
 * What a complex attribute is compared and ordered by: its `value` (RFC 7644 §3.4.2.2, §3.4.2.3). Any other attribute
 * stands for itself. Undefined when it has no such sub-attribute.
 */
export function comparableAttribute(reference: AttributeReference): AttributeReference | undefined {
  if (reference.attribute.type !== 'complex') return reference;
  const value = findSubAttribute(reference, 'value');
  if (value === undefined) return undefined;
  const [top, ...rest] = reference.chain;
  return {
    ...value,
    chain: [top, ...rest, value.attribute],
    path: `${reference.path}.${value.path}`,
  };
}

function findInSchema(
  resourceType: ResourceType,
  schema: Schema,
  name: string,
): AttributeReference | undefined {
  const chain = resolve(attributesOf(resourceType, schema), name);
  return chain && toReference(schema, chain, attributePath(resourceType, schema, ''));
}

function toReference(
  schema: Schema,
  chain: readonly [Attribute, ...Attribute[]],
  prefix: string,
): AttributeReference {
  const path = prefix + chain.map((attribute) => attribute.name).join('.');
  return { schema, chain, attribute: chain.at(-1) ?? chain[0], path };
}

function resolve(
  attributes: readonly Attribute[],
  dottedName: string,
): readonly [Attribute, ...Attribute[]] | undefined {
  const [first = '', ...rest] = dottedName.split('.');
  const top = attributeNamed(attributes, first);
  if (!top) return undefined;
  const chain: [Attribute, ...Attribute[]] = [top];
  let parent = top;
  for (const name of rest) {
    const child = subAttributeNamed(parent, name);
    if (!child) return undefined;
    chain.push(child);
    parent = child;
  }
  return chain;
}

// The longest URI wins: `…:enterprise:2.0` is the beginning of `…:enterprise:2.0:User`.
function splitSchema(resourceType: ResourceType, path: string): { schema: Schema; name: string } | undefined {
  const lowerCase = path.toLowerCase();
  const uri = [...schemasOf(resourceType).map((schema) => schema.id), ...legacySchemaUris]
    .filter((candidate) => lowerCase.startsWith(`${candidate.toLowerCase()}:`))
    .sort((one, other) => other.length - one.length)[0];
  const schema = uri === undefined ? undefined : findSchema(resourceType, uri);
  return uri === undefined || schema === undefined ? undefined : { schema, name: path.slice(uri.length + 1) };
}
