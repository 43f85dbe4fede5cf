import { describe, expect, test } from 'vitest';
import { countryCode, currencyOf } from '../../src/mapping/country.ts';
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
    ['de-BE', 'de'],
    ['en-DE', 'en-GB'],
    ['es-419', 'es'],
    ['es-GQ', 'es-LA'],
    ['pt-AO', 'pt-BR'],
    ['uk-PL', 'uk'],
    ['cy', undefined],
    ['el', undefined],
    ['el-GR', undefined],
  ])('of %s is %s', (tag, language) => {
    expect(concurLanguage(tag)).toBe(language);
  });

  test.each('bg cs da de en es fi fr hr hu id it ja ko nl no pl pt ro ru sk sv th tr uk zh'.split(' '))(
    '%s is spoken wherever somebody is',
    (language) => {
      for (const region of ['', '-AT', '-CY', '-GR', '-QM', '-US']) {
        expect(concurLanguage(`${language}${region}`)?.slice(0, 2)).toBe(language);
      }
    },
  );

  test.each(
    'en-US en-GB de fr fr-CA hu es es-LA it ja nl pt-BR sv zh-CN zh-TW cs da fi ko no pl ru tr ro hr bg sk id th uk'.split(
      ' ',
    ),
  )('%s of Concur is itself, however it is written', (language) => {
    expect(concurLanguage(language)).toBe(language);
    expect(concurLanguage(` ${language.toUpperCase().replace('-', '_')}`)).toBe(language);
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

describe('the code of a country', () => {
  test.each([
    ['de', 'DE'],
    ['Germany', 'DE'],
    ['GERMANY', 'DE'],
    ['UK', 'GB'],
    ['Great Britain', 'GB'],
    ['USA', 'US'],
    ['United States', 'US'],
    ['United States of America', 'US'],
    ['The Netherlands', 'NL'],
    ['Czechia', 'CZ'],
    ['Czech Republic', 'CZ'],
    ['Russian Federation', 'RU'],
    ['South Korea', 'KR'],
    ['Republic of Korea', 'KR'],
    ['Viet Nam', 'VN'],
    ['Turkey', 'TR'],
    ['Türkiye', 'TR'],
    ['Turkiye', 'TR'],
    ['Bosnia and Herzegovina', 'BA'],
    ["Cote d'Ivoire", 'CI'],
    ['St Lucia', 'LC'],
    ['Hong Kong SAR', 'HK'],
    ['Korea', undefined],
    ['Congo', undefined],
    ['Deutschland', undefined],
    ['DEU', undefined],
    ['12', undefined],
    ['', undefined],
    ['__proto__', undefined],
  ])('%s is %s', (name, code) => {
    expect(countryCode(name)).toBe(code);
  });

  test('is found by the English name of every country', () => {
    const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
    const codes = letters.flatMap((first) => letters.map((second) => first + second)).filter(currencyOf);
    for (const style of ['long', 'short'] as const) {
      const names = new Intl.DisplayNames(['en'], { type: 'region', style });
      expect(codes.filter((code) => countryCode(names.of(code) ?? '') !== code)).toEqual([]);
    }
  });
});
