import pLimit from 'p-limit';
import { isJsonObject, type JsonObject } from '../../src/domain/json.ts';
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

  async function call(method: string, place: string, text: string | undefined): Promise<JsonObject> {
    const answer = await fetch(`${to.url}${place}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(text === undefined ? {} : { body: text }),
    });
    if (!answer.ok)
      throw new Error(`${method} ${place} was answered ${answer.status}: ${await answer.text()}`);
    const body: unknown = await answer.json();
    // Concur's schemas, which the bridge asks for at its start, are a list.
    return isJsonObject(body) ? body : {};
  }

  return {
    async send(requests) {
      const users = await usersOf(from, to);
      const ids = (await from.state()).provisions.map(({ id }) => String(id)).slice(provisionsBefore);
      provisionsBefore += ids.length;
      // The n-th write begins the n-th provisioning request, here and there.
      const provisions = new Map(ids.map((id) => [id, Promise.withResolvers<string>()]));
      const writes = writesAmong(requests);
      const begunBy = new Map(writes.map((write, index) => [write, provisions.get(ids[index] ?? '')]));
      const translated = (text: string) => text.replace(UUID, (id) => users.get(id) ?? id);
      const bodies = requests.map(({ method, body }) =>
        method === 'GET' ? undefined : translated(JSON.stringify(body)),
      );

      const sendOne = async (request: LoggedRequest, body: string | undefined): Promise<void> => {
        const { method, path, query } = request;
        const [asked = ''] = path.match(UUID) ?? [];
        const provision = await provisions.get(asked)?.promise;
        const place = provision === undefined ? translated(path) : path.replace(asked, provision);
        const { id, meta } = await call(method, query === '' ? place : `${place}?${query}`, body);
        begunBy.get(request)?.resolve(String(isJsonObject(meta) ? (meta.provisionId ?? id) : id));
      };
      const started = performance.now();
      await Promise.all(requests.map((request, index) => inTurn(() => sendOne(request, bodies[index]))));
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

/** The requests that begin provisioning requests. */
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
