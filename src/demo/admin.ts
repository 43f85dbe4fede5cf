import type { JsonObject } from '../domain/json.ts';
import { httpClient, listOf } from './http-client.ts';

/** A person as the admin API lists them. */
export interface SeenPerson {
  readonly id: string;
  readonly userName: string;
  readonly active: boolean;
  readonly state: string;
  readonly lastError: string | null;
  readonly concurId: string | null;
  readonly isOverridden: boolean;
}

/** A provisioning request as the admin API lists it. */
export interface SeenRequest {
  readonly id: string;
  readonly kind: string;
  readonly operations: number;
  readonly state: string;
  /** How long it was open, in ms; null while it is. */
  readonly duration: number | null;
  readonly correlationId: string | null;
}

/** An admin of the bridge, who watches the demonstration over the admin API. */
export interface Admin {
  /** Everybody, by userName. */
  people(): Promise<readonly SeenPerson[]>;
  person(id: string): Promise<SeenPerson>;
  /** All provisioning requests, oldest first. */
  requests(): Promise<readonly SeenRequest[]>;
  offboard(id: string, reason: string): Promise<void>;
}

/** Makes the admin, for the bridge at `url`. */
export function startAdmin(url: string, token: string): Admin {
  const client = httpClient('Admin', `${url}/api/v1`, {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
  });

  async function all(path: string): Promise<readonly JsonObject[]> {
    const items: JsonObject[] = [];
    let cursor = '';
    do {
      const page = await client.call('GET', `${path}?limit=200${cursor}`, 200);
      items.push(...listOf(page, 'items'));
      cursor = typeof page.nextCursor === 'string' ? `&cursor=${encodeURIComponent(page.nextCursor)}` : '';
    } while (cursor !== '');
    return items;
  }

  return {
    people: async () => (await all('/users')).map(seenPerson),
    person: async (id) => seenPerson(await client.call('GET', `/users/${id}`, 200)),
    requests: async () => (await all('/requests')).map(seenRequest).reverse(),
    offboard: async (id, reason) => {
      await client.call('POST', `/users/${id}/offboard`, 200, { reason });
    },
  };
}

function seenPerson(person: JsonObject): SeenPerson {
  return {
    id: String(person.id),
    userName: String(person.userName),
    active: person.active !== false,
    state: String(person.state),
    lastError: textOrNull(person.lastError),
    concurId: textOrNull(person.concurId),
    isOverridden: person.override !== null,
  };
}

function seenRequest(request: JsonObject): SeenRequest {
  const { sentAt, completedAt, operations } = request;
  return {
    id: String(request.id),
    kind: String(request.kind),
    operations: Array.isArray(operations) ? operations.length : 0,
    state: String(request.state),
    duration:
      typeof sentAt === 'string' && typeof completedAt === 'string'
        ? Date.parse(completedAt) - Date.parse(sentAt)
        : null,
    correlationId: textOrNull(request.correlationId),
  };
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
