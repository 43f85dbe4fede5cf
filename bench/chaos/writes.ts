import { ENTERPRISE } from '../../src/domain/extensions.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import type { Dice } from './dice.ts';
import { GROUP_NAMES, living, newPerson, type People, type Person, TEXTS, type Text } from './people.ts';
import type { ScimClient } from './scim-client.ts';

/** What one of the clients writes, decided and not yet done; the people as they are to be know of it already. */
export interface Write {
  readonly name: string;
  /** Whom it is about: writes about the same person are made one after the other. */
  readonly keys: readonly string[];
  carryOut(client: ScimClient): Promise<void>;
}

/** How many people there are before anything else happens, and how many there may be. */
const FIRST_PEOPLE = 10;
const MOST_PEOPLE = 60;

const KINDS = {
  create: 4,
  'create inactive': 1,
  'create again': 4,
  delete: 3,
  deactivate: 5,
  activate: 4,
  text: 6,
  rename: 2,
  'hand on a name': 2,
  'set manager': 3,
  'clear manager': 1,
  'join a group': 4,
  'leave a group': 3,
} as const;

/** Decides the next write and makes it part of what is wanted. */
export function nextWrite(people: People, dice: Dice): Write {
  for (;;) {
    const kind = people.size < FIRST_PEOPLE ? 'create' : dice.weighted(KINDS);
    const write = writeOf(kind, people, dice);
    if (write !== null) return write;
  }
}

/** A write of this kind; null where nobody is there for it. */
function writeOf(kind: keyof typeof KINDS, people: People, dice: Dice): Write | null {
  const present = living(people);
  const of = (which: (person: Person) => boolean): Person | null => {
    const fit = present.filter(which);
    return fit.length === 0 ? null : dice.pick(fit);
  };
  switch (kind) {
    case 'create':
    case 'create inactive': {
      if (people.size >= MOST_PEOPLE) return null;
      const person = newPerson(`chaos-${people.size}`);
      person.active = kind === 'create';
      person.wasActive = person.active;
      people.set(person.key, person);
      return creation(kind, person);
    }
    case 'create again': {
      const gone = [...people.values()].filter((person) => !person.living);
      if (gone.length === 0) return null;
      const person = dice.pick(gone);
      revive(person, dice);
      return creation(kind, person);
    }
    case 'delete': {
      const person = of(({ tradesName }) => !tradesName);
      if (person === null) return null;
      bury(person);
      return { name: kind, keys: [person.key], carryOut: (client) => client.remove(person.key) };
    }
    case 'deactivate':
    case 'activate': {
      const active = kind === 'activate';
      const person = of((one) => one.active !== active);
      if (person === null) return null;
      person.active = active;
      person.wasActive ||= active;
      return change(kind, person, { active }, dice);
    }
    case 'text': {
      const person = of(() => true);
      return person === null ? null : textChange(person, dice.pick(TEXTS), dice);
    }
    case 'rename': {
      const person = of(() => true);
      return person === null ? null : rename(kind, person, freshName(person, dice), dice);
    }
    case 'hand on a name': {
      const giver = of(({ settled }) => settled);
      const taker = of((one) => one !== giver && one.settled);
      return giver === null || taker === null ? null : handOver(giver, taker, dice);
    }
    case 'set manager': {
      const manager = of(() => true);
      const person = of((one) => one !== manager);
      if (person === null || manager === null) return null;
      person.manager = manager.key;
      return change(kind, person, { [ENTERPRISE]: { manager: { value: manager.key } } }, dice);
    }
    case 'clear manager': {
      const person = of(({ manager }) => typeof manager === 'string');
      if (person === null) return null;
      person.manager = null;
      return removal(kind, person, `${ENTERPRISE}:manager`);
    }
    case 'join a group':
    case 'leave a group':
      return membership(kind, present, dice);
  }
}

