import { setTimeout as wait } from 'node:timers/promises';
import pLimit from 'p-limit';
import { ENTERPRISE } from '../../src/domain/extensions.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { ADMIN_TOKEN, SCIM_TOKEN } from '../../test/end-to-end/bridge-process.ts';
import { listOf, objectOf } from './company.ts';

/** How many writes the identity provider has under way at once. */
const AT_ONCE = 16;

/** How often it is looked whether everything is delivered, in ms. */
const LOOK = 100;

/** An identity provider, and an admin who watches. */
export interface Client {
  /** Creates so many people and returns their ids, in their order. */
  create(people: number): Promise<readonly string[]>;
  /** Changes one attribute of each. */
  retitle(ids: readonly string[], title: string): Promise<void>;
  /** Deactivates one, and returns when that was accepted, in ms since the epoch. */
  deactivate(id: string): Promise<number>;
  /** Does something for each, some at once. */
  each<Result>(ids: readonly string[], work: (id: string) => Promise<Result>): Promise<readonly Result[]>;
  /** Resolves when nothing is to be done any more. */
  settled(): Promise<void>;
  /** Everybody as the bridge sees them now, by id. */
  people(): Promise<ReadonlyMap<string, Seen>>;
}

/** A person as the bridge sees them: when they were last confirmed, in ms since the epoch, and who they are in Concur. */
export interface Seen {
  readonly lastConfirmed: number;
  readonly concurId: string;
}

/** Makes the client of the bridge at `url`. */
export function createClient(url: string): Client {
  const inTurn = pLimit(AT_ONCE);
  const each: Client['each'] = (ids, work) => Promise.all(ids.map((id) => inTurn(() => work(id))));

  async function call(method: string, path: string, token: string, body?: JsonObject): Promise<JsonObject> {
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok)
      throw new Error(`${method} ${path} was answered ${answer.status}: ${await answer.text()}`);
    return objectOf(await answer.json());
  }

  const replace = (id: string, path: string, value: string | boolean) =>
    call('PATCH', `/scim/v2/Users/${id}`, SCIM_TOKEN, {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
      Operations: [{ op: 'replace', path, value }],
    });

  return {
    each,
    create: (people) =>
      each(
        Array.from({ length: people }, (_, number) => String(number)),
        async (number) => String((await call('POST', '/scim/v2/Users', SCIM_TOKEN, newUser(number))).id),
      ),
    retitle: async (ids, title) => void (await each(ids, (id) => replace(id, 'title', title))),
    async deactivate(id) {
      await replace(id, 'active', false);
      return Date.now();
    },
    async settled() {
      for (;;) {
        const { states, openRequests } = await call('GET', '/api/v1/summary', ADMIN_TOKEN);
        const { queued, sending, processing } = objectOf(states);
        if (Number(queued) + Number(sending) + Number(processing) + Number(openRequests) === 0) return;
        await wait(LOOK);
      }
    },
    async people() {
      const seen = new Map<string, Seen>();
      let cursor = '';
      do {
        const page = await call('GET', `/api/v1/users?limit=200${cursor}`, ADMIN_TOKEN);
        for (const { id, lastConfirmed, concurId } of listOf(page.items))
          seen.set(String(id), {
            lastConfirmed: Date.parse(String(lastConfirmed)),
            concurId: String(concurId),
          });
        cursor = typeof page.nextCursor === 'string' ? `&cursor=${encodeURIComponent(page.nextCursor)}` : '';
      } while (cursor !== '');
      return seen;
    },
  };
}

function newUser(number: string): JsonObject {
  const userName = `person-${number}@example.com`;
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', ENTERPRISE],
    userName,
    externalId: `person-${number}`,
    active: true,
    name: { givenName: 'Person', familyName: number },
    title: 'Analyst',
    emails: [{ type: 'work', value: userName, primary: true }],
    locale: 'en-US',
    addresses: [{ type: 'work', country: 'US' }],
    [ENTERPRISE]: { employeeNumber: number, department: 'Sales' },
  };
}
