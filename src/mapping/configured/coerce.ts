import type { JsonValue } from '../../domain/json.ts';
import type { ConcurAttribute, ValueType } from '../concur-schema/attribute.ts';
import type { ConcurTarget } from '../concur-schema/schema.ts';
import { countryCode } from '../country.ts';
import { concurLanguage } from '../locale.ts';

/** A value in Concur's form, nothing where there is none, or what it should have been. */
export type Coerced =
  | { readonly kind: 'value'; readonly value: JsonValue }
  | { readonly kind: 'nothing' }
  /** Completes "is not …". */
  | { readonly kind: 'unfit'; readonly wanted: string };

const NOTHING: Coerced = { kind: 'nothing' };

const WANTED: Readonly<Record<ValueType, string>> = {
  text: 'a text',
  boolean: 'true or false',
  integer: 'a whole number',
  decimal: 'a number',
  day: 'a date such as 2026-01-31',
  moment: 'a date such as 2026-01-31, from 1900-01-01 to 2079-06-06',
  country: 'a two-letter ISO 3166-1 country code, such as GB, or an English name',
  currency: 'a three-letter ISO 4217 currency code, such as EUR',
  language: 'a language that Concur has, such as en-US',
  person: 'the id, externalId, userName or employee number of a person',
  presence: 'true or false',
};

/**
 * Brings values into the form that Concur takes for an attribute: all of them where it takes several,
 * else the first. Blank text is no value.
 */
export function coerce(target: ConcurTarget, values: readonly JsonValue[]): Coerced {
  const present = values.filter(
    (value) => value !== null && !(typeof value === 'string' && value.trim() === ''),
  );
  const [first] = present;
  if (first === undefined) return NOTHING;
  if (target.attribute.isMany !== true) return one(target, first);
  const many = present.map((value) => one(target, value));
  const unfit = many.find(({ kind }) => kind === 'unfit');
  return (
    unfit ?? { kind: 'value', value: many.flatMap((each) => (each.kind === 'value' ? [each.value] : [])) }
  );
}

function one({ attribute, element, name }: ConcurTarget, value: JsonValue): Coerced {
  const fit = fitting(attribute, value);
  if (fit === undefined) return { kind: 'unfit', wanted: wantedOf(attribute) };
  if (attribute.type !== 'presence') return { kind: 'value', value: fit };
  if (fit === false) return NOTHING;
  // An element of plain values is its name; of any other list, the name is what makes it exist.
  return { kind: 'value', value: name.includes('.') ? (element ?? '') : true };
}

function wantedOf({ type, values, further = [] }: ConcurAttribute): string {
  return values === undefined || type === 'presence'
    ? WANTED[type]
    : `one of ${[...values, ...further].join(', ')}`;
}

/** The value in Concur's form, of what is built in or of what its own schemas have besides; undefined when it has none. */
function fitting(attribute: ConcurAttribute, value: JsonValue): JsonValue | undefined {
  const { further = [] } = attribute;
  const text = String(value).trim().toLowerCase();
  return builtIn(attribute, value) ?? further.find((known) => known.toLowerCase() === text);
}

function builtIn({ type, values }: ConcurAttribute, value: JsonValue): JsonValue | undefined {
  if (type === 'boolean' || type === 'presence') return truth(value);
  if (type === 'integer' || type === 'decimal') return number(value, type);
  if (typeof value === 'object') return undefined;
  const text = String(value).trim();
  switch (type) {
    case 'text':
      return values === undefined ? text : values.find((known) => known.toLowerCase() === text.toLowerCase());
    case 'person':
      return text;
    case 'day':
      return isDay(text.slice(0, 10)) && /^.{10}(T.*)?$/.test(text) ? text.slice(0, 10) : undefined;
    case 'moment':
      return moment(text);
    case 'country':
      return countryCode(text);
    case 'currency':
      return /^[a-z]{3}$/i.test(text) ? text.toUpperCase() : undefined;
    case 'language':
      return concurLanguage(text);
  }
}

function truth(value: JsonValue): boolean | undefined {
  const text = String(value).trim().toLowerCase();
  if (/^(true|yes|1)$/.test(text)) return true;
  return /^(false|no|0)$/.test(text) ? false : undefined;
}

function number(value: JsonValue, type: 'integer' | 'decimal'): number | undefined {
  const pattern = type === 'integer' ? /^[+-]?\d+$/ : /^[+-]?\d+(\.\d+)?$/;
  const text = typeof value === 'number' || typeof value === 'string' ? String(value).trim() : '';
  const result = Number(text);
  return pattern.test(text) && (type === 'decimal' || Number.isSafeInteger(result)) ? result : undefined;
}

/** As a profile holds it: without fraction and zone (User Provisioning, "Enterprise User"). */
function moment(text: string): string | undefined {
  const [, day = '', time = 'T00:00:00'] = /^(.{10})(T\d{2}:\d{2}:\d{2})?(?:\.\d+)?Z?$/.exec(text) ?? [];
  return isDay(day) && day >= '1900-01-01' && day <= '2079-06-06' ? `${day}${time}` : undefined;
}

function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && new Date(`${text}T00:00:00Z`).toJSON()?.slice(0, 10) === text;
}
