import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { matches } from '../../../src/scim/filter/match.ts';
import { parseFilter } from '../../../src/scim/filter/parse.ts';
import { parseFilterAmong } from '../../../src/scim/filter/several-types.ts';
import { groupResourceType, userResourceType } from '../../../src/scim/registry.ts';

const group = { displayName: 'Clerks', members: [{ value: 'u1' }] };
const amongGroups = (text: string) => parseFilterAmong(text, groupResourceType, [userResourceType]);

describe('what another type alone has', () => {
  test.each([
    ['userName eq "x"', false],
    ['userName ne "x"', true],
    ['userName eq null', true],
    ['userName ne null', false],
    ['userName gt "x"', false],
    ['userName pr', false],
    ['not (userName pr)', true],
    ['emails[type eq "work"]', false],
    ['not (emails.value co "@") and title ne "x"', true],
  ])('%s is %s for a group', (text, expected) => {
    expect(amongGroups(text)).toBe(expected);
  });

  test('leaves what the type has itself', () => {
    const own = parseFilter('displayName eq "x"', groupResourceType);
    for (const text of ['userName pr or displayName eq "x"', 'userName ne "y" and displayName eq "x"']) {
      expect(amongGroups(text)).toEqual(own);
    }
    expect(amongGroups('userName pr and displayName eq "x"')).toBe(false);
    expect(amongGroups('members pr')).toEqual(parseFilter('members pr', groupResourceType));
  });
});

test('what no type has is refused', () => {
  expect(() => amongGroups('unheard pr')).toThrow(expect.objectContaining({ scimType: 'invalidFilter' }));
});

test('a filter means what it would if the attributes of others had no value', () => {
  const atom = fc.constantFrom(
    ...['displayName eq "Clerks"', 'displayName eq "x"', 'members[value eq "u1"]', 'externalId pr'],
    ...['userName eq "x"', 'userName ne "x"', 'userName eq null', 'emails[type eq "work"]', 'active pr'],
  );
  const { filter } = fc.letrec<{ filter: string }>((tie) => ({
    filter: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      atom,
      tie('filter').map((inner) => `not (${inner})`),
      fc.tuple(tie('filter'), tie('filter')).map(([left, right]) => `(${left}) and (${right})`),
      fc.tuple(tie('filter'), tie('filter')).map(([left, right]) => `(${left}) or (${right})`),
    ),
  }));
  fc.assert(
    fc.property(filter, (text) => {
      const whole = parseFilter(text, groupResourceType, [userResourceType]);
      const own = amongGroups(text);
      expect(typeof own === 'boolean' ? own : matches(own, group, groupResourceType)).toBe(
        matches(whole, group, groupResourceType),
      );
    }),
  );
});
