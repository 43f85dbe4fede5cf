import type { Attributes, Json, Message } from './attributes.ts';
import { invalid, isAttributes, objects, sameJson } from './attributes.ts';
import type { Company } from './company.ts';
import { CORE, ENTERPRISE } from './schemas.ts';
import type { Users } from './users.ts';

const regions = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' });

/** Whether a text is a two-letter code of ISO 3166-1. */
export function isCountry(value: string): boolean {
  return /^[A-Z]{2}$/.test(value) && regions.of(value) !== undefined;
}

/** Notes what is wrong with an attribute of the schema that is checked. */
export type Refuse = (attribute: string, what: string) => void;

/** The rules for core attributes that types and sizes do not express (v4.user-provisioning.md, "User"). */
export function checkCore(core: Attributes, company: Company): Message[] {
  const messages: Message[] = [];
  const refuse: Refuse = (attribute, what) => {
    messages.push(invalid(`${CORE}:${attribute}`, what));
  };
  const { userName } = core;
  // "user@domain"; "The following characters cannot be used": % [ # ! * & ( ) ~ ' { ^ } \ / ? > < , ; : + = ] " |
  if (
    typeof userName === 'string' &&
    (!/^[^@\s]+@[^@\s]+$/.test(userName) || /[%[#!*&()~'{^}\\/?><,;:+=\]"|]/.test(userName))
  ) {
    refuse('userName', 'Value');
  }
  checkOnePerType(core.emails, 'emails', [], refuse);
  if (Array.isArray(core.emails) && core.emails.length === 0) refuse('emails', 'Size');
  for (const { value } of objects(core.emails)) {
    if (typeof value === 'string' && !/^[^@\s]+@[^@\s]+$/.test(value)) refuse('emails.value', 'Value');
  }
  checkPhones(core.phoneNumbers, refuse);
  checkOnePerType(core.addresses, 'addresses', [], refuse);
  for (const { country } of objects(core.addresses)) {
    if (typeof country === 'string' && !isCountry(country)) refuse('addresses.country', 'Value');
  }
  // "Only 1 contact is allowed."
  if (objects(core.emergencyContacts).length > 1) refuse('emergencyContacts', 'Size');
  for (const { country } of objects(core.emergencyContacts)) {
    if (typeof country === 'string' && !isCountry(country)) refuse('emergencyContacts.country', 'Value');
  }
  const { preferredLanguage, timezone, dateOfBirth } = core;
  // reference/languageCodes.md and preferred_language_locale.md
  if (
    typeof preferredLanguage === 'string' &&
    !company.languages.some((known) => known.toLowerCase() === preferredLanguage.toLowerCase())
  ) {
    refuse('preferredLanguage', 'Value');
  }
  // reference/timezone.md, "Supported Olson time zones"
  if (typeof timezone === 'string' && !company.timeZones.includes(timezone)) refuse('timezone', 'Value');
  if (typeof dateOfBirth === 'string' && !isDay(dateOfBirth)) refuse('dateOfBirth', 'Value');
  return messages;
}

function checkOnePerType(
  values: Json | undefined,
  attribute: string,
  repeatable: readonly string[],
  refuse: Refuse,
): void {
  const types = objects(values).map((value) => String(value.type));
  const repeated = types.filter((type, index) => types.indexOf(type) !== index && !repeatable.includes(type));
  if (repeated.length > 0) refuse(`${attribute}.type`, 'Value: only one value per type is allowed');
}

// "Duplicates are not allowed for types other than mobile." primary and notifications are "only available for mobile
// phone numbers. One mobile phone number must be set as the primary number and only one phone number can be set".
function checkPhones(values: Json | undefined, refuse: Refuse): void {
  checkOnePerType(values, 'phoneNumbers', ['mobile'], refuse);
  const phones = objects(values);
  const mobiles = phones.filter(({ type }) => type === 'mobile');
  if (mobiles.length > 0 && mobiles.filter(({ primary }) => primary === true).length !== 1) {
    refuse('phoneNumbers.primary', 'Value: exactly one mobile number must be primary');
  }
  for (const phone of phones) {
    if (phone.type === 'mobile') continue;
    if (phone.primary === true) refuse('phoneNumbers.primary', 'Value: only a mobile number can be primary');
    if (phone.notifications === true) refuse('phoneNumbers.notifications', 'Value: only for mobile numbers');
  }
}

/** The rules for enterprise attributes that types and sizes do not express ("Enterprise User"). */
export function checkEnterprise(
  enterprise: Attributes,
  held: Attributes | undefined,
  company: Company,
  users: Users,
): Message[] {
  const messages: Message[] = [];
  const refuse: Refuse = (attribute, what) => {
    messages.push(invalid(`${ENTERPRISE}:${attribute}`, what));
  };
  const { companyId, manager } = enterprise;
  // "Required. Immutable"
  if (held && companyId !== held.companyId) refuse('companyId', 'Value: it cannot be changed');
  else if (companyId !== undefined && companyId !== company.id) refuse('companyId', 'Value');
  for (const attribute of ['startDate', 'terminationDate']) {
    const value = enterprise[attribute];
    if (typeof value === 'string' && !isMoment(value)) refuse(attribute, 'Value');
  }
  // "To provision manager of this user, use UUID of the manager."
  const unchanged = sameJson(manager, held?.manager);
  if (!unchanged && isAttributes(manager) && !users.get(String(manager.value)))
    refuse('manager.value', 'Value');
  checkLeaves(objects(enterprise.leavesOfAbsence), refuse);
  return messages;
}

// leave-of-absence.md: YYYY-MM-DD, "startDate must be before endDate", "LOAs cannot overlap".
function checkLeaves(leaves: readonly Attributes[], refuse: Refuse): void {
  if (leaves.length > 100) refuse('leavesOfAbsence', 'Size');
  const spans = leaves.map(({ startDate, endDate }) => ({
    start: String(startDate),
    end: endDate === undefined ? '9999-12-31' : String(endDate),
  }));
  if (!spans.every(({ start, end }) => isDay(start) && isDay(end))) {
    refuse('leavesOfAbsence', 'Value: dates must be YYYY-MM-DD');
    return;
  }
  if (spans.some(({ start, end }) => start >= end))
    refuse('leavesOfAbsence', 'Value: the start must be before the end');
  spans.sort((left, right) => left.start.localeCompare(right.start));
  if (spans.some(({ start }, index) => index > 0 && start <= (spans[index - 1]?.end ?? ''))) {
    refuse('leavesOfAbsence', 'Value: leaves of absence cannot overlap');
  }
}

function isDay(value: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(value)) return false;
  const day = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(value);
}

// "YYYY-MM-DD'T'hh:mm:ss'Z'"; "The date range is from 1900-01-01 to 2079-06-06".
function isMoment(value: string): boolean {
  const day = value.slice(0, 10);
  return (
    /^\d{4}-\d{2}-\d{2}T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/.test(value) &&
    isDay(day) &&
    day >= '1900-01-01' &&
    day <= '2079-06-06'
  );
}
