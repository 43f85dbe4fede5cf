import pLimit from 'p-limit';
import type { LoggedRequest } from '../../src/simulator/simulator.ts';
import { type ConcurProcess, listOf, objectOf } from './company.ts';

/** How many requests are under way at once: enough that Concur never waits for the next. */
const AT_ONCE = 4;

/** Sends requests that the bridge made to one Concur straight to another, and so measures what that takes alone. */
export interface Straight {
  /** Sends them, in their order, as fast as they are taken; returns how long that took, in ms. */
  send(requests: readonly LoggedRequest[]): Promise<number>;
}

/** Prepares to send to `to` what `from` was sent; ids are translated, so everything before must have been sent, too. */
export async function createStraight(from: ConcurProcess, to: ConcurProcess): Promise<Straight> {
  const token = await accessToken(to);
  const inTurn = pLimit(AT_ONCE);
  let provisionsBefore = 0;

  async function post(path: string, method: string, text: string | undefined): Promise<unknown> {
    const answer = await fetch(`${to.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(text === undefined ? {} : { body: text }),
    });
    if (!answer.ok)
      throw new Error(`${method} ${path} was answered ${answer.status}: ${await answer.text()}`);
    return answer.json();
  }

  return {
    async send(requests) {
      const users = await usersOf(from, to);
      const provisions = (await from.state()).provisions.map(({ id }) => String(id)).slice(provisionsBefore);
      provisionsBefore += provisions.length;
      const translated = (text: string) => text.replace(UUID, (id) => users.get(id) ?? id);
      const texts = requests.map(({ body, method }) =>
        method === 'GET' ? undefined : translated(JSON.stringify(body)),
      );
      // Which request began the n-th provisioning request here began the n-th there.
      const begun = provisions.map(() => Promise.withResolvers<string>());
      let next = 0;
      const started = performance.now();
      await Promise.all(
        requests.map(({ method, path, query }, index) => {
          const begins = method !== 'GET' && WRITES.test(path);
          const mine = begins ? begun[next++] : undefined;
          return inTurn(async () => {
            const looked = provisions.findIndex((id) => path.includes(id));
            const place =
              looked < 0
                ? translated(path)
                : path.replace(provisions[looked] ?? '', (await begun[looked]?.promise) ?? '');
            const answer = objectOf(
              await post(`${place}${query === '' ? '' : `?${query}`}`, method, texts[index]),
            );
            const meta = typeof answer.meta === 'object' && answer.meta !== null ? objectOf(answer.meta) : {};
            mine?.resolve(String(meta.provisionId ?? answer.id));
          });
        }),
      );
      return performance.now() - started;
    },
  };
}

const UUID = /[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/g;
const WRITES = /\/v4\/(Bulk|Users(\/[^/.]+)?)$/;

async function accessToken({ url, company }: ConcurProcess): Promise<string> {
  const answer = await fetch(`${url}/oauth2/v0/token`, {
    method: 'POST',
    body: new URLSearchParams({
      client_id: company.clientId,
      client_secret: company.clientSecret,
      grant_type: 'refresh_token',
      refresh_token: company.refreshToken,
    }),
  });
  return String(objectOf(await answer.json()).access_token);
}

/** Whom a UUID of one Concur stands for in the other: the person of the same userName. */
async function usersOf(from: ConcurProcess, to: ConcurProcess): Promise<ReadonlyMap<string, string>> {
  const there = new Map((await to.state()).users.map((user) => [userNameOf(user), String(user.id)]));
  const { users } = await from.state();
  return new Map(
    users.flatMap((user) => {
      const id = there.get(userNameOf(user));
      return id === undefined ? [] : [[String(user.id), id] as const];
    }),
  );
}

function userNameOf({ identity }: { readonly [name: string]: unknown }): string {
  return String(objectOf(identity).userName);
}

/** The requests of a kind, for those who count them. */
export function writesAmong(requests: readonly LoggedRequest[]): readonly LoggedRequest[] {
  return requests.filter(({ method, path }) => method !== 'GET' && WRITES.test(path));
}

/** How many operations requests carry: those of a Bulk, and one of any other write. */
export function operationsIn(requests: readonly LoggedRequest[]): number {
  return writesAmong(requests).reduce((sum, { body, path }) => {
    const operations = path.endsWith('/Bulk') ? listOf(objectOf(body).Operations).length : 1;
    return sum + operations;
  }, 0);
}
