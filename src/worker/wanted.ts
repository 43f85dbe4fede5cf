import type { MappingSettings } from '../domain/connection.ts';
import type { Granted } from '../domain/granted.ts';
import type { JsonValue } from '../domain/json.ts';
import type { PersonRecord } from '../domain/person.ts';
import type { Waiting, Wanted } from '../domain/plan.ts';
import type { ResolveReferences } from '../domain/ports.ts';
import type { AttributeKey } from '../domain/profile.ts';
import { mapPerson } from '../mapping/person.ts';

/**
 * Says what Concur should hold for a person: the mapping of what clients wrote, with an override on
 * top, and every reference to another person replaced by that person's Concur UUID. A reference to
 * somebody whom Concur does not hold yet waits alone; everything else is wanted now, and `plan` leaves
 * out what the scopes do not let us write.
 *
 * @param groups must be there where groups give anything
 */
export async function wantedOf(
  { person, groups }: Pick<PersonRecord, 'person' | 'groups'>,
  settings: MappingSettings,
  resolve: ResolveReferences,
  { missingFor, identityChosen }: Pick<Granted, 'missingFor' | 'identityChosen'>,
): Promise<Wanted> {
  if (person.deleted !== null) {
    return { profile: { active: false }, initial: {}, waiting: [], gaps: [], missingFor, identityChosen };
  }
  // Without knowing the groups everything that they give would be taken away.
  if (settings.groups !== undefined && groups === undefined) throw new Error('The groups were not looked up');
  const { profile, initial, references, gaps, sharing } = await mapPerson(person.resource, settings, groups);
  const found =
    references.length === 0 ? NOBODY : await resolve(references.map(({ reference }) => reference));
  const resolved: Record<AttributeKey, JsonValue> = {};
  const waiting: Waiting[] = [];
  for (const { key, reference } of references) {
    const concurId = found.get(reference) ?? null;
    if (concurId === null) waiting.push({ key, reference: reference.toLowerCase() });
    else resolved[key] = concurId;
  }
  const overridden = person.override === null ? {} : { active: person.override.active };
  return {
    profile: { ...profile, ...resolved, ...overridden },
    initial,
    waiting,
    gaps,
    missingFor,
    identityChosen,
    ...(sharing === undefined ? {} : { sharing }),
  };
}

const NOBODY: ReadonlyMap<string, string | null> = new Map();
