import type { AttributeDefinition, Definitions } from './attributes.ts';
import type { Company } from './company.ts';
import { core, enterprise } from './identity-schemas.ts';
import {
  approver,
  approverLimit,
  delegate,
  invoicePreference,
  payroll,
  role,
  spendUser,
  userPreference,
  workflowPreference,
} from './spend-schemas.ts';
import { travel } from './travel-schemas.ts';

/** The URNs of Concur's schemas (v4.user-provisioning.md, "Schema"; user-provisioning.md guide, "Supported Extensions"). */
export const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const SAP = 'urn:ietf:params:scim:schemas:extension:sap:2.0:User';
export const SPEND_USER = 'urn:ietf:params:scim:schemas:extension:spend:2.0:User';
export const SPEND_ROLE = 'urn:ietf:params:scim:schemas:extension:spend:2.0:Role';
export const SPEND_APPROVER = 'urn:ietf:params:scim:schemas:extension:spend:2.0:Approver';
export const SPEND_APPROVER_LIMIT = 'urn:ietf:params:scim:schemas:extension:spend:2.0:ApproverLimit';
export const SPEND_DELEGATE = 'urn:ietf:params:scim:schemas:extension:spend:2.0:Delegate';
export const SPEND_USER_PREFERENCE = 'urn:ietf:params:scim:schemas:extension:spend:2.0:UserPreference';
export const SPEND_WORKFLOW_PREFERENCE =
  'urn:ietf:params:scim:schemas:extension:spend:2.0:WorkflowPreference';
export const SPEND_INVOICE_PREFERENCE = 'urn:ietf:params:scim:schemas:extension:spend:2.0:InvoicePreference';
export const PAYROLL = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:Payroll';
export const TRAVEL = 'urn:ietf:params:scim:schemas:extension:travel:2.0:User';

/** The URNs of the messages that more than one service takes or answers with (RFC 7644 §8.2). */
export const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
export const LIST_RESPONSE = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';

/** Which of Concur's services holds a schema: identity is answered at once, spend and travel later. */
export type Service = 'identity' | 'spend' | 'travel';

/** One schema of a Concur user. */
export interface Schema {
  readonly name: string;
  readonly service: Service;
  readonly definitions: Definitions;
}

/**
 * Every schema of a Concur user, by URN. Spend schemas stand in the order in which they are provisioned: Spend User is
 * the foundation of the others, and a role must be there before what it permits (spend/v4.spend-user-provisioning.md).
 */
export const SCHEMAS: ReadonlyMap<string, Schema> = new Map<string, Schema>([
  [CORE, { name: 'User', service: 'identity', definitions: core }],
  [ENTERPRISE, { name: 'Enterprise User', service: 'identity', definitions: enterprise }],
  [
    SAP,
    {
      name: 'SAP User',
      service: 'identity',
      definitions: { userUuid: { type: 'string', minLength: 1, maxLength: 36 } },
    },
  ],
  [SPEND_USER, { name: 'Spend User', service: 'spend', definitions: spendUser }],
  [SPEND_ROLE, { name: 'Spend Role', service: 'spend', definitions: role }],
  [SPEND_APPROVER, { name: 'Spend Approver', service: 'spend', definitions: approver }],
  [SPEND_APPROVER_LIMIT, { name: 'Approver Limit', service: 'spend', definitions: approverLimit }],
  [SPEND_DELEGATE, { name: 'Spend Delegate', service: 'spend', definitions: delegate }],
  [SPEND_USER_PREFERENCE, { name: 'User Preference', service: 'spend', definitions: userPreference }],
  [
    SPEND_WORKFLOW_PREFERENCE,
    { name: 'Workflow Preference', service: 'spend', definitions: workflowPreference },
  ],
  [
    SPEND_INVOICE_PREFERENCE,
    { name: 'Invoice Preference', service: 'spend', definitions: invoicePreference },
  ],
  [PAYROLL, { name: 'Payroll', service: 'spend', definitions: payroll }],
  [TRAVEL, { name: 'Travel User', service: 'travel', definitions: travel }],
]);

/** The schema of a URN that is known to be one of Concur's. */
export function schemaOf(urn: string): Schema {
  const schema = SCHEMAS.get(urn);
  if (!schema) throw new Error(`not a schema of Concur: ${urn}`);
  return schema;
}

/** The attributes of a schema as this company's Concur takes them. */
export function definitionsOf(urn: string, { newerSchemas }: Pick<Company, 'newerSchemas'>): Definitions {
  const { attributes, canonicalValues } = newerSchemas;
  const all: Record<string, AttributeDefinition> = { ...schemaOf(urn).definitions, ...attributes[urn] };
  for (const [path, values] of Object.entries(canonicalValues)) {
    if (!path.startsWith(`${urn}:`)) continue;
    const [name = '', sub] = path.slice(urn.length + 1).split('.');
    const definition = all[name];
    if (definition !== undefined) all[name] = withValues(definition, sub, values);
  }
  return all;
}

function withValues(
  definition: AttributeDefinition,
  sub: string | undefined,
  values: readonly string[],
): AttributeDefinition {
  if (sub === undefined) {
    return { ...definition, canonicalValues: [...(definition.canonicalValues ?? []), ...values] };
  }
  const part = definition.subAttributes?.[sub];
  if (part === undefined) return definition;
  return {
    ...definition,
    subAttributes: { ...definition.subAttributes, [sub]: withValues(part, undefined, values) },
  };
}
