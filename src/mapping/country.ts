/** Countries (ISO 3166-1) by the currency (ISO 4217) that people there are paid in. */
const COUNTRIES: Readonly<Record<string, string>> = {
  AED: 'AE',
  AFN: 'AF',
  ALL: 'AL',
  AMD: 'AM',
  AOA: 'AO',
  ARS: 'AR',
  AUD: 'AU CC CX HM KI NF NR TV',
  AWG: 'AW',
  AZN: 'AZ',
  BAM: 'BA',
  BBD: 'BB',
  BDT: 'BD',
  BHD: 'BH',
  BIF: 'BI',
  BMD: 'BM',
  BND: 'BN',
  BOB: 'BO',
  BRL: 'BR',
  BSD: 'BS',
  BTN: 'BT',
  BWP: 'BW',
  BYN: 'BY',
  BZD: 'BZ',
  CAD: 'CA',
  CDF: 'CD',
  CHF: 'CH LI',
  CLP: 'CL',
  CNY: 'CN',
  COP: 'CO',
  CRC: 'CR',
  CUP: 'CU',
  CVE: 'CV',
  CZK: 'CZ',
  DJF: 'DJ',
  DKK: 'DK FO GL',
  DOP: 'DO',
  DZD: 'DZ',
  EGP: 'EG',
  ERN: 'ER',
  ETB: 'ET',
  EUR: 'AD AT AX BE BG BL CY DE EE ES FI FR GF GP GR HR IE IT LT LU LV MC ME MF MQ MT NL PM PT RE SI SK SM TF VA YT',
  FJD: 'FJ',
  FKP: 'FK GS',
  GBP: 'GB GG IM JE',
  GEL: 'GE',
  GHS: 'GH',
  GIP: 'GI',
  GMD: 'GM',
  GNF: 'GN',
  GTQ: 'GT',
  GYD: 'GY',
  HKD: 'HK',
  HNL: 'HN',
  HTG: 'HT',
  HUF: 'HU',
  IDR: 'ID',
  ILS: 'IL PS',
  INR: 'IN',
  IQD: 'IQ',
  IRR: 'IR',
  ISK: 'IS',
  JMD: 'JM',
  JOD: 'JO',
  JPY: 'JP',
  KES: 'KE',
  KGS: 'KG',
  KHR: 'KH',
  KMF: 'KM',
  KPW: 'KP',
  KRW: 'KR',
  KWD: 'KW',
  KYD: 'KY',
  KZT: 'KZ',
  LAK: 'LA',
  LBP: 'LB',
  LKR: 'LK',
  LRD: 'LR',
  LSL: 'LS',
  LYD: 'LY',
  MAD: 'EH MA',
  MDL: 'MD',
  MGA: 'MG',
  MKD: 'MK',
  MMK: 'MM',
  MNT: 'MN',
  MOP: 'MO',
  MRU: 'MR',
  MUR: 'MU',
  MVR: 'MV',
  MWK: 'MW',
  MXN: 'MX',
  MYR: 'MY',
  MZN: 'MZ',
  NAD: 'NA',
  NGN: 'NG',
  NIO: 'NI',
  NOK: 'BV NO SJ',
  NPR: 'NP',
  NZD: 'CK NU NZ PN TK',
  OMR: 'OM',
  PAB: 'PA',
  PEN: 'PE',
  PGK: 'PG',
  PHP: 'PH',
  PKR: 'PK',
  PLN: 'PL',
  PYG: 'PY',
  QAR: 'QA',
  RON: 'RO',
  RSD: 'RS',
  RUB: 'RU',
  RWF: 'RW',
  SAR: 'SA',
  SBD: 'SB',
  SCR: 'SC',
  SDG: 'SD',
  SEK: 'SE',
  SGD: 'SG',
  SHP: 'SH',
  SLE: 'SL',
  SOS: 'SO',
  SRD: 'SR',
  SSP: 'SS',
  STN: 'ST',
  SYP: 'SY',
  SZL: 'SZ',
  THB: 'TH',
  TJS: 'TJ',
  TMT: 'TM',
  TND: 'TN',
  TOP: 'TO',
  TRY: 'TR',
  TTD: 'TT',
  TWD: 'TW',
  TZS: 'TZ',
  UAH: 'UA',
  UGX: 'UG',
  USD: 'AQ AS BQ EC FM GU IO MH MP PR PW SV TC TL UM US VG VI',
  UYU: 'UY',
  UZS: 'UZ',
  VES: 'VE',
  VND: 'VN',
  VUV: 'VU',
  WST: 'WS',
  XAF: 'CF CG CM GA GQ TD',
  XCD: 'AG AI DM GD KN LC MS VC',
  XCG: 'CW SX',
  XOF: 'BF BJ CI GW ML NE SN TG',
  XPF: 'NC PF WF',
  YER: 'YE',
  ZAR: 'ZA',
  ZMW: 'ZM',
  ZWG: 'ZW',
};

const CURRENCIES: ReadonlyMap<string, string> = new Map(
  Object.entries(COUNTRIES).flatMap(([currency, countries]) =>
    countries.split(' ').map((country): [string, string] => [country, currency]),
  ),
);

/** The currency (ISO 4217) of a country (ISO 3166-1, two letters, upper case); undefined for no country. */
export function currencyOf(country: string): string | undefined {
  return CURRENCIES.get(country);
}

/** Tells whether a text is the two-letter code of a country (ISO 3166-1), in capitals. */
export function isCountry(code: string): boolean {
  return CURRENCIES.has(code);
}

/** Names that Unicode's list lacks, and that directories hold nevertheless. */
const OTHER_NAMES: readonly (readonly [name: string, code: string])[] = [
  ['Czech Republic', 'CZ'],
  ['Great Britain', 'GB'],
  ['Hong Kong SAR', 'HK'],
  ['Ivory Coast', 'CI'],
  ['Macau', 'MO'],
  ['Macau SAR', 'MO'],
  ['Myanmar', 'MM'],
  ['Republic of Korea', 'KR'],
  ['Russian Federation', 'RU'],
  ['Slovak Republic', 'SK'],
  ['Turkey', 'TR'],
  ['UAE', 'AE'],
  ['United Kingdom of Great Britain and Northern Ireland', 'GB'],
  ['United States of America', 'US'],
  ['USA', 'US'],
  ['Viet Nam', 'VN'],
];

const NAMES: ReadonlyMap<string, string> = new Map(
  [
    ...(['long', 'short'] as const).flatMap((style) => {
      const english = new Intl.DisplayNames(['en'], { type: 'region', style });
      return [...CURRENCIES.keys()].map((code) => [english.of(code) ?? code, code] as const);
    }),
    ...OTHER_NAMES,
  ].map(([name, code]) => [plain(name), code]),
);

/**
 * The code of a country (ISO 3166-1, two letters, upper case) for its code in any case, or for its English name
 * (Unicode CLDR, and some that are usual beside it), which Entra ID's `country` often holds. Undefined for another text.
 */
export function countryCode(text: string): string | undefined {
  const code = text.toUpperCase();
  return isCountry(code) ? code : NAMES.get(plain(text));
}

/** A name without what people write differently: case, accents, punctuation, the article, "&" and "St.". */
function plain(name: string): string {
  const words = name
    .normalize('NFD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase();
  return words
    .replaceAll('&', ' and ')
    .replace(/\bst\b\.?/g, 'saint')
    .replace(/[^\p{Letter}]+/gu, ' ')
    .trim()
    .replace(/^the /, '');
}
