import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ScimError } from '../../../src/scim/error.ts';
import { compareOperators, type Filter } from '../../../src/scim/filter/filter.ts';
import { parseFilter } from '../../../src/scim/filter/parse.ts';
import { isStorableText } from '../../../src/scim/json.ts';
import { findAttribute, findSubAttribute, userResourceType as User } from '../../../src/scim/registry.ts';
import { formatFilter } from './format.ts';

function format(text: string): string {
  return formatFilter(parseFilter(text, User));
}

describe('parseFilter', () => {
  test.each([
    ['userName eq "bjensen"', 'userName eq "bjensen"'],
    ['USERNAME EQ "bjensen"', 'userName eq "bjensen"'],
    ['  userName   eq   "b"  ', 'userName eq "b"'],
    ['name.familyName co "O\'Malley"', 'name.familyName co "O\'Malley"'],
    ['title pr and userType eq "Employee"', '(title pr) and (userType eq "Employee")'],
    // "and" binds tighter than "or".
    [
      'title pr or userType eq "a" and active eq true',
      '(title pr) or ((userType eq "a") and (active eq true))',
    ],
    ['(title pr or userType pr) and active pr', '((title pr) or (userType pr)) and (active pr)'],
    ['not (title pr) and active pr', '(not (title pr)) and (active pr)'],
    ['NOT(title pr)', 'not (title pr)'],
    ['emails[type eq "work" and value co "@x"]', 'emails[(type eq "work") and (value co "@x")]'],
    ['emails co "example.com"', 'emails.value co "example.com"'],
    ['userName eq "a\\"b\\\\\\u00e9 ]("', 'userName eq "a\\"b\\\\é ]("'],
    ['title eq null', 'title eq null'],
    ['urn:ietf:params:scim:schemas:core:2.0:User:userName sw "J"', 'userName sw "J"'],
    ['meta.lastModified gt "2011-05-13T04:42:34Z"', 'meta.lastModified gt "2011-05-13T04:42:34Z"'],
    // Entra's matching queries.
    ['emails[type eq "work"].value eq "a@b"', 'emails[(type eq "work") and (value eq "a@b")]'],
    ['externalId eq jyoung', 'externalId eq "jyoung"'],
    ['externalId eq 123', 'externalId eq "123"'],
    [
      'id eq "1" and manager eq "2"',
      '(id eq "1") and (urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value eq "2")',
    ],
    ['active eq "True"', 'active eq true'],
    ['active eq False', 'active eq false'],
    ['roles[primary eq "True"]', 'roles[primary eq true]'],
  ])('%s', (text, expected) => {
    expect(format(text)).toBe(expected);
  });

  test.each([
    ['', /should have an attribute.* but has the end/],
    ['userName', /should have an operator .*the end/],
    ['userName eq', /should have a value.*the end/],
    ['userName xx "a"', /operator .* xx at position 9/],
    ["userName eq 'a'", /a string in double quotes, but has 'a' at position 12/],
    [`userName eq "${'a'.repeat(500)}" "${'b'.repeat(500)}"`, /but has "b{98}… at position/],
    ['userName eq "\\u0007"', /is no text/],
    ['userName eq "a" and', /an attribute.*the end/],
    ['userName eq "a" "b"', /"and", "or" or the end, but has "b" at position 16/],
    ['userName eq "a', /not closed: "a at position 12/],
    ['userName eq "\\x"', /unknown escape/],
    ['(userName eq "a"', /"\)", but has the end/],
    ['emails[type eq "work"', /"\]", but has the end/],
    ['emails[type eq "work"].colour eq "a"', /no sub-attribute \.colour at position 22/],
    ['userName eq "\\u0000"', /no text/],
    ['userName eq "\\ud800"', /no text/],
    ['userName eq a\u0000', /not valid text/],
    ['favouriteColour eq "blue"', /no attribute favouriteColour at position 0/],
    ['title pr and emails.colour pr', /no attribute emails\.colour at position 13/],
    ['password eq "x"', /password cannot be used/],
    ['password pr', /password cannot be used/],
    ['active gt true', /active cannot be compared with gt/],
    ['active co "x"', /active can only be compared with true or false/],
    ['meta.created gt "yesterday"', /date and time/],
    ['meta.created co "2011-05-13T04:42:34Z"', /cannot be compared with co/],
    ['addresses eq "x"', /addresses is complex/],
    ['title gt null', /null can only/],
    ['displayName eq "ProjectTeam1" or "Students2018"', /an attribute.* but has "Students2018"/],
    ['displayName eq John Smith', /Smith at position 20/],
  ])('refuses %s', (text, detail) => {
    expect(() => parseFilter(text, User)).toThrow(
      expect.objectContaining({
        status: 400,
        scimType: 'invalidFilter',
        detail: expect.stringMatching(detail),
      }),
    );
  });

  test('refuses what is too long or too deep, and takes what is just not', () => {
    const deep = (levels: number) => `${'('.repeat(levels)}title pr${')'.repeat(levels)}`;
    expect(format(deep(32))).toBe('title pr');
    expect(() => format(deep(33))).toThrow(/deeper than 32/);
    const long = `title eq "${'x'.repeat(8192 - 11)}"`;
    expect(format(long)).toBe(long);
    expect(() => format(`${long} `)).toThrow(/longer than 8192/);
    const wide = Array.from({ length: 800 }, () => 'title pr')
      .join(' or ')
      .slice(0, 8191);
    expect(() => parseFilter(wide, User)).not.toThrow(RangeError);
  });

  test('takes brackets around the same operator for none', () => {
    expect(parseFilter('(title pr or (id pr or (active pr or userName pr)))', User)).toMatchObject({
      kind: 'or',
      filters: ['title', 'id', 'active', 'userName'].map((path) => ({ kind: 'present', path })),
    });
    expect(format('(title pr and id pr) and (active pr or (id pr and title pr))')).toBe(
      '(title pr) and (id pr) and ((active pr) or ((id pr) and (title pr)))',
    );
  });

  test('throws nothing but ScimError', () => {
    const piece = fc.constantFrom(
      'userName',
      'emails',
      '[',
      ']',
      '(',
      ')',
      'eq',
      'pr',
      'not',
      'and',
      'or',
      '"a"',
      '.type',
      '"',
    );
    const soup = fc.array(fc.oneof({ weight: 5, arbitrary: piece }, fc.string()), { maxLength: 12 });
    fc.assert(
      fc.property(soup, fc.constantFrom('', ' '), (pieces, separator) => {
        try {
          parseFilter(pieces.join(separator), User);
        } catch (error) {
          expect(error).toBeInstanceOf(ScimError);
          expect(error).toMatchObject({ scimType: 'invalidFilter' });
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('reads back what is written', () => {
    fc.assert(
      fc.property(filters, (filter) => {
        expect(parseFilter(formatFilter(filter), User)).toEqual(flat(filter));
      }),
    );
  });
});

/** The filter without brackets around the same operator. */
function flat(filter: Filter): Filter {
  switch (filter.kind) {
    case 'and':
    case 'or': {
      const filters = filter.filters.map(flat);
      return {
        ...filter,
        filters: filters.flatMap((one) => (one.kind === filter.kind ? one.filters : [one])),
      };
    }
    case 'not':
    case 'valuePath':
      return { ...filter, filter: flat(filter.filter) };
    case 'compare':
    case 'present':
      return filter;
  }
}

function reference(path: string) {
  const found = findAttribute(User, path);
  if (!found) throw new Error(path);
  return found;
}

const emails = reference('emails');
const texts = fc.string({ unit: 'binary-ascii' }).filter(isStorableText);
const leaves = fc
  .constantFrom(
    'userName',
    'name.givenName',
    'emails.value',
    'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department',
  )
  .chain((path) => comparisons(reference(path)));
const inEmails = fc
  .constantFrom('type', 'value')
  .chain((name) => comparisons(findSubAttribute(emails, name) ?? emails));

function comparisons(target: ReturnType<typeof reference>): fc.Arbitrary<Filter> {
  return fc.oneof(
    fc.record({
      kind: fc.constant('compare' as const),
      path: fc.constant(target.path),
      reference: fc.constant(target),
      operator: fc.constantFrom(...compareOperators),
      value: texts,
    }),
    fc.constant<Filter>({ kind: 'present', path: target.path, reference: target }),
  );
}

const filters: fc.Arbitrary<Filter> = fc.letrec<{ filter: Filter; leaf: Filter }>((tie) => ({
  leaf: fc.oneof(
    leaves,
    inEmails.map((filter): Filter => ({ kind: 'valuePath', path: 'emails', reference: emails, filter })),
  ),
  filter: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    tie('leaf'),
    tie('filter').map((filter): Filter => ({ kind: 'not', filter })),
    fc
      .tuple(
        fc.constantFrom('and' as const, 'or' as const),
        fc.array(tie('filter'), { minLength: 2, maxLength: 3 }),
      )
      .map(([kind, list]): Filter => ({ kind, filters: list })),
  ),
})).filter;
