import type { ConnectionSettings } from '../domain/connection.ts';
import { SPEND_APPROVER } from '../domain/extensions.ts';
import type { Granted } from '../domain/granted.ts';
import type { PersonRecord } from '../domain/person.ts';
import type { Wanted } from '../domain/plan.ts';
import type { Referenced, ResolveReferences } from '../domain/ports.ts';
import { extensionOf } from '../domain/profile.ts';
import { isProvisioned, outsideOf, type ScopeSettings } from '../domain/scope.ts';
import { approverRoles } from '../mapping/approvers.ts';
import { mapPerson } from '../mapping/person.ts';
import { MANAGER, placeReferences, type Reference } from '../mapping/references.ts';

/** The settings that what Concur should hold depends on. */
export type WantedSettings = Pick<ConnectionSettings, 'mapping' | 'deletion'> & ScopeSettings;

/**
 * Says what Concur should hold for a person: the mapping of what clients wrote, with an override on
 * top, and every reference to another person replaced by that person's Concur UUID. A reference to
 * somebody who is not yet what Concur requires of them waits alone; everything else is wanted now, and `plan`
 * leaves out what the scopes do not let us write. Of somebody deleted, or outside the scope of the connection, no more is
 * wanted than that they have no access, or nothing at all.
 *
 * @param record with how the person stands to others, where anything depends on that
 */
export async function wantedOf(
  record: PersonRecord,
  { mapping: settings, ...rules }: WantedSettings,
  resolve: ResolveReferences,
  { missingFor, identityChosen, missingToDelete }: Omit<Granted, 'writeApi' | 'unreadable'>,
): Promise<Wanted> {
  const { person, groups } = record;
  const outside = outsideOf(rules, record);
  if (person.deleted !== null || outside !== null) {
    const isDeactivated =
      outside !== 'keep' && (person.deleted !== null || isProvisioned(record.provisioning));
    const isToDelete = person.deleted !== null && outside === null && rules.deletion === 'delete';
    return {
      profile: isDeactivated ? { active: false } : {},
      initial: {},
      waiting: [],
      gaps: [],
      missingFor,
      identityChosen,
      ...(outside === null ? {} : { outside }),
      ...(isToDelete ? { deletion: { missing: missingToDelete } } : {}),
    };
  }
  // Without knowing the groups everything that they give would be taken away.
  if (settings.groups !== undefined && groups === undefined) throw new Error('The groups were not looked up');
  const roles = approverRoles(settings, record);
  const mapped = await mapPerson(person.resource, settings, groups, roles);
  const { initial, references, sharing } = mapped;
  const manager = references.find(({ key }) => key === MANAGER)?.reference;
  const found =
    references.length === 0 ? NOBODY : await resolve(references.map(({ reference }) => reference));
  const overridden = person.override === null ? {} : { active: person.override.active };
  const all = { ...mapped.profile, ...overridden };
  // Nobody approves for themselves because they are named as their own manager.
  const isOneself = manager !== undefined && found.get(manager)?.personId === person.id;
  const { profile, waiting, gaps } = placeReferences(all, references, found, record);
  return {
    profile,
    initial,
    waiting,
    gaps: [...mapped.gaps, ...gaps],
    missingFor,
    identityChosen,
    ...(sharing === undefined ? {} : { sharing }),
    approvers: references.filter(isOfApprover).map(({ reference }) => reference),
    ...(settings.learned === undefined ? {} : { learned: settings.learned() }),
    ...(manager === undefined || all.active === false || isOneself ? {} : { manager }),
  };
}

function isOfApprover({ key }: Reference): boolean {
  return extensionOf(key) === SPEND_APPROVER;
}

const NOBODY: ReadonlyMap<string, Referenced> = new Map();
