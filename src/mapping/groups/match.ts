import type { GroupAccess, GroupPattern } from '../../domain/connection.ts';
import type { MemberOf } from '../../domain/person.ts';
import { folded } from '../../scim/filter/fold.ts';

/** Tells whether a rule about these groups is about this one. Names have no case; an externalId does (RFC 7643 §3.1). */
export function isAbout({ by, value }: GroupPattern, group: MemberOf): boolean {
  switch (by) {
    case 'displayName':
      return nameKey(group.displayName) === nameKey(value);
    case 'externalId':
      return group.externalId === value;
    case 'matching':
      return fits(nameKey(value).split('*'), nameKey(group.displayName));
  }
}

/** What tells whether a group gives its members anything; undefined where none does. */
export function giving(access: GroupAccess | undefined): ((group: MemberOf) => boolean) | undefined {
  if (access === undefined) return undefined;
  return (group) => access.rules.some((rule) => isAbout(rule.group, group));
}

/** The form in which names of groups are compared, as the directory keeps them apart. */
function nameKey(name: string): string {
  return folded(name.trim().normalize('NFC'));
}

/** Tells whether the parts stand in the name in this order, the first at its beginning and the last at its end. */
function fits(parts: readonly string[], name: string): boolean {
  const [first = '', ...others] = parts;
  const last = others.pop();
  if (last === undefined) return name === first;
  if (!name.startsWith(first)) return false;
  let at = first.length;
  for (const part of others) {
    const found = name.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return name.length - last.length >= at && name.endsWith(last);
}
