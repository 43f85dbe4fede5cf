/** The languages that Concur speaks, as it spells them (SAP Concur, "Supported Language Codes"). */
const LANGUAGES = (
  'en-US en-GB de fr fr-CA hu es es-LA it ja nl pt-BR sv zh-CN zh-TW ' +
  'cs da fi ko no pl ru tr ro hr bg sk id th uk'
).split(' ');

/** The locales of each language in Concur, the usual one first (SAP Concur, "Preferred Language and Locale"). */
const LOCALES: Readonly<Record<string, string>> = {
  bg: 'BG',
  cs: 'CZ',
  da: 'DK',
  de: 'DE AT LU CH LI',
  en: 'US GB CA AU IE IN NZ ZA',
  es: 'ES AR BO CL CO CR DO EC GT HN LA MX NI PA PE PR PY SV UY VE',
  fi: 'FI',
  fr: 'FR BE LU CH CA',
  hr: 'HR',
  hu: 'HU',
  id: 'ID',
  it: 'IT CH',
  ja: 'JP',
  ko: 'KR KP',
  nl: 'NL BE',
  no: 'NO',
  pl: 'PL',
  pt: 'BR',
  ro: 'RO',
  ru: 'RU',
  sk: 'SK',
  sv: 'SE',
  th: 'TH',
  tr: 'TR',
  uk: 'UA',
  zh: 'CN SG TW HK',
};

/** The same, taken apart once. */
const COUNTRIES: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries(LOCALES).map(([language, countries]) => [language, countries.split(' ')]),
);

/** A language tag's parts that matter to Concur. */
interface Tag {
  readonly language: string;
  readonly region: string | undefined;
}

/**
 * The language that Concur speaks for a language tag (RFC 5646, or the first of an Accept-Language
 * list): `de-AT` is `de`, `en-AU` is `en-GB`, `es-MX` is `es-LA`. Undefined when Concur has none.
 */
export function concurLanguage(tag: string): string | undefined {
  if (LANGUAGES.includes(tag)) return tag;
  const parsed = parse(tag);
  if (parsed === undefined) return undefined;
  const { language, region } = parsed;
  const exact = LANGUAGES.find(
    (known) => known === (region === undefined ? language : `${language}-${region}`),
  );
  if (exact !== undefined) return exact;
  if (language === 'en') return region === undefined ? 'en-US' : 'en-GB';
  if (language === 'es' && region !== undefined && region !== 'ES') return 'es-LA';
  if (language === 'zh') return region === 'HK' || region === 'MO' ? 'zh-TW' : 'zh-CN';
  if (language === 'pt') return 'pt-BR';
  return LANGUAGES.find((known) => known === language);
}

/**
 * The locale that Concur supports for a language tag and the person's country: the tag as it is when
 * Concur supports it, else its language in that country, else the language's usual locale; `de` in
 * Switzerland is `de-CH`, `en-us` is `en-US`. Undefined when Concur has none.
 */
export function concurLocale(tag: string, country: string | undefined): string | undefined {
  const parsed = parse(tag);
  if (parsed === undefined) return undefined;
  const { language, region } = parsed;
  const countries = COUNTRIES.get(language) ?? [];
  const found = [region, country].find((one) => one !== undefined && countries.includes(one)) ?? countries[0];
  return found === undefined ? undefined : `${language}-${found}`;
}

/** Takes `en_us`, `zh-Hant-TW` or `de-CH,de;q=0.9` apart; undefined when it is no language tag. */
function parse(text: string): Tag | undefined {
  const [first = ''] = text.split(/[,;]/);
  const [language = '', ...subtags] = first.trim().split(/[-_]/);
  if (!/^[a-z]{2,3}$/i.test(language)) return undefined;
  const region = subtags.find((subtag) => /^[a-z]{2}$/i.test(subtag))?.toUpperCase();
  // Concur knows Norwegian as one language, and a Chinese script only by its country.
  if (/^(nb|nn)$/i.test(language)) return { language: 'no', region };
  const traditional = subtags.some((subtag) => subtag.toLowerCase() === 'hant');
  return { language: language.toLowerCase(), region: region ?? (traditional ? 'TW' : undefined) };
}
