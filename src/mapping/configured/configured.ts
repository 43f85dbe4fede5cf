import { thingNamedBy } from '../../domain/alternatives.ts';
import type { ConfiguredAttribute, Reading } from '../../domain/connection.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import type { Gap } from '../../domain/plan.ts';
import { type AttributeKey, extensionOf, type Profile } from '../../domain/profile.ts';
import { isConcurUuid, type Reference } from '../references.ts';

type MappedAttribute = Extract<ConfiguredAttribute, { kind: 'mapped' }>;

/** What the configuration maps of a person. */
export interface Configured {
  /** Values that are asked for. */
  readonly profile: Profile;
  /** Values that only fill a gap. */
  readonly initial: Profile;
  /** Values that name a person. */
  readonly references: readonly Reference[];
  readonly gaps: readonly Gap[];
  /** Whether the configuration decides about a key, so that the built-in mapping does not. */
  readonly decides: (key: AttributeKey) => boolean;
  /** What each attribute had for the person. */
  readonly readings: readonly (readonly [MappedAttribute, Reading])[];
}

const NO_ATTRIBUTES: Configured = {
  profile: {},
  initial: {},
  references: [],
  gaps: [],
  decides: () => false,
  readings: [],
};

/** Works out what the configuration maps of a person; waits only where there is an expression. */
export async function readConfigured(
  resource: JsonObject,
  attributes: readonly ConfiguredAttribute[] = [],
): Promise<Configured> {
  if (attributes.length === 0) return NO_ATTRIBUTES;
  const readings: (readonly [MappedAttribute, Reading])[] = [];
  for (const attribute of attributes) {
    if (attribute.kind === 'off') continue;
    const reading = attribute.read(resource);
    readings.push([attribute, reading instanceof Promise ? await reading : reading]);
  }
  const values = { asked: new Map<string, JsonValue>(), initial: new Map<string, JsonValue>() };
  const references: Reference[] = [];
  const gaps: Gap[] = [];
  for (const [{ key, use, isConstant }, reading] of readings) {
    if (reading.kind === 'gap') gaps.push({ extension: extensionOf(key), why: reading.why });
    else if (reading.kind === 'value') {
      if (use === 'reference') references.push(referenceOf(key, String(reading.value), isConstant));
      else values[use].set(key, reading.value);
    }
  }
  const profile = withPrimaryMobile(Object.fromEntries(values.asked));
  return {
    profile,
    initial: Object.fromEntries(values.initial),
    references,
    gaps,
    decides: deciderOf(attributes),
    readings,
  };
}

/** Whoever is named for everybody may be one whom only Concur knows. */
function referenceOf(key: AttributeKey, reference: string, isConstant: true | undefined): Reference {
  const isNamedAsInConcur = isConstant === true && isConcurUuid(reference);
  return { key, reference, ...(isNamedAsInConcur ? { otherwise: 'value' } : {}) };
}

/** Of several mobile numbers exactly one is primary (Identity v4.1, `phoneNumbers`). */
function withPrimaryMobile(profile: Profile): Profile {
  const primary = 'phoneNumbers[mobile].primary';
  return profile['phoneNumbers[mobile].value'] === undefined ? profile : { [primary]: true, ...profile };
}

/** One closure for each set of attributes: it is the same for every person. */
const DECIDERS = new WeakMap<readonly ConfiguredAttribute[], Configured['decides']>();

function deciderOf(attributes: readonly ConfiguredAttribute[]): Configured['decides'] {
  const known = DECIDERS.get(attributes);
  if (known !== undefined) return known;
  const keys = new Set(attributes.map(({ key }) => key));
  const things = new Set([...keys].map(thingNamedBy));
  const off = attributes.filter(({ kind }) => kind === 'off').map(({ key }) => key);
  const decides = (key: AttributeKey): boolean => {
    if (keys.has(key)) return true;
    const thing = thingNamedBy(key);
    if (thing !== null && things.has(thing)) return true;
    return off.some((one) => key.startsWith(`${one}.`) || key.startsWith(`${one}[`));
  };
  DECIDERS.set(attributes, decides);
  return decides;
}
