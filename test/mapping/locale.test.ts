import { describe, expect, test } from 'vitest';
import { currencyOf } from '../../src/mapping/country.ts';
import { concurLanguage, concurLocale } from '../../src/mapping/locale.ts';

describe('the locale', () => {
  test.each([
    ['en-us', undefined, 'en-US'],
    ['en_GB', 'US', 'en-GB'],
    ['de', 'CH', 'de-CH'],
    ['de', undefined, 'de-DE'],
    ['de', 'US', 'de-DE'],
    ['fr', 'CA', 'fr-CA'],
    ['en-DE', 'IE', 'en-IE'],
    ['zh-Hant', undefined, 'zh-TW'],
    ['zh-Hans-CN', 'TW', 'zh-CN'],
    ['es-419', 'MX', 'es-MX'],
    ['nb-NO', 'NO', 'no-NO'],
    ['de-CH,de;q=0.9,en;q=0.8', undefined, 'de-CH'],
    ['cy', 'GB', undefined],
    ['nonsense', 'GB', undefined],
  ])('of %s in %s is %s', (tag, country, locale) => {
    expect(concurLocale(tag, country)).toBe(locale);
  });
});

describe('the language', () => {
  test.each([
    ['en', 'en-US'],
    ['EN-us', 'en-US'],
    ['en-AU', 'en-GB'],
    ['de-DE', 'de'],
    ['fr-CA', 'fr-CA'],
    ['fr-CH', 'fr'],
    ['es', 'es'],
    ['es-ES', 'es'],
    ['es-MX', 'es-LA'],
    ['pt-PT', 'pt-BR'],
    ['zh-Hant-HK', 'zh-TW'],
    ['zh', 'zh-CN'],
    ['nn', 'no'],
    ['cy', undefined],
  ])('of %s is %s', (tag, language) => {
    expect(concurLanguage(tag)).toBe(language);
  });
});

describe('the currency', () => {
  test.each([
    ['US', 'USD'],
    ['CH', 'CHF'],
    ['HR', 'EUR'],
    ['GB', 'GBP'],
    ['XX', undefined],
    ['__proto__', undefined],
  ])('of %s is %s', (country, currency) => {
    expect(currencyOf(country)).toBe(currency);
  });

  test('every country has one, and each is a currency', () => {
    const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
    const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
    const known = letters.flatMap((first) => letters.map((second) => first + second)).filter(currencyOf);
    expect(known).toHaveLength(249);
    for (const country of known) {
      expect(names.of(country)).toBeDefined();
      expect(currencyOf(country)).toMatch(/^[A-Z]{3}$/);
    }
  });
});
