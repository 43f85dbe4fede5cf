import { setTimeout as wait } from 'node:timers/promises';
import { ENTERPRISE } from '../../src/domain/extensions.ts';
import { isJsonObject, type JsonObject } from '../../src/domain/json.ts';
import type { Bridge } from './bridge.ts';
import type { GroupName } from './people.ts';

/** What was answered otherwise than a client of the bridge may expect. */
export class Unexpected extends Error {}

/** A client that writes until it is told that its write is accepted, as identity providers do. */
export interface ScimClient {
  create(key: string, resource: JsonObject): Promise<void>;
  patch(key: string, operations: readonly JsonObject[]): Promise<void>;
  /** Sends back all that the bridge shows of the person, with these changes. */
  put(key: string, changes: JsonObject): Promise<void>;
  remove(key: string): Promise<void>;
  createGroup(name: GroupName): Promise<void>;
  patchGroup(name: GroupName, operationFor: (id: string) => JsonObject, key: string): Promise<void>;
}

/** The ids that the bridge gave, by the key of a person or the name of a group; all clients share them. */
export type Ids = Map<string, string>;

const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

/** How long a client rests that was asked to come back later, or got no answer from a bridge that runs, in ms. */
const REST = 50;

/** How often a write is repeated at most. */
const MOST_TRIES = 200;

/** Makes a client of one token. Every method fails with `Unexpected` for an answer that is no acceptance. */
export function createScimClient(bridge: Bridge, token: string, ids: Ids): ScimClient {
  /** Repeats a request until it is answered; `again`: an earlier one may have been carried out. */
  async function call(method: string, path: string, body?: JsonObject) {
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const answer = await send(method, path, body);
      if (answer !== null) return { ...answer, again: tries > 0 };
      await bridge.running();
      await wait(REST);
    }
    throw new Unexpected(`${method} ${path} was never answered`);
  }

  async function send(method: string, path: string, body: JsonObject | undefined) {
    try {
      const answer = await fetch(`${bridge.url}/scim/v2${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      if (answer.status === 503 || answer.status === 429) return null;
      const parsed: unknown = text === '' ? {} : JSON.parse(text);
      return { status: answer.status, body: isJsonObject(parsed) ? parsed : {} };
    } catch {
      // The bridge was killed before all of its answer was there.
      return null;
    }
  }

  async function accepted(method: string, path: string, body?: JsonObject): Promise<JsonObject> {
    const answer = await call(method, path, body);
    if (answer.status >= 200 && answer.status < 300) return answer.body;
    throw unexpected(method, path, answer);
  }

  async function made(path: string, body: JsonObject, filter: string): Promise<string> {
    const answer = await call('POST', path, body);
    if (answer.status === 201) return String(answer.body.id);
    // Made by an earlier attempt whose answer was lost.
    if (answer.status !== 409 || !answer.again) throw unexpected('POST', path, answer);
    const { Resources: found } = await accepted('GET', `${path}?filter=${encodeURIComponent(filter)}`);
    const [one] = Array.isArray(found) ? found : [];
    if (!isJsonObject(one)) throw new Unexpected(`${filter} is taken, and nobody is found`);
    return String(one.id);
  }

  const pathOf = (key: string): string => {
    const id = ids.get(key);
    if (id === undefined) throw new Error(`Nothing was created yet for ${key}`);
    return id;
  };

  return {
    async create(key, resource) {
      ids.set(key, await made('/Users', resource, `userName eq "${resource.userName}"`));
    },
    async patch(key, operations) {
      const body = { schemas: [PATCH_OP], Operations: [...operations] };
      await accepted('PATCH', `/Users/${pathOf(key)}`, body);
    },
    async put(key, changes) {
      const shown = await accepted('GET', `/Users/${pathOf(key)}`);
      await accepted('PUT', `/Users/${pathOf(key)}`, merged(shown, changes));
    },
    async remove(key) {
      const answer = await call('DELETE', `/Users/${pathOf(key)}`);
      const isGone = answer.status === 204 || (answer.again && answer.status === 404);
      if (!isGone) throw unexpected('DELETE', '/Users', answer);
      ids.delete(key);
    },
    async createGroup(name) {
      const schemas = ['urn:ietf:params:scim:schemas:core:2.0:Group'];
      ids.set(name, await made('/Groups', { schemas, displayName: name }, `displayName eq "${name}"`));
    },
    async patchGroup(name, operationFor, key) {
      const body = { schemas: [PATCH_OP], Operations: [operationFor(pathOf(key))] };
      await accepted('PATCH', `/Groups/${pathOf(name)}`, body);
    },
  };
}

function merged(shown: JsonObject, changes: JsonObject): JsonObject {
  const { [ENTERPRISE]: enterprise, name, ...others } = changes;
  return {
    ...shown,
    ...others,
    ...(isJsonObject(name) ? { name: { ...nested(shown.name), ...name } } : {}),
    ...(isJsonObject(enterprise) ? { [ENTERPRISE]: { ...nested(shown[ENTERPRISE]), ...enterprise } } : {}),
  };
}

function nested(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {};
}

function unexpected(method: string, path: string, answer: { status: number; body: JsonObject }): Unexpected {
  return new Unexpected(`${method} ${path} was answered ${answer.status}: ${String(answer.body.detail)}`);
}
