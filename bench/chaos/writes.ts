import { ENTERPRISE } from '../../src/domain/extensions.ts';
import type { Dice } from './dice.ts';
import { change, creation, deletion, membership, oneAfterTheOther, removal, type Write } from './forms.ts';
import { GROUP_NAMES, living, newPerson, type People, type Person, TEXTS, type Text } from './people.ts';

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
      return creation(person);
    }
    case 'create again': {
      const gone = [...people.values()].filter((person) => !person.living);
      if (gone.length === 0) return null;
      const person = dice.pick(gone);
      revive(person, dice);
      return creation(person);
    }
    case 'delete': {
      const person = of(({ tradesName }) => !tradesName);
      if (person === null) return null;
      bury(person);
      return deletion(person);
    }
    case 'deactivate':
    case 'activate': {
      const active = kind === 'activate';
      const person = of((one) => one.active !== active);
      if (person === null) return null;
      person.active = active;
      person.wasActive ||= active;
      return change(person, { active }, dice);
    }
    case 'text': {
      const person = of(() => true);
      return person === null ? null : textChange(person, dice.pick(TEXTS), dice);
    }
    case 'rename': {
      const person = of(() => true);
      return person === null ? null : rename(person, freshName(person, dice), dice);
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
      return change(person, { [ENTERPRISE]: { manager: { value: manager.key } } }, dice);
    }
    case 'clear manager': {
      const person = of(({ manager }) => typeof manager === 'string');
      if (person === null) return null;
      person.manager = null;
      return removal(person, `${ENTERPRISE}:manager`);
    }
    case 'join a group':
    case 'leave a group':
      return join(present, kind === 'join a group', dice);
  }
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
    return removal(person, text === 'title' ? text : `${ENTERPRISE}:${text}`);
  }
  const value = newText(text, dice);
  person.texts[text] = value;
  if (isRequired) return change(person, { name: { [text]: value } }, dice);
  return change(person, text === 'title' ? { title: value } : { [ENTERPRISE]: { [text]: value } }, dice);
}

function freshName({ key }: Person, dice: Dice): string {
  return `${key}-${dice.whole(100_000, 999_999)}@example.com`;
}

function rename(person: Person, userName: string, dice: Dice): Write {
  person.userName = userName;
  return change(person, { userName }, dice);
}

/** One gives a name up, and another takes it. */
function handOver(giver: Person, taker: Person, dice: Dice): Write {
  const userName = giver.userName;
  const giving = rename(giver, freshName(giver, dice), dice);
  const taking = rename(taker, userName, dice);
  giver.tradesName = true;
  taker.tradesName = true;
  return oneAfterTheOther(giving, taking);
}

function join(present: readonly Person[], joins: boolean, dice: Dice): Write | null {
  const group = dice.pick(GROUP_NAMES);
  const fit = present.filter(({ groups }) => groups.has(group) !== joins);
  if (fit.length === 0) return null;
  const person = dice.pick(fit);
  if (joins) person.groups.add(group);
  else person.groups.delete(group);
  return membership(person, group, joins);
}