/** A person as a client creates them. */
function resourceOf({ key, userName, active, texts }: Person): JsonObject {
  const { title, department, costCenter, givenName, familyName } = texts;
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', ENTERPRISE],
    userName,
    externalId: key,
    active,
    name: { givenName: givenName ?? '', familyName: familyName ?? '' },
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

function creation(name: string, person: Person): Write {
  const resource = resourceOf(person);
  return { name, keys: [person.key], carryOut: (client) => client.create(person.key, resource) };
}

function bury(person: Person): void {
  person.groups.clear();
  person.living = false;
  person.active = false;
}

/** Somebody who comes back may have other values, or none, where they had one before. */
function revive(person: Person, dice: Dice): void {
  const { texts } = newPerson(person.key);
  for (const text of TEXTS) person.texts[text] = dice.chance(0.5) ? newText(text, dice) : texts[text];
  person.living = true;
  person.active = true;
  person.wasActive = true;
  person.manager = null;
  person.settled = false;
}

function newText(text: Text, dice: Dice): string {
  return `${text} ${dice.whole(1, 999)}`;
}

function textChange(person: Person, text: Text, dice: Dice): Write {
  const isRequired = text === 'givenName' || text === 'familyName';
  if (!isRequired && person.texts[text] !== null && dice.chance(0.25)) {
    person.texts[text] = null;
    return removal('text away', person, text === 'title' ? text : `${ENTERPRISE}:${text}`);
  }
  const value = newText(text, dice);
  person.texts[text] = value;
  if (isRequired) return change('text', person, { name: { [text]: value } }, dice);
  return change(
    'text',
    person,
    text === 'title' ? { title: value } : { [ENTERPRISE]: { [text]: value } },
    dice,
  );
}

function freshName({ key }: Person, dice: Dice): string {
  return `${key}-${dice.whole(100_000, 999_999)}@example.com`;
}

function rename(name: string, person: Person, userName: string, dice: Dice): Write {
  person.userName = userName;
  return change(name, person, { userName }, dice);
}

/** One gives a name up, and another takes it. */
function handOver(giver: Person, taker: Person, dice: Dice): Write {
  const userName = giver.userName;
  const giving = rename('', giver, freshName(giver, dice), dice);
  const taking = rename('', taker, userName, dice);
  giver.tradesName = true;
  taker.tradesName = true;
  return {
    name: 'hand on a name',
    keys: [giver.key, taker.key],
    async carryOut(client) {
      await giving.carryOut(client);
      await taking.carryOut(client);
    },
  };
}

/** One change in one of the forms in which clients write it. */
function change(name: string, { key }: Person, changes: JsonObject, dice: Dice): Write {
  const form = dice.pick(['put', 'patch', 'patch without paths']);
  return {
    name: `${name} (${form})`,
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
    if (attribute === ENTERPRISE || attribute === 'name') {
      const separator = attribute === 'name' ? '.' : ':';
      return Object.entries(value as JsonObject).map(([name, inner]) => ({
        op: 'Replace',
        path: `${attribute}${separator}${name}`,
        value: inner,
      }));
    }
    return [
      {
        op: 'Replace',
        path: attribute,
        value: typeof value === 'boolean' ? (value ? 'True' : 'False') : value,
      },
    ];
  });
}

function removal(name: string, { key }: Person, path: string): Write {
  return { name, keys: [key], carryOut: (client) => client.patch(key, [{ op: 'remove', path }]) };
}

function membership(
  name: 'join a group' | 'leave a group',
  present: readonly Person[],
  dice: Dice,
): Write | null {
  const joins = name === 'join a group';
  const group = dice.pick(GROUP_NAMES);
  const fit = present.filter(({ groups }) => groups.has(group) !== joins);
  if (fit.length === 0) return null;
  const person = dice.pick(fit);
  const { key, groups } = person;
  if (joins) groups.add(group);
  else groups.delete(group);
  return {
    name,
    keys: [key],
    carryOut: (client) =>
      client.patchGroup(
        group,
        (id) =>
          joins
            ? { op: 'add', path: 'members', value: [{ value: id }] }
            : { op: 'remove', path: `members[value eq "${id}"]` },
        key,
      ),
  };
}
