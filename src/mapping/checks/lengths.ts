import { ENTERPRISE, SAP, SPEND } from '../../domain/extensions.ts';
import type { Check } from './fault.ts';

/**
 * The most characters of each attribute, by its name without the element of a list (Identity v4.1, API
 * description, User; Spend User Retrieval v4.1, "Spend User"; for custom fields Get Expense Report,
 * `EmployeeCustom`). A company may have made its own fields shorter.
 */
const LONGEST: Readonly<Record<string, number>> = {
  'name.givenName': 32,
  'name.familyName': 32,
  'name.middleName': 60,
  'name.middleInitial': 1,
  'name.familyNamePrefix': 28,
  'name.honorificPrefix': 60,
  'name.honorificSuffix': 60,
  nickName: 60,
  title: 255,
  'emails.value': 255,
  'addresses.locality': 30,
  'addresses.region': 30,
  'addresses.postalCode': 20,
  'emergencyContacts.name': 255,
  'emergencyContacts.locality': 30,
  'emergencyContacts.region': 30,
  'emergencyContacts.postalCode': 20,
  [`${ENTERPRISE}:employeeNumber`]: 48,
  [`${ENTERPRISE}:costCenter`]: 25,
  [`${ENTERPRISE}:division`]: 48,
  [`${SAP}:userUuid`]: 36,
  [`${SPEND}:ledgerCode`]: 20,
  [`${SPEND}:cashAdvanceAccountCode`]: 20,
  [`${SPEND}:customData.value`]: 48,
};

/** The checks of lengths, by the attribute's name. */
export const LENGTHS: ReadonlyMap<string, Check> = new Map(
  Object.entries(LONGEST).map(([name, longest]) => [name, atMost(longest)]),
);

function atMost(longest: number): Check {
  const fault = {
    rule: `It is longer than ${longest} ${longest === 1 ? 'character' : 'characters'}`,
    valid: `${longest} ${longest === 1 ? 'character' : 'characters'} at most`,
  };
  // SAP counts characters, of which one may take two places in JavaScript.
  return (text) => (text.length > longest && [...text].length > longest ? fault : null);
}
