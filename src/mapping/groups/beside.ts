import { SPEND_ROLE } from '../../domain/extensions.ts';
import type { Provisioning } from '../../domain/person.ts';
import type { Gap, Wanted } from '../../domain/plan.ts';
import { type AttributeKey, type Profile, select } from '../../domain/profile.ts';
import { roleGroupsKey, roleKey, roleOf, rolesIn } from './give.ts';
import { excludes } from './role-rules.ts';

/**
 * What is wanted beside what others gave the person in Concur: where Concur holds what a group gives without its
 * being ours, it stays as it is, is not ours, and stays when the person leaves the group. A role that Concur gives
 * nobody beside one of those is left out.
 */
export function besideOthers(wanted: Wanted, { applied, owned }: StandsAt): Wanted {
  const lent = wanted.sharing?.lent;
  if (lent === undefined || lent.size === 0) return wanted;
  const ours = new Set(owned);
  const held = applied.profile;
  const isOthers = (key: AttributeKey) => held[key] !== undefined && !ours.has(key);
  const others = rolesIn(Object.keys(held)).filter(
    (code) => isOthers(roleKey(code)) && wanted.profile[roleKey(code)] === undefined,
  );

  const gaps: Gap[] = [];
  const left = new Set<AttributeKey>();
  for (const [key, groups] of lent) {
    const code = roleOf(key);
    if (code === null) {
      if (isOthers(key)) left.add(key);
    } else if (key === roleKey(code)) {
      const excluding = others.find((other) => excludes(code, other));
      if (isOthers(key)) gaps.push(...notCovered(code, wanted.profile, held, groups));
      if (excluding !== undefined) gaps.push(excluded(code, excluding, groups));
      if (isOthers(key) || excluding !== undefined) left.add(roleKey(code)).add(roleGroupsKey(code));
    }
  }
  if (left.size === 0) return wanted;
  return {
    ...wanted,
    profile: select(wanted.profile, (key) => !left.has(key)),
    // As a value that only fills a gap it is neither changed nor taken away, nor ours.
    initial: { ...wanted.initial, ...select(held, (key) => left.has(key)) },
    gaps: [...wanted.gaps, ...gaps],
  };
}

/** Where a person stands in Concur, as far as is known, and what of it is ours. */
type StandsAt = Pick<Provisioning, 'applied' | 'owned'>;

/** A role has one list of groups: to add to what somebody else gave would make it ours, and leaving it take that away. */
function notCovered(code: string, wanted: Profile, held: Profile, groups: readonly string[]): readonly Gap[] {
  const there = listAt(held, roleGroupsKey(code));
  const asked = listAt(wanted, roleGroupsKey(code));
  const isCovered = there.length === 0 || (asked.length > 0 && asked.every((group) => there.includes(group)));
  if (isCovered) return [];
  const more =
    asked.length === 0 ? 'the global group' : asked.filter((group) => !there.includes(group)).join(', ');
  return [
    gap(
      `Concur holds the role ${code} from somebody else, for ${there.join(', ')}: ${named(groups)} cannot give it for ${more} too`,
    ),
  ];
}

function excluded(code: string, other: string, groups: readonly string[]): Gap {
  return gap(
    `Concur holds the role ${other} from somebody else, beside which it gives nobody ${code}: ${code} of ${named(groups)} is left out`,
  );
}

function gap(why: string): Gap {
  return { extension: SPEND_ROLE, why, leavesRest: true };
}

function named(groups: readonly string[]): string {
  return `group "${groups.join('", "')}"`;
}

function listAt(profile: Profile, key: AttributeKey): readonly string[] {
  const list = profile[key];
  return Array.isArray(list) ? list.map(String) : [];
}
