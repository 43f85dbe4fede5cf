import type { JsonObject } from '../../src/domain/json.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import type { Bridge } from './bridge.ts';
import { enterpriseOf, inside, waitsForManager } from './comparison.ts';
import { GROUP_NAMES, type People, type Person, TEXTS } from './people.ts';

/** Whom the bridge shows, or how their provisioning stands, otherwise than is to be expected: a line each. */
export async function differencesInBridge(
  people: People,
  bridge: Pick<Bridge, 'scim' | 'admin'>,
  simulator: Simulator,
): Promise<string[]> {
  const users = await everything(bridge, '/Users');
  const groups = await everything(bridge, '/Groups');
  return [
    ...differencesInUsers(people, users),
    ...differencesInGroups(people, users, groups),
    ...(await unexplainedStates(people, bridge, simulator)),
  ];
}

async function everything(bridge: Pick<Bridge, 'scim'>, path: string): Promise<JsonObject[]> {
  const all: JsonObject[] = [];
  for (;;) {
    const { Resources: page, totalResults } = await bridge.scim(
      `${path}?startIndex=${all.length + 1}&count=100`,
    );
    if (Array.isArray(page)) all.push(...page.map(inside));
    if (all.length >= Number(totalResults) || !Array.isArray(page) || page.length === 0) return all;
  }
}

/** Every write that was accepted is there, and nobody is who was deleted. */
function differencesInUsers(people: People, users: readonly JsonObject[]): string[] {
  const found: string[] = [];
  const shown = Map.groupBy(users, ({ externalId }) => String(externalId));
  for (const person of people.values()) {
    const [user, ...others] = shown.get(person.key) ?? [];
    if ((user !== undefined) !== person.living || others.length > 0) {
      found.push(`${person.key}: should be ${person.living ? 'there once' : 'gone'} in the bridge`);
    } else if (user !== undefined) {
      const wanted = wantedOf(person);
      const accepted = acceptedOf(user);
      if (wanted !== accepted)
        found.push(`${person.key}: accepted was ${wanted}, and the bridge shows ${accepted}`);
    }
  }
  return found;
}

function wantedOf({ userName, active, texts, manager }: Person): string {
  return JSON.stringify([userName, active, ...TEXTS.map((text) => texts[text]), manager]);
}

function acceptedOf(user: JsonObject): string {
  const flat: JsonObject = { ...user, ...enterpriseOf(user), ...inside(user.name) };
  const manager = inside(flat.manager).value ?? null;
  return JSON.stringify([flat.userName, flat.active, ...TEXTS.map((text) => flat[text] ?? null), manager]);
}

function differencesInGroups(
  people: People,
  users: readonly JsonObject[],
  groups: readonly JsonObject[],
): string[] {
  const keyOf = new Map(users.map(({ id, externalId }) => [String(id), String(externalId)]));
  return GROUP_NAMES.flatMap((name) => {
    const { members } = groups.find(({ displayName }) => displayName === name) ?? {};
    const shown = (Array.isArray(members) ? members : []).map((member) =>
      keyOf.get(String(inside(member).value)),
    );
    const wanted = [...people.values()].filter((person) => person.groups.has(name)).map(({ key }) => key);
    const isSame = JSON.stringify(shown.sort()) === JSON.stringify(wanted.sort());
    return isSame ? [] : [`${name}: members should be ${wanted.join(' ')} and are ${shown.join(' ')}`];
  });
}

/** Everybody is in sync, but for those whose manager Concur does not have. */
async function unexplainedStates(
  people: People,
  bridge: Pick<Bridge, 'admin'>,
  simulator: Simulator,
): Promise<string[]> {
  const found: string[] = [];
  let cursor = '';
  do {
    const { items, nextCursor } = await bridge.admin(`/users?limit=200${cursor}`);
    for (const item of Array.isArray(items) ? items.map(inside) : []) {
      const { externalId, state, reason, lastError } = item;
      if (state === 'in_sync') continue;
      const person = people.get(String(externalId));
      const waits = person !== undefined && waitsForManager(person, people, simulator);
      if (waits && state === 'partial' && reason === 'waiting_for_person') continue;
      found.push(`${externalId}: is ${state} (${reason}): ${lastError}`);
    }
    cursor = typeof nextCursor === 'string' ? `&cursor=${encodeURIComponent(nextCursor)}` : '';
  } while (cursor !== '');
  return found;
}
