import type { Attributes, Message } from './attributes.ts';
import { invalid, isAttributes } from './attributes.ts';
import { TRAVEL } from './schemas.ts';
import { findPerson } from './spend-rules.ts';
import type { World } from './world.ts';

/** The rules of the travel extension that types do not express (travel/v4.travel-extension.md, "Travel Extension"). */
export function checkTravel(next: Attributes, { company, users }: World): Message[] {
  const messages: Message[] = [];
  const refuse = (attribute: string): void => {
    messages.push(invalid(`${TRAVEL}:${attribute}`, 'Value'));
  };
  const { ruleClass, groups, customFields, orgUnit, manager } = next;
  // "Either Rule Class ID or Rule Class Name should be provided. Value must exactly match."
  if (isAttributes(ruleClass) && !findRuleClass(ruleClass, company)) refuse('ruleClass');
  if (Array.isArray(groups) && groups.some((group) => !company.travelGroups.includes(Number(group))))
    refuse('groups');
  for (const field of Array.isArray(customFields) ? customFields : []) {
    if (isAttributes(field) && !company.travelCustomFields.includes(String(field.name)))
      refuse('customFields.name');
  }
  // "Value must exactly match an Org unit or division value setup for the company."
  if (typeof orgUnit === 'string' && !company.travelOrgUnits.includes(orgUnit)) refuse('orgUnit');
  // "Must have value that is UUID and/or Employee Number of the Manager"
  if (isAttributes(manager) && !findPerson(manager, users)) refuse('manager');
  return messages;
}

/** The rule class that an id, a name or both name; undefined when there is none. */
export function findRuleClass(
  ruleClass: Attributes,
  company: World['company'],
): World['company']['ruleClasses'][number] | undefined {
  const { id, name } = ruleClass;
  if (id === undefined && name === undefined) return undefined;
  return company.ruleClasses.find(
    (known) => (id === undefined || known.id === id) && (name === undefined || known.name === name),
  );
}
