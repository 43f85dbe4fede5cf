import {
  CORE,
  ENTERPRISE,
  EXTENSIONS,
  type Extension,
  PAYROLL,
  SAP,
  SPEND,
  SPEND_APPROVER,
  SPEND_APPROVER_LIMIT,
  SPEND_DELEGATE,
  SPEND_INVOICE_PREFERENCE,
  SPEND_ROLE,
  SPEND_USER_PREFERENCE,
  SPEND_WORKFLOW_PREFERENCE,
  TRAVEL,
} from './extensions.ts';

/** The short name of each extension in the configuration, before a colon; core attributes have none. */
export const SHORT_NAMES: Readonly<Record<Exclude<Extension, typeof CORE>, string>> = {
  [ENTERPRISE]: 'enterprise',
  [SAP]: 'sap',
  [SPEND]: 'spend',
  [SPEND_ROLE]: 'role',
  [SPEND_APPROVER]: 'approver',
  [SPEND_APPROVER_LIMIT]: 'approverLimit',
  [SPEND_DELEGATE]: 'delegate',
  [SPEND_USER_PREFERENCE]: 'userPreference',
  [SPEND_WORKFLOW_PREFERENCE]: 'workflowPreference',
  [SPEND_INVOICE_PREFERENCE]: 'invoicePreference',
  [PAYROLL]: 'payroll',
  [TRAVEL]: 'travel',
};

const URNS: ReadonlyMap<string, string> = new Map(
  Object.entries(SHORT_NAMES).map(([urn, name]) => [name, urn]),
);

/** `urn:…:spend:2.0:User:country` for `spend:country`; what begins with no short name comes back as it is. */
export function longName(name: string): string {
  const colon = name.indexOf(':');
  const urn = colon === -1 ? undefined : URNS.get(name.slice(0, colon));
  return urn === undefined ? name : `${urn}${name.slice(colon)}`;
}

/** `spend:country` for `urn:…:spend:2.0:User:country`; `longName` undoes it. */
export function shortName(key: string): string {
  const extension = EXTENSIONS.find((urn) => key.startsWith(`${urn}:`));
  if (extension === undefined || extension === CORE) return key;
  return `${SHORT_NAMES[extension]}${key.slice(extension.length)}`;
}
