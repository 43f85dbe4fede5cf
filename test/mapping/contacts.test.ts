import { describe, expect, test } from 'vitest';
import { mapAddresses, mapEmails, mapPhoneNumbers } from '../../src/mapping/contacts.ts';

describe('emails', () => {
  test('the first of a type is taken, one without a type is for work, primary is not sent', () => {
    const emails = [
      { value: 'a@x.example', primary: true },
      { value: 'b@x.example', type: 'Work' },
      { value: 'c@x.example', type: 'home', display: 'C' },
      { type: 'work2', primary: true },
    ];
    expect(mapEmails({ emails })).toEqual([
      { type: 'work', value: 'a@x.example' },
      { type: 'home', value: 'c@x.example' },
    ]);
  });

  test('unknown types take other and other2 where nobody else has them', () => {
    const emails = [
      { value: '1@x.example', type: 'school' },
      { value: '2@x.example', type: 'other' },
      { value: '3@x.example', type: 'club' },
    ];
    expect(mapEmails({ emails })).toEqual([
      { type: 'other', value: '2@x.example' },
      { type: 'other2', value: '1@x.example' },
    ]);
  });
});

describe('phone numbers', () => {
  test('several mobiles, one of them primary; no type is a mobile; no other number is primary', () => {
    const phoneNumbers = [
      { value: '+1', type: 'mobile' },
      { value: '+2', primary: true },
      { value: '+1', type: 'mobile' },
      { value: '+3', type: 'work', primary: true },
    ];
    expect(mapPhoneNumbers({ phoneNumbers })).toEqual([
      { type: 'work', value: '+3' },
      { type: 'mobile', value: '+1', primary: false },
      { type: 'mobile', value: '+2', primary: true },
    ]);
  });

  test('the first mobile is primary when none is marked', () => {
    const phoneNumbers = [
      { value: '+1', type: 'mobile' },
      { value: '+2', type: 'mobile' },
    ];
    expect(mapPhoneNumbers({ phoneNumbers })).toEqual([
      { type: 'mobile', value: '+1', primary: true },
      { type: 'mobile', value: '+2', primary: false },
    ]);
  });

  test('a type that Concur does not have takes the place of other when it is free', () => {
    const phoneNumbers = [
      { value: '+1', type: 'work2' },
      { value: '+2', type: 'assistant' },
    ];
    expect(mapPhoneNumbers({ phoneNumbers })).toEqual([{ type: 'other', value: '+1' }]);
  });
});

describe('addresses', () => {
  test('one of a type, the country in capitals, without formatted and primary', () => {
    const addresses = [
      { type: 'work', formatted: 'x', country: 'de', locality: 'Bonn', primary: true },
      { type: 'work', country: 'US' },
      { type: 'billing', streetAddress: 'Rue 1', region: 'GE', postalCode: '1200' },
    ];
    expect(mapAddresses({ addresses })).toEqual({
      addresses: [
        { type: 'work', country: 'DE', locality: 'Bonn' },
        { type: 'billing', streetAddress: 'Rue 1', region: 'GE', postalCode: '1200' },
      ],
      gaps: [],
    });
  });

  test.each([
    ['Germany', 'DE'],
    ['uk', 'GB'],
    ['United States', 'US'],
  ])('the country may be in words: %s is %s', (country, code) => {
    expect(mapAddresses({ addresses: [{ type: 'home', country, locality: 'Bonn' }] })).toEqual({
      addresses: [{ type: 'home', locality: 'Bonn', country: code }],
      gaps: [],
    });
  });

  test.each(['Deutschland', 'DEU', 'XX'])(
    '%s is no country: left out and named; the rest of the address stays',
    (country) => {
      const { addresses, gaps } = mapAddresses({
        addresses: [{ type: 'home', country, locality: 'Bonn' }],
      });
      expect(addresses).toEqual([{ type: 'home', locality: 'Bonn' }]);
      expect(gaps.map(({ why }) => why)).toEqual([expect.stringMatching(/home address .* two-letter/)]);
    },
  );
});
