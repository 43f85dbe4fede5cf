import type { MappingSettings } from '../domain/connection.ts';
import { SPEND } from '../domain/extensions.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Gap } from '../domain/plan.ts';
import { countryCode, currencyOf } from './country.ts';
import { concurLocale } from './locale.ts';
import { assigned, complexElements, text } from './resource.ts';

/** What a spend profile requires together (User Provisioning, "Spend User"). */
export const REQUIRED_SPEND = ['country', 'locale', 'reimbursementCurrency'] as const;

/** How each of them can come from a client that does not know Concur's extension. */
const SOURCES: Readonly<Record<(typeof REQUIRED_SPEND)[number], string>> = {
  country: 'the country of the work address',
  locale: 'locale or preferredLanguage',
  reimbursementCurrency: 'an entry for the country in mapping.currencies',
};

/** Entitlements that need a spend profile (Identity v4.1, `entitlements`). */
const SPEND_ENTITLEMENTS: ReadonlySet<string> = new Set(['Expense', 'Invoice', 'Request']);

/** What a spend profile can be filled up with. */
export interface SpendProfile {
  /** Whether all that Concur requires is there, sent or derived. */
  readonly complete: boolean;
  readonly derived: JsonObject;
  /** Why it cannot be sent although it is wanted. */
  readonly gap: Gap | null;
}

/**
 * Derives the values that a spend profile requires and the client did not send: the country from the
 * addresses, the locale from locale or language, the currency from the country; last from the defaults.
 *
 * @param sent the client's own spend extension, with what the configuration maps
 * @param isDecided whether the configuration decides about a value, so that it is not derived
 * @param wanted whether anything that only a spend profile can hold is asked for
 */
export function deriveSpend(
  resource: JsonObject,
  sent: JsonObject,
  entitlements: readonly string[],
  wanted: boolean,
  settings: MappingSettings,
  isDecided: (name: string) => boolean,
): SpendProfile {
  const derive = (name: (typeof REQUIRED_SPEND)[number], value: () => string | undefined) =>
    text(sent, name) ?? (isDecided(name) ? undefined : value());
  const defaultOf = (name: string) => text(settings.defaults, `${SPEND}:${name}`);
  const named = countryOf(resource);
  // Concur keeps the first country for good: a default in the place of one that nobody can read would be wrong for ever.
  const country = derive('country', () => (named === undefined ? defaultOf('country') : countryCode(named)));
  const tag = text(resource, 'locale') ?? text(resource, 'preferredLanguage');
  const values = {
    country,
    locale: derive(
      'locale',
      () => (tag === undefined ? undefined : concurLocale(tag, country)) ?? defaultOf('locale'),
    ),
    reimbursementCurrency: derive(
      'reimbursementCurrency',
      () =>
        (country === undefined ? undefined : (settings.currencies[country] ?? currencyOf(country))) ??
        defaultOf('reimbursementCurrency'),
    ),
  };
  const missing = REQUIRED_SPEND.filter((name) => values[name] === undefined);
  const isWanted = wanted || entitlements.some((name) => SPEND_ENTITLEMENTS.has(name));
  return {
    complete: missing.length === 0,
    derived: assigned(values),
    gap:
      missing.length > 0 && isWanted ? { extension: SPEND, why: explain(missing, isDecided, named) } : null,
  };
}

/** The country of the work address, else of the first address that has one, as it was sent. */
function countryOf(resource: JsonObject): string | undefined {
  const addresses = complexElements(resource, 'addresses');
  const work = addresses.find((address) => (text(address, 'type') ?? 'work').toLowerCase() === 'work');
  const countries = [work ?? {}, ...addresses].map((address) => text(address, 'country'));
  return countries.find((country) => country !== undefined);
}

function explain(
  missing: readonly (typeof REQUIRED_SPEND)[number][],
  isDecided: (name: string) => boolean,
  named: string | undefined,
): string {
  const wayOf = (name: (typeof REQUIRED_SPEND)[number]) => {
    if (isDecided(name)) return `mapping.attributes, spend:${name}`;
    const isUnread = name === 'country' && named !== undefined;
    return isUnread ? 'the one of the address cannot be read, and no default takes its place' : SOURCES[name];
  };
  const ways = missing.map((name) => `${name} (${wayOf(name)})`).join(', ');
  return `The spend profile lacks ${ways}: send it, send it in ${SPEND}, or set it in mapping.defaults`;
}
