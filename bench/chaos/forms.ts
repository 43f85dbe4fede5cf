import { ENTERPRISE } from '../../src/domain/extensions.ts';
import { isJsonObject, type JsonObject } from '../../src/domain/json.ts';
import type { Dice } from './dice.ts';
import type { GroupName, Person } from './people.ts';
import type { ScimClient } from './scim-client.ts';

/** What one of the clients writes, decided and not yet done; the people as they are to be know of it already. */
export interface Write {
  /** Whom it is about: writes about the same person are made one after the other. */
  readonly keys: readonly string[];
  carryOut(client: ScimClient): Promise<void>;
}

/** Creates the person as they are at this moment. */
export function creation(person: Person): Write {
  const { key } = person;
  const resource = resourceOf(person);
  return { keys: [key], carryOut: (client) => client.create(key, resource) };
}

function resourceOf({ key, userName, active, texts }: Person): JsonObject {
  const { title, department, costCenter, givenName, familyName } = texts;
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', ENTERPRISE],
    userName,
    externalId: key,
    active,
    name: { givenName, familyName },
    ...(title === null ? {} : { title }),
    emails: [{ type: 'work', value: `${key}@mail.example`, primary: true }],
    locale: 'en-US',
    addresses: [{ type: 'work', country: 'US' }],
    [ENTERPRISE]: {
      employeeNumber: key,
      ...(department === null ? {} : { department }),
      ...(costCenter === null ? {} : { costCenter }),
    },
  };
}

/** Deletes the person. */
export function deletion({ key }: Person): Write {
  return { keys: [key], carryOut: (client) => client.remove(key) };
}

/** Changes attributes, in one of the forms in which clients write it. */
export function change({ key }: Person, changes: JsonObject, dice: Dice): Write {
  const form = dice.pick(['put', 'patch', 'patch without paths']);
  return {
    keys: [key],
    carryOut(client) {
      if (form === 'put') return client.put(key, changes);
      return client.patch(key, form === 'patch' ? withPaths(changes) : [{ op: 'replace', value: changes }]);
    },
  };
}

/** As Entra writes: a path for each attribute, a capital letter, and text for booleans. */
function withPaths(changes: JsonObject): JsonObject[] {
  return Object.entries(changes).flatMap(([attribute, value]) => {
    const separator = attribute === 'name' ? '.' : ':';
    const inner = isJsonObject(value)
      ? Object.entries(value).map(([name, one]) => ({ path: `${attribute}${separator}${name}`, value: one }))
      : [{ path: attribute, value: typeof value === 'boolean' ? (value ? 'True' : 'False') : value }];
    return inner.map((one) => ({ op: 'Replace', ...one }));
  });
}

/** Takes an attribute away. */
export function removal({ key }: Person, path: string): Write {
  return { keys: [key], carryOut: (client) => client.patch(key, [{ op: 'remove', path }]) };
}

/** Puts the person into a group, or takes them out of it. */
export function membership({ key }: Person, group: GroupName, joins: boolean): Write {
  const operationFor = (id: string): JsonObject =>
    joins
      ? { op: 'add', path: 'members', value: [{ value: id }] }
      : { op: 'remove', path: `members[value eq "${id}"]` };
  return { keys: [key], carryOut: (client) => client.patchGroup(group, operationFor, key) };
}

/** Two writes, the second once the first is accepted. */
export function oneAfterTheOther(first: Write, second: Write): Write {
  return {
    keys: [...first.keys, ...second.keys],
    async carryOut(client) {
      await first.carryOut(client);
      await second.carryOut(client);
    },
  };
}
