/** A place of work, as both identity providers keep it. */
export interface Office {
  readonly streetAddress: string;
  readonly locality: string;
  readonly region?: string;
  readonly postalCode: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  /** RFC 5646, of the people who work there. */
  readonly locale: string;
  /** IANA name, of those that Concur supports. */
  readonly timezone: string;
}

/** The offices of the company of the demonstration, by the name that the list of people uses. */
export const OFFICES = {
  'New York': {
    streetAddress: '350 Fifth Avenue',
    locality: 'New York',
    region: 'NY',
    postalCode: '10118',
    country: 'US',
    locale: 'en-US',
    timezone: 'America/New_York',
  },
  Denver: {
    streetAddress: '1801 California Street',
    locality: 'Denver',
    region: 'CO',
    postalCode: '80202',
    country: 'US',
    locale: 'en-US',
    timezone: 'America/New_York',
  },
  Toronto: {
    streetAddress: '81 Bay Street',
    locality: 'Toronto',
    region: 'ON',
    postalCode: 'M5J 0E7',
    country: 'CA',
    locale: 'en-CA',
    timezone: 'America/New_York',
  },
  London: {
    streetAddress: '22 Bishopsgate',
    locality: 'London',
    postalCode: 'EC2N 4BQ',
    country: 'GB',
    locale: 'en-GB',
    timezone: 'Europe/London',
  },
  Dublin: {
    streetAddress: '1 Grand Canal Square',
    locality: 'Dublin',
    postalCode: 'D02 P820',
    country: 'IE',
    locale: 'en-IE',
    timezone: 'Europe/London',
  },
  Berlin: {
    streetAddress: 'Unter den Linden 21',
    locality: 'Berlin',
    postalCode: '10117',
    country: 'DE',
    locale: 'de-DE',
    timezone: 'Europe/Berlin',
  },
  München: {
    streetAddress: 'Leopoldstraße 244',
    locality: 'München',
    postalCode: '80807',
    country: 'DE',
    locale: 'de-DE',
    timezone: 'Europe/Berlin',
  },
  Zürich: {
    streetAddress: 'Bahnhofstrasse 45',
    locality: 'Zürich',
    postalCode: '8001',
    country: 'CH',
    locale: 'de-CH',
    timezone: 'Europe/Berlin',
  },
  Paris: {
    streetAddress: '20 Boulevard Haussmann',
    locality: 'Paris',
    postalCode: '75009',
    country: 'FR',
    locale: 'fr-FR',
    timezone: 'Europe/Paris',
  },
  Amsterdam: {
    streetAddress: 'Gustav Mahlerlaan 10',
    locality: 'Amsterdam',
    postalCode: '1082 PP',
    country: 'NL',
    locale: 'nl-NL',
    timezone: 'Europe/Berlin',
  },
  Madrid: {
    streetAddress: 'Paseo de la Castellana 259',
    locality: 'Madrid',
    postalCode: '28046',
    country: 'ES',
    locale: 'es-ES',
    timezone: 'Europe/Paris',
  },
  Stockholm: {
    streetAddress: 'Sveavägen 44',
    locality: 'Stockholm',
    postalCode: '111 34',
    country: 'SE',
    locale: 'sv-SE',
    timezone: 'Europe/Berlin',
  },
  Tokyo: {
    streetAddress: '1-9-1 Marunouchi, Chiyoda-ku',
    locality: 'Tokyo',
    postalCode: '100-0005',
    country: 'JP',
    locale: 'ja-JP',
    timezone: 'Asia/Tokyo',
  },
  Bengaluru: {
    streetAddress: 'Outer Ring Road, Bellandur',
    locality: 'Bengaluru',
    region: 'KA',
    postalCode: '560103',
    country: 'IN',
    locale: 'en-IN',
    timezone: 'Asia/Calcutta',
  },
  Singapore: {
    streetAddress: '8 Marina View',
    locality: 'Singapore',
    postalCode: '018960',
    country: 'SG',
    locale: 'en-GB',
    timezone: 'Asia/Singapore',
  },
  Sydney: {
    streetAddress: '200 George Street',
    locality: 'Sydney',
    region: 'NSW',
    postalCode: '2000',
    country: 'AU',
    locale: 'en-AU',
    timezone: 'Australia/Sydney',
  },
} as const satisfies Record<string, Office>;

/** Looks an office up by its name. Fails with an error for one that is not there. */
export function officeNamed(name: string): Office {
  const found = Object.entries(OFFICES).find(([known]) => known === name);
  if (found === undefined) throw new Error(`There is no office in ${name}`);
  return found[1];
}
