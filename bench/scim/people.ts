import { createHash } from 'node:crypto';
import { ENTERPRISE } from '../../src/domain/extensions.ts';
import type { JsonObject } from '../../src/domain/json.ts';

/** The id of a person of the benchmark, a UUID. Neighbours by number are no neighbours in an index, as in life. */
export function idOf(number: number): string {
  const hex = createHash('sha1').update(`person ${number}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** The keys that a person of the benchmark is looked up by. */
export function keysOf(number: number) {
  return {
    userName: `person.${number}@example.com`,
    externalId: `entra-${number}`,
    workEmail: `given.${number}@work.example.com`,
  };
}

/** Somebody as Entra ID would send them. */
export function resourceOf(number: number): JsonObject {
  const { userName, externalId, workEmail } = keysOf(number);
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', ENTERPRISE],
    userName,
    externalId,
    active: true,
    displayName: `Family ${number}, Given`,
    name: { givenName: 'Given', familyName: `Family ${number}` },
    title: 'Travel manager',
    preferredLanguage: 'en-US',
    emails: [{ type: 'work', primary: true, value: workEmail }],
    phoneNumbers: [{ type: 'work', value: `+48 22 ${number}` }],
    addresses: [{ type: 'work', locality: 'Kraków', country: 'PL', postalCode: '30-001' }],
    [ENTERPRISE]: {
      employeeNumber: `E${number}`,
      costCenter: `C${number % 100}`,
      department: 'Sales',
      organization: 'Example',
    },
  };
}
