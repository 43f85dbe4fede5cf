import type { CatalogueEntry } from './entry.ts';

/** The names of SAP Concur's entitlements, which are their values too (User Provisioning, `entitlements`). */
export const ENTITLEMENTS: readonly string[] = ['Expense', 'Invoice', 'Request', 'Travel'];

/** The entitlements that can be given to a person, as Okta's Identity Governance lists them. */
export const entitlements: readonly CatalogueEntry[] = ENTITLEMENTS.map((name) => ({
  id: name,
  displayName: name,
  type: 'Product',
  description: `The use of Concur ${name}.`,
}));
