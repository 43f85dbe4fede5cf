/**
 * The parts of a Concur profile. Concur processes and answers each part by itself, so the bridge
 * keeps what was applied, refused or is unknown for each part by itself too.
 */
export const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const SAP = 'urn:ietf:params:scim:schemas:extension:sap:2.0:User';
export const SPEND = 'urn:ietf:params:scim:schemas:extension:spend:2.0:User';
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

/** A part of the Concur profile, by its schema URN. */
export type Extension =
  | typeof CORE
  | typeof ENTERPRISE
  | typeof SAP
  | typeof SPEND
  | typeof SPEND_ROLE
  | typeof SPEND_APPROVER
  | typeof SPEND_APPROVER_LIMIT
  | typeof SPEND_DELEGATE
  | typeof SPEND_USER_PREFERENCE
  | typeof SPEND_WORKFLOW_PREFERENCE
  | typeof SPEND_INVOICE_PREFERENCE
  | typeof PAYROLL
  | typeof TRAVEL;

/** The service of Concur that holds a part, and that a read of the part goes to. */
export type Service = 'identity' | 'spend' | 'travel';

const SERVICES: Readonly<Record<Extension, Service>> = {
  [CORE]: 'identity',
  [ENTERPRISE]: 'identity',
  [SAP]: 'identity',
  [SPEND]: 'spend',
  [SPEND_ROLE]: 'spend',
  [SPEND_APPROVER]: 'spend',
  [SPEND_APPROVER_LIMIT]: 'spend',
  [SPEND_DELEGATE]: 'spend',
  [SPEND_USER_PREFERENCE]: 'spend',
  [SPEND_WORKFLOW_PREFERENCE]: 'spend',
  [SPEND_INVOICE_PREFERENCE]: 'spend',
  [PAYROLL]: 'spend',
  [TRAVEL]: 'travel',
};

/** Every part, identity first: Concur processes the others only after identity. */
export const EXTENSIONS = Object.keys(SERVICES) as readonly Extension[];

/** Tells whether a schema URN names a part of the Concur profile. */
export function isExtension(urn: string): urn is Extension {
  return Object.hasOwn(SERVICES, urn);
}

/** The service of Concur that holds `extension`. */
export function serviceOf(extension: Extension): Service {
  return SERVICES[extension];
}
