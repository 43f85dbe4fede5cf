import type { Check } from './fault.ts';

/** The time zones of Concur (SAP Concur, "Supported Olson time zones"). */
const TIME_ZONES: ReadonlySet<string> = new Set(
  (
    'Africa/Cairo Africa/Casablanca Africa/Harare Africa/Luanda Africa/Nairobi Africa/Windhoek ' +
    'America/Anchorage America/Argentina/Buenos_Aires America/Asuncion America/Bahia America/Bogota ' +
    'America/Buenos_Aires America/Caracas America/Chicago America/Chihuahua America/Denver ' +
    'America/Godthab America/Guyana America/Halifax America/Indianapolis America/Los_Angeles ' +
    'America/Manaus America/Mexico_City America/Montevideo America/New_York America/Phoenix ' +
    'America/Regina America/Santiago America/Sao_Paulo America/St_Johns America/Swift_Current ' +
    'America/Tijuana Antarctica/Palmer Asia/Almaty Asia/Amman Asia/Baghdad Asia/Baku Asia/Bangkok ' +
    'Asia/Beirut Asia/Calcutta Asia/Colombo Asia/Damascus Asia/Dhaka Asia/Irkutsk Asia/Jerusalem ' +
    'Asia/Kabul Asia/Kamchatka Asia/Karachi Asia/Katmandu Asia/Krasnoyarsk Asia/Magadan Asia/Muscat ' +
    'Asia/Novosibirsk Asia/Rangoon Asia/Riyadh Asia/Seoul Asia/Shanghai Asia/Singapore Asia/Taipei ' +
    'Asia/Tbilisi Asia/Tehran Asia/Tokyo Asia/Ulaanbaatar Asia/Vladivostok Asia/Yakutsk ' +
    'Asia/Yekaterinburg Asia/Yerevan Atlantic/Azores Atlantic/Cape_Verde Atlantic/South_Georgia ' +
    'Australia/Adelaide Australia/Brisbane Australia/Darwin Australia/Hobart Australia/Perth ' +
    'Australia/Sydney Etc/GMT-11 Etc/GMT-2 Etc/GMT+12 Europe/Athens Europe/Berlin Europe/Helsinki ' +
    'Europe/Kaliningrad Europe/London Europe/Minsk Europe/Moscow Europe/Paris Europe/Prague ' +
    'Europe/Sarajevo GMT GMT-1200 Indian/Mauritius Pacific/Apia Pacific/Auckland Pacific/Fiji ' +
    'Pacific/Guadalcanal Pacific/Guam Pacific/Honolulu Pacific/Tongatapu UTC'
  ).split(' '),
);

/** A winter's and a summer's noon: zones whose offsets agree at both go alike. */
const MOMENTS = [Date.UTC(2026, 0, 15, 12), Date.UTC(2026, 6, 15, 12)];

/** A time zone, "in the Olson time zone database format"; Concur has some of them only. */
export const timezone: Check = (text) => {
  if (TIME_ZONES.has(text)) return null;
  const nearest = nearestTimeZone(text);
  const rule = 'It is none of the time zones of Concur';
  return nearest === undefined ? { rule } : { rule, valid: `${nearest}, whose clocks go alike` };
};

/** The time zone of Concur whose clocks go like those of another one; undefined for what is no time zone. */
export function nearestTimeZone(name: string): string | undefined {
  const wanted = offsetsOf(name);
  if (wanted === undefined) return undefined;
  const [continent = ''] = name.split('/');
  const alike = [...TIME_ZONES].filter((known) => offsetsOf(known) === wanted);
  return alike.find((known) => known.startsWith(`${continent}/`)) ?? alike[0];
}

/** To find them takes some microseconds a zone, and they stay the same. Zones alone are kept: there are few. */
const knownOffsets = new Map<string, string>();

function offsetsOf(name: string): string | undefined {
  const known = knownOffsets.get(name);
  if (known !== undefined) return known;
  try {
    const format = new Intl.DateTimeFormat('en', { timeZone: name, timeZoneName: 'longOffset' });
    const parts = MOMENTS.map((at) => format.formatToParts(at).find(({ type }) => type === 'timeZoneName'));
    const offsets = parts.map((part) => part?.value).join(' ');
    knownOffsets.set(name, offsets);
    return offsets;
  } catch (error) {
    // ECMA-402: a RangeError is how the name of no time zone is told.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
