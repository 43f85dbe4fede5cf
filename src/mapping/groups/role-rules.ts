/** Roles that follow from an entitlement and are set by nothing else (Spend Role Codes). */
export const ROLES_OF_ENTITLEMENTS: Readonly<Record<string, string>> = {
  EXP_USER: 'Expense',
  REQ_USER: 'Request',
  INV_PMT_USER: 'Invoice',
};

/** Roles of which a user can be assigned only one (Spend Role Codes, "A user cannot be assigned …"). */
const ONE_OF: readonly (readonly string[])[] = [
  ['EXP_ATTENDEE_ADMIN', 'EXP_ATTENDEE_ADMIN_RO'],
  ['SHD_EMPLOYEE_ADMIN', 'SHD_EMPLOYEE_ADMIN_RO', 'SHD_PASSWORD_ADMIN'],
  ['EXP_CONFIG_ADMIN', 'EXP_CONFIG_ADMIN_RO'],
  ['SHD_IMPORT_EXTRACT_ADMIN', 'SHD_IMPORT_EXTRACT_ADMIN_RO'],
  ['SHD_CONFIG_ADMIN', 'SHD_CONFIG_ADMIN_RO'],
  ['SHD_TAX_ADMIN', 'SHD_TAX_ADMIN_RO'],
  ['REQ_PROCESSOR', 'REQ_PROCESSOR_ADMIN', 'REQ_PROCESSOR_AUDIT', 'REQ_RISK_ADMIN'],
  ['REQ_CONFIG_ADMIN', 'REQ_CONFIG_ADMIN_RO'],
  ['INV_CONFIG_ADMIN', 'INV_CONFIG_ADMIN_RO'],
  ['INV_PROCESSOR', 'INV_PROCESSOR_AUDIT', 'INV_PROCESSOR_MANAGER'],
  ['REPORTING_BUSINESS_AUTHOR', 'REPORTING_CONSUMER', 'REPORTING_PRO_AUTHOR'],
  // "… and any other Expense processor roles", which do not exclude each other.
  ['EXP_PROCESSOR_AUDIT', 'EXP_PROCESSOR'],
  ['EXP_PROCESSOR_AUDIT', 'EXP_PROCESSOR_ADMIN'],
];

/** Tells whether nobody can be assigned both roles. */
export function excludes(one: string, other: string): boolean {
  return one !== other && ONE_OF.some((codes) => codes.includes(one) && codes.includes(other));
}
