import type { Employee } from './people.ts';

/** An employee as an identity provider keeps them; the provider changes it as the day goes on. */
export interface Account {
  readonly provider: 'Okta' | 'Entra';
  employee: Employee;
  /** The provider's own id of the person, sent as `externalId`. */
  externalId: string;
  /** The id that the bridge gave; null until the provider has created the person there. */
  scimId: string | null;
  /** Whether the provider wants the person to have access. */
  active: boolean;
  /** Whether an admin of the bridge took access away over the provider's head. */
  offboarded: boolean;
  /** What happened today, in a few words each. */
  readonly events: string[];
}

/** An account that its provider has not sent to the bridge yet. */
export function newAccount(
  provider: Account['provider'],
  employee: Employee,
  newId: (seed: string) => string,
): Account {
  return {
    provider,
    employee,
    externalId: newId(employee.userName),
    scimId: null,
    active: true,
    offboarded: false,
    events: [],
  };
}

/** Whether Concur should let the person in. */
export function shouldHaveAccess({ active, offboarded }: Account): boolean {
  return active && !offboarded;
}

/** The id that the bridge gave. Fails with an error for somebody whom the provider has not created there. */
export function scimIdOf({ scimId, employee }: Account): string {
  if (scimId === null) throw new Error(`${employee.userName} has not been created yet`);
  return scimId;
}
