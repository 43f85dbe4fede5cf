import { ENTERPRISE, SPEND } from '../../src/domain/extensions.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/domain/json.ts';
import type { Simulator, UserView } from '../../src/simulator/simulator.ts';
import { givenTo, type People, type Person, TEXTS } from './people.ts';

const SPEND_ROLE = 'urn:ietf:params:scim:schemas:extension:spend:2.0:Role';

/**
 * How Concur differs from what the clients want, a line each; none when it is as it should be. What is expected is
 * computed here, from the people alone: neither the bridge nor its mapping is asked.
 */
export function differencesInConcur(people: People, { state, company }: Simulator): string[] {
  const found: string[] = [];
  const byNumber = Map.groupBy(state.users.values(), ({ identity }) =>
    String(enterpriseOf(identity).employeeNumber),
  );
  for (const [number, users] of byNumber) {
    if (!people.has(number)) found.push(`${number}: is in Concur, and nobody asked for them`);
    if (users.length > 1) found.push(`${number}: is in Concur ${users.length} times`);
  }
  const concurIdOf = (key: string): string | undefined => byNumber.get(key)?.[0]?.id;
  for (const person of people.values()) {
    const [user] = byNumber.get(person.key) ?? [];
    const differ = (what: string, wanted: unknown, held: unknown) => {
      if (!isSame(wanted, held))
        found.push(`${person.key}: ${what} should be ${show(wanted)} and is ${show(held)}`);
    };
    if (user === undefined) {
      if (person.active) found.push(`${person.key}: should have access and is not in Concur`);
      continue;
    }
    if (!person.wasActive) found.push(`${person.key}: is in Concur and was never to have access`);
    differ('active', person.living && person.active, user.identity.active);
    if (!person.living) continue;
    differ('userName', person.userName, user.identity.userName);
    differ('externalId', person.key, user.identity.externalId);
    differ('companyId', company.id, enterpriseOf(user.identity).companyId);
    for (const text of TEXTS) differ(text, person.texts[text], textIn(user, text));
    differ('country', 'US', inside(user.spend[SPEND]).country ?? null);
    compareManager(people, person, user, concurIdOf, differ);
    compareGiven(person, user, found);
  }
  return found;
}

/** Whether a person waits for their manager to be in Concur: then the rest is there, and the manager is not. */
export function waitsForManager({ manager }: Person, people: People, { state }: Simulator): boolean {
  if (typeof manager !== 'string') return false;
  const isHeld = [...state.users.values()].some(
    ({ identity }) => enterpriseOf(identity).employeeNumber === manager,
  );
  return !isHeld || people.get(manager)?.living !== true;
}

type Differ = (what: string, wanted: unknown, held: unknown) => void;

/** Of a manager who does not live any more nothing is expected: Concur keeps the manager it has. */
function compareManager(
  people: People,
  person: Person,
  user: UserView,
  concurIdOf: (key: string) => string | undefined,
  differ: Differ,
): void {
  const { manager } = person;
  const held = inside(enterpriseOf(user.identity).manager).value ?? null;
  if (typeof manager === 'string') {
    const wanted = people.get(manager)?.living ? concurIdOf(manager) : undefined;
    if (wanted !== undefined) differ('manager', wanted, held);
  } else differ('manager', null, held);
}

/** Entitlements and roles: all that groups give, and nothing beyond that. */
function compareGiven(person: Person, user: UserView, found: string[]): void {
  const { entitlements } = user.identity;
  const { roles } = inside(user.spend[SPEND_ROLE]);
  const held = [
    ...(Array.isArray(entitlements) ? entitlements.map(String) : []),
    ...(Array.isArray(roles) ? roles.map((role) => String(inside(role).roleName)) : []),
  ];
  const wanted = givenTo(person);
  const missing = wanted.filter((one) => !held.includes(one));
  const left = held.filter((one) => !wanted.includes(one));
  if (missing.length > 0) found.push(`${person.key}: lacks ${missing.join(', ')}`);
  if (left.length > 0) found.push(`${person.key}: still has ${left.join(', ')}`);
}

function textIn({ identity }: UserView, text: (typeof TEXTS)[number]): JsonValue {
  switch (text) {
    case 'title':
      return identity.title ?? null;
    case 'givenName':
    case 'familyName':
      return inside(identity.name)[text] ?? null;
    case 'department':
    case 'costCenter':
      return enterpriseOf(identity)[text] ?? null;
  }
}

/** The enterprise attributes of a SCIM or Concur user. */
export function enterpriseOf(user: { readonly [name: string]: unknown }): JsonObject {
  return inside(user[ENTERPRISE]);
}

/** An object that may not be there. */
export function inside(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {};
}

function isSame(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

function show(value: unknown): string {
  return value === null || value === undefined ? 'nothing' : JSON.stringify(value);
}
