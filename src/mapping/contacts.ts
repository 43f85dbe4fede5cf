import { CORE } from '../domain/extensions.ts';
import type { JsonObject, JsonValue } from '../domain/json.ts';
import type { Gap } from '../domain/plan.ts';
import { countryCode } from './country.ts';
import { assigned, complexElements, text } from './resource.ts';

/** The types of e-mail that Concur has, one address of each. */
export const EMAIL_TYPES = ['work', 'home', 'work2', 'other', 'other2'];
/** The types of phone number that Concur has. */
export const PHONE_TYPES = ['work', 'home', 'mobile', 'fax', 'pager', 'other'];
/** The types of address that Concur has, one of each. */
export const ADDRESS_TYPES = ['work', 'home', 'other', 'billing', 'bank', 'shipping'];

/**
 * The e-mails as Concur takes them: `{type, value}`, one of a type (Identity v4.1, `emails`). The
 * first of a type is taken; one without a type is for work, one of another type takes a free place.
 * `primary` is not sent: Concur has no such sub-attribute.
 */
export function mapEmails(resource: JsonObject): JsonValue[] {
  const emails = complexElements(resource, 'emails').filter((email) => text(email, 'value') !== undefined);
  const placed = placeByType(emails, EMAIL_TYPES, 'work', ['other', 'other2']);
  return placed.map(([type, email]) => assigned({ type, value: text(email, 'value') }));
}

/**
 * The phone numbers as Concur takes them: one of a type, but several mobiles, exactly one of which is
 * primary; no other number may be (Identity v4.1, `phoneNumbers`). One without a type is a mobile, as
 * SAP's own Identity Provisioning takes it.
 */
export function mapPhoneNumbers(resource: JsonObject): JsonValue[] {
  const phones = complexElements(resource, 'phoneNumbers').filter(
    (phone) => text(phone, 'value') !== undefined,
  );
  const isMobile = (phone: JsonObject) => (typeOf(phone) ?? 'mobile') === 'mobile';
  const others = phones.filter((phone) => !isMobile(phone));
  const mobiles = phones.filter(isMobile);
  const primary = text(mobiles.find((phone) => phone.primary === true) ?? mobiles[0] ?? {}, 'value');
  const numbers = new Set(mobiles.map((phone) => text(phone, 'value')));
  return [
    ...placeByType(others, PHONE_TYPES, 'mobile', ['other']).map(([type, phone]) =>
      assigned({ type, value: text(phone, 'value') }),
    ),
    ...[...numbers].map((value) => assigned({ type: 'mobile', value, primary: value === primary })),
  ];
}

/** The addresses as Concur takes them, with what could not be taken over. */
export interface Addresses {
  readonly addresses: JsonObject[];
  readonly gaps: readonly Gap[];
}

/**
 * The addresses as Concur takes them: one of a type, without `formatted`, the country as two letters
 * of ISO 3166-1 (Identity v4.1, `addresses`), also where it was sent in English words. One without a type is for work.
 */
export function mapAddresses(resource: JsonObject): Addresses {
  const placed = placeByType(complexElements(resource, 'addresses'), ADDRESS_TYPES, 'work', ['other']);
  const gaps: Gap[] = [];
  const addresses = placed.map(([type, address]) => {
    const sent = text(address, 'country');
    const country = sent === undefined ? undefined : countryCode(sent);
    if (sent !== undefined && country === undefined) {
      gaps.push({
        extension: CORE,
        why: `The country of the ${type} address must be a two-letter ISO 3166-1 code, such as GB, or an English name`,
      });
    }
    return assigned({
      type,
      streetAddress: text(address, 'streetAddress'),
      locality: text(address, 'locality'),
      region: text(address, 'region'),
      postalCode: text(address, 'postalCode'),
      country,
    });
  });
  return { addresses, gaps };
}

/**
 * Gives every element a type of its own: the first of a known type keeps it, and afterwards those of
 * unknown types take the first place that is free in `spare`. Elements that find no place are left out.
 */
function placeByType(
  elements: readonly JsonObject[],
  types: readonly string[],
  missing: string,
  spare: readonly string[],
): readonly (readonly [type: string, element: JsonObject])[] {
  const placed = new Map<string, JsonObject>();
  const isKnown = (element: JsonObject) => types.includes(typeOf(element) ?? missing);
  for (const element of elements.filter(isKnown)) {
    const type = typeOf(element) ?? missing;
    if (!placed.has(type)) placed.set(type, element);
  }
  for (const element of elements.filter((one) => !isKnown(one))) {
    const free = spare.find((type) => !placed.has(type));
    if (free !== undefined) placed.set(free, element);
  }
  return [...placed];
}

function typeOf(element: JsonObject): string | undefined {
  return text(element, 'type')?.toLowerCase();
}
