import type { MappingSettings } from '../domain/connection.ts';
import { CORE } from '../domain/extensions.ts';
import type { Profile } from '../domain/profile.ts';
import { schemaWith } from './concur-schema/learned.ts';

/** Of several zones that go alike these stand for others: more people know them than their neighbours in the list. */
const FIRST =
  'America/New_York America/Mexico_City Asia/Karachi Asia/Muscat Asia/Riyadh Asia/Shanghai Australia/Sydney'.split(
    ' ',
  );

/** The time zones of Concur (SAP Concur, "Supported Olson time zones"). */
const TIME_ZONES: ReadonlySet<string> = new Set([
  ...FIRST,
  ...(
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
]);

/**
 * Noon in winter, in summer, and in Ramadan, when the clocks of Morocco go back: zones whose offsets agree at all of
 * them go alike. Whether they did so in earlier years is irrelevant: a profile says where somebody is now.
 */
const MOMENTS = [Date.UTC(2026, 0, 15, 12), Date.UTC(2026, 6, 15, 12), Date.UTC(2026, 2, 1, 12)];

/** Tells whether Concur has a time zone of exactly this name. */
export function isConcurTimeZone(name: string): boolean {
  return TIME_ZONES.has(name);
}

/**
 * The time zone of Concur for an Olson name, in any case: itself, else one whose clocks go alike, on the same
 * continent if there is one: `Europe/Vienna` is `Europe/Berlin`. Undefined for what is no such name, offsets such as
 * `+01:00` included, and for a zone that goes like none of Concur's.
 */
export function concurTimeZone(name: string): string | undefined {
  if (TIME_ZONES.has(name)) return name;
  const zone = /^[+-]/.test(name) ? undefined : zoneOf(name);
  if (zone === undefined || TIME_ZONES.has(zone.name)) return zone?.name;
  const [continent = ''] = zone.name.split('/');
  const alike = [...TIME_ZONES].filter((known) => zoneOf(known)?.offsets === zone.offsets);
  return alike.find((known) => known.startsWith(`${continent}/`)) ?? alike[0];
}

/**
 * The profile with a time zone that Concur has, where there is one that goes like the one in it. Any other stays as it
 * is, for the checks to find; so does one that only Concur's own schemas name, as soon as they do.
 */
export function withConcurTimeZone(profile: Profile, settings: Pick<MappingSettings, 'learned'>): Profile {
  const { timezone } = profile;
  if (typeof timezone !== 'string' || isConcurTimeZone(timezone)) return profile;
  const { further = [] } = schemaWith(settings.learned?.())[CORE].attributes.timezone ?? {};
  const fitting = further.includes(timezone) ? undefined : concurTimeZone(timezone);
  return fitting === undefined ? profile : { ...profile, timezone: fitting };
}

interface Zone {
  /** In its own spelling. */
  readonly name: string;
  /** At the moments. */
  readonly offsets: string;
}

/** To read a zone takes a tenth of a millisecond, and it stays the same. There are some hundred; what is none is not kept. */
const zones = new Map<string, Zone>();

/** A zone by its name in any case; undefined when there is no such zone. */
function zoneOf(name: string): Zone | undefined {
  const key = name.toLowerCase();
  const zone = zones.get(key) ?? readZone(name);
  if (zone !== undefined) zones.set(key, zone);
  return zone;
}

function readZone(name: string): Zone | undefined {
  try {
    const format = new Intl.DateTimeFormat('en', { timeZone: name, timeZoneName: 'longOffset' });
    const parts = MOMENTS.map((at) => format.formatToParts(at).find(({ type }) => type === 'timeZoneName'));
    return { name: format.resolvedOptions().timeZone, offsets: parts.map((part) => part?.value).join(' ') };
  } catch (error) {
    // ECMA-402: a RangeError is how the name of no time zone is told.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
