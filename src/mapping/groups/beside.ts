import { SPEND_ROLE } from '../../domain/extensions.ts';
import type { Provisioning } from '../../domain/person.ts';
import type { Gap, Wanted } from '../../domain/plan.ts';
import { type AttributeKey, select } from '../../domain/profile.ts';
import { type HeldRole, ROLES, roleCodes, roleKey, roleOf, rolesOf } from '../../domain/roles.ts';
import { ASKING } from './give.ts';
import { excludes } from './role-rules.ts';

/**
 * What is wanted beside what others gave the person in Concur: where Concur holds what is only given here (by a group,
 * say) without its being ours, it stays as it is, is not ours, and stays when nobody here gives it any more. A role that
 * others gave is neither widened nor narrowed, whoever asks for it here, and what Concur gives nobody beside it is left
 * out.
 */
export function besideOthers(wanted: Wanted, { applied, owned }: StandsAt): Wanted {
  const { profile, sharing } = wanted;
  const held = applied.profile;
  const ours = new Set(owned);
  const isOthers = (key: AttributeKey) => held[key] !== undefined && !ours.has(key);
  const left = new Set([...(sharing?.lent.keys() ?? [])].filter(isOthers));
  const isOursAlone = sharing?.exclusive.includes(ROLES) === true;
  const { codes, gaps } = isOursAlone ? NO_ROLES : rolesBesideOthers(wanted, Object.keys(held), isOthers);
  if (left.size === 0 && codes.length === 0) return wanted;

  const isLeft = (key: AttributeKey) => left.has(key) || codes.includes(roleOf(key)?.code ?? '');
  return {
    ...wanted,
    profile: select(profile, (key) => !isLeft(key)),
    // As a value that only fills a gap it is neither changed nor taken away, nor ours.
    initial: { ...wanted.initial, ...select(held, isLeft) },
    gaps: [...wanted.gaps, ...gaps],
  };
}

/** Where a person stands in Concur, as far as is known, and what of it is ours. */
type StandsAt = Pick<Provisioning, 'applied' | 'owned'>;

/** Roles that are left as Concur has them, by their codes, with what is to be said about it. */
interface LeftRoles {
  readonly codes: readonly string[];
  readonly gaps: readonly Gap[];
}

const NO_ROLES: LeftRoles = { codes: [], gaps: [] };

function rolesBesideOthers(
  wanted: Wanted,
  held: readonly AttributeKey[],
  isOthers: (key: AttributeKey) => boolean,
): LeftRoles {
  const asked = rolesOf(Object.keys(wanted.profile));
  if (asked.length === 0) return NO_ROLES;
  const others = rolesOf(held.filter(isOthers));
  const there = new Set(roleCodes(held));
  const codes: string[] = [];
  const gaps: Gap[] = [];
  for (const code of new Set(asked.map((role) => role.code))) {
    const excluding = others.find(
      (other) => excludes(code, other.code) && !asked.some((role) => role.code === other.code),
    );
    if (excluding !== undefined && !there.has(code)) {
      codes.push(code);
      gaps.push(excluded(code, excluding.code, giversOf(code, wanted)));
      continue;
    }
    const isAskedGlobally = asked.some((role) => role.code === code && role.group === null);
    const groups = groupsOf(code, others);
    const isTheirsGlobally = isOthers(roleKey(code));
    // What is held globally covers every group.
    if (isTheirsGlobally && !isAskedGlobally) codes.push(code);
    if (groups.length > 0 && isAskedGlobally) {
      codes.push(code);
      gaps.push(notGlobal(code, groups, giversOf(code, wanted)));
    }
  }
  return { codes, gaps };
}

/** To give a role globally that somebody else gave for groups would widen that, and leaving it then take it away. */
function notGlobal(code: string, groups: readonly string[], givers: string): Gap {
  return gap(
    `Concur holds the role ${code} from somebody else, for ${groups.join(', ')}: ${givers} cannot give it for the global group too`,
  );
}

function excluded(code: string, other: string, givers: string): Gap {
  return gap(
    `Concur holds the role ${other} from somebody else, beside which it gives nobody ${code}: ${code} of ${givers} is left out`,
  );
}

function gap(why: string): Gap {
  return { extension: SPEND_ROLE, why, leavesRest: true };
}

function groupsOf(code: string, roles: readonly HeldRole[]): readonly string[] {
  return roles.flatMap((role) => (role.code === code && role.group !== null ? [role.group] : []));
}

/** Who gives a role here, in words. */
function giversOf(code: string, { profile, sharing }: Wanted): string {
  const keys = Object.keys(profile).filter((key) => roleOf(key)?.code === code);
  const givers = keys.flatMap((key) => sharing?.lent.get(key) ?? [ASKING]);
  return [...new Set(givers)].join(' and ');
}
