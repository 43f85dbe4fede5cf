import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/domain/json.ts';
import { matches } from '../../../src/scim/filter/match.ts';
import { parseFilter } from '../../../src/scim/filter/parse.ts';
import { userResourceType as User } from '../../../src/scim/registry.ts';

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const ada: JsonObject = {
  id: 'Id-1',
  externalId: 'Ext-1',
  userName: 'Ada@Example.com',
  active: true,
  name: { givenName: 'Ada', familyName: 'Lovelace' },
  emails: [
    { value: 'ada@work.example', type: 'work', primary: true },
    { value: 'ada@home.example', type: 'home' },
  ],
  meta: { lastModified: '2026-01-31T10:00:00+02:00' },
  [enterprise]: { department: 'Engines', manager: { value: 'm1' } },
  'urn:ietf:params:scim:schemas:extension:travel:2.0:User': { ruleClass: { id: 12 }, groups: [3, 5] },
};

function met(filter: string, resource: JsonObject = ada): boolean {
  return matches(parseFilter(filter, User), resource, User);
}

describe('matches', () => {
  test.each([
    'userName eq "ada@example.COM"',
    'id eq "Id-1"',
    'externalId eq "Ext-1"',
    'userName sw "ADA"',
    'userName ew ".com"',
    'userName co "@exam"',
    'userName gt "aaa"',
    'active eq true',
    'active eq "True"',
    'active ne false',
    'name pr',
    'name.givenName pr',
    'emails pr',
    'emails.type eq "HOME"',
    'emails eq "ada@work.example"',
    'emails[type eq "work" and value co "work"]',
    'emails[type eq "work"].value eq "ADA@work.example"',
    'emails[not (type eq "work")]',
    'emails.type eq "work" and emails.value eq "ada@home.example"',
    `${enterprise}:department eq "engines"`,
    `${enterprise}:manager.value eq "m1"`,
    'manager eq "m1"',
    'meta.lastModified eq "2026-01-31T08:00:00Z"',
    'meta.lastModified ge "2026-01-31T08:00:00Z" and meta.lastModified le "2026-01-31T08:00:00.000Z"',
    'meta.lastModified gt "2026-01-31T09:30:00+02:00"',
    'urn:ietf:params:scim:schemas:extension:travel:2.0:User:ruleClass.id lt 100',
    'urn:ietf:params:scim:schemas:extension:travel:2.0:User:groups eq 5',
    'title eq null',
    'title ne "Countess"',
    'not (title pr)',
    'title pr or active eq true',
    'userName ne null',
  ])('%s', (filter) => {
    expect(met(filter)).toBe(true);
  });

  test.each([
    'id eq "id-1"',
    'externalId eq "ext-1"',
    'externalId eq "Ext-1 "',
    'userName ne "ada@example.com"',
    'emails[type eq "home" and value co "work"]',
    'emails[type eq "home"].value eq "ada@work.example"',
    'title pr',
    'title eq "x"',
    'title lt "x"',
    'emails.type ne "work"',
    'active eq false',
    'meta.lastModified lt "2026-01-31T08:00:00Z"',
    'urn:ietf:params:scim:schemas:extension:travel:2.0:User:ruleClass.id gt 100',
    'urn:ietf:params:scim:schemas:extension:spend:2.0:User:country eq "US"',
    'phoneNumbers pr',
    'userName eq null',
    'not (userName pr and active eq true)',
  ])('not: %s', (filter) => {
    expect(met(filter)).toBe(false);
  });

  test('empty values are not present', () => {
    for (const resource of [{ title: '' }, { title: null }, {}])
      expect(met('title pr', resource)).toBe(false);
    for (const resource of [{ emails: [] }, { emails: [{}] }, { name: {} }]) {
      expect(met('emails pr or name pr', resource)).toBe(false);
    }
  });

  test('texts are ordered by code point, as databases order them', () => {
    expect(met('externalId gt "\uffee"', { externalId: '\u{1f600}' })).toBe(true);
    expect(met('externalId le "\u{1f600}"', { externalId: '\uffee' })).toBe(true);
  });

  test('a sigma is the same at the end of a word and within it', () => {
    for (const filter of ['title sw "ΝΙΚΟΣ"', 'title co "κος"', 'title eq "νικοστρατοσ"', 'title ew "ΟΣ"']) {
      expect(met(filter, { title: 'ΝΙΚΟΣΤΡΑΤΟΣ' }), filter).toBe(true);
    }
  });

  test('a boolean stored as text is compared as a boolean', () => {
    expect(met('active eq false', { active: 'False' })).toBe(true);
    expect(met('active eq true', { active: 'True' })).toBe(true);
  });

  const word = fc.string({ unit: fc.constantFrom('a', 'B', 'b', '"'), maxLength: 3 });

  test('agrees with a naive comparison of texts', () => {
    const naive: Record<string, (left: string, right: string) => boolean> = {
      eq: (left, right) => left === right,
      ne: (left, right) => left !== right,
      co: (left, right) => left.includes(right),
      sw: (left, right) => left.startsWith(right),
      ew: (left, right) => left.endsWith(right),
      gt: (left, right) => left > right,
      ge: (left, right) => left >= right,
      lt: (left, right) => left < right,
      le: (left, right) => left <= right,
    };
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(naive)), word, word, (operator, left, right) => {
        const filter = `${operator} ${JSON.stringify(right)}`;
        expect(met(`externalId ${filter}`, { externalId: left })).toBe(naive[operator]?.(left, right));
        expect(met(`userName ${filter}`, { userName: left })).toBe(
          naive[operator]?.(left.toLowerCase(), right.toLowerCase()),
        );
      }),
    );
  });

  test('one value of several is enough, and in brackets it must be the same one', () => {
    const element = fc.record({ type: word, value: word });
    fc.assert(
      fc.property(fc.array(element, { maxLength: 4 }), word, word, (emails, type, value) => {
        const wantedType = `type eq ${JSON.stringify(type)}`;
        const wantedValue = `value co ${JSON.stringify(value)}`;
        const hasType = (email: { type: string }) => email.type.toLowerCase() === type.toLowerCase();
        const hasValue = (email: { value: string }) =>
          email.value.toLowerCase().includes(value.toLowerCase());
        expect(met(`emails[${wantedType} and ${wantedValue}]`, { emails })).toBe(
          emails.some((email) => hasType(email) && hasValue(email)),
        );
        expect(met(`emails.${wantedType} and emails.${wantedValue}`, { emails })).toBe(
          emails.some(hasType) && emails.some(hasValue),
        );
      }),
    );
  });
});
