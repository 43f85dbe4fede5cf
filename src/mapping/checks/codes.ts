import { isCountry } from '../country.ts';
import { concurLanguage } from '../locale.ts';
import type { Check } from './fault.ts';

/** ISO 4217 has codes of units of account too; ICU lists money only. */
const UNITS_OF_ACCOUNT = ['BOV', 'CHE', 'CHW', 'CLF', 'COU', 'MXV', 'USN', 'UYI', 'UYW'];

/** The currencies of Node's own ICU: it follows ISO 4217 with every version of Node, and needs no package. */
const CURRENCIES: ReadonlySet<string> = new Set([...Intl.supportedValuesOf('currency'), ...UNITS_OF_ACCOUNT]);

/** A country, "Valid ISO 3166 country code. Length: 2 characters". */
export const country: Check = (text) =>
  isCountry(text) ? null : { rule: 'It is no country code of ISO 3166-1 in two capital letters' };

/** A currency, "Valid three digit or letter currency code": ISO 4217 numbers its currencies as well. */
export const currency: Check = (text) =>
  CURRENCIES.has(text) || /^\d{3}$/.test(text)
    ? null
    : { rule: 'It is no currency code of ISO 4217 in capital letters' };

/** A language, as SAP spells the codes ("Supported Language Codes"). */
export const language: Check = (text) => {
  const nearest = concurLanguage(text);
  if (nearest === text) return null;
  const rule = 'It is none of the language codes of Concur';
  return nearest === undefined ? { rule } : { rule, valid: nearest };
};

/** A locale, "as defined in RFC 5646. Example: en-US. Length: 5 characters"; which ones, the company sets up. */
export const locale: Check = (text) =>
  /^[a-z]{2}[-_][A-Z]{2}$/.test(text) ? null : { rule: 'It is no language with a country, such as en-US' };

/** A state or province, "Valid ISO sub country code. Example: WA. Length: 2 characters". */
export const stateProvince: Check = (text) =>
  [...text].length === 2 ? null : { rule: 'It has not two characters' };
