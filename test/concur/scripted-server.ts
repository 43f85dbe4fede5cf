import { randomUUID } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { createConcur } from '../../src/concur/concur.ts';
import type { ConnectionSettings } from '../../src/domain/connection.ts';
import type { Credential, CredentialStore } from '../../src/domain/credential.ts';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** What the server does with a request: an answer, or anything at all with the response. */
export type Reply =
  | { readonly status: number; readonly body?: unknown; readonly headers?: Record<string, string> }
  | ((response: ServerResponse) => void);

export const COMPANY = 'aa076ada-80a9-4f57-8e98-9300b1c3171d';
export const USER = 'ef0bffaf-863f-4b3e-9c4c-bd9c9a8b2ea7';
export const ERROR_EXTENSION = 'urn:ietf:params:scim:api:messages:concur:2.0:Error';

export const isToken = (request: Received) => request.path === '/oauth2/v0/token';

/** A token answer in SAP's form (`expires_in` is a string); `number` tells tokens apart. */
export const token = (number = 1, more: Record<string, unknown> = {}) => ({
  status: 200,
  body: {
    access_token: `access-${number}`,
    refresh_token: `refresh-${number}`,
    expires_in: '3600',
    token_type: 'Bearer',
    ...more,
  },
});

/** Starts a server that answers as `script` says and ends with the test. */
export async function scriptedServer(script: (request: Received, index: number) => Reply | Promise<Reply>) {
  const requests: Received[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const received = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      text: Buffer.concat(chunks).toString('utf8'),
    };
    requests.push(received);
    const reply = await script(received, requests.length - 1);
    if (typeof reply === 'function') return reply(response);
    response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers });
    return response.end(typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body ?? null));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, host: `127.0.0.1:${port}`, requests };
}

/** The ID token of a principal: a JWT whose signature nobody looks at. */
export const idToken = (type: string, sub: string = COMPANY) =>
  `e30.${Buffer.from(JSON.stringify({ 'concur.type': type, sub })).toString('base64url')}.`;

/** A credential of which nothing but its token is known. */
export const credential = (refreshToken: string | null, more: Partial<Credential> = {}): Credential => ({
  principal: refreshToken === null ? 'application' : 'company',
  refreshToken,
  geolocation: null,
  scopes: null,
  expiresAt: null,
  refreshedAt: null,
  ...more,
});

interface ClientOptions {
  timeout?: number;
  allowedHosts?: string[];
  writeApi?: ConnectionSettings['writeApi'];
  /** What is stored at the beginning. */
  held?: Credential;
}

/** A client of `url` with a store in memory and a clock that stands still until it is moved. */
export function client(url: string, options: ClientOptions = {}) {
  const stored: Credential[] = options.held === undefined ? [] : [options.held];
  const events: string[] = [];
  const logged: string[] = [];
  const time = { now: Date.parse('2026-01-01T00:00:00Z') };
  const credentials: CredentialStore = {
    read: async () => stored.at(-1) ?? null,
    async write(value, refreshed) {
      const last = stored.at(-1);
      if (refreshed !== undefined && last !== undefined && last.refreshToken !== refreshed.replacing)
        return false;
      events.push(`stored ${value.refreshToken}`);
      stored.push(value);
      return true;
    },
  };
  const note = (fields: object, message: string) => logged.push(JSON.stringify({ ...fields, message }));
  const settings: ConnectionSettings = {
    name: 'default',
    companyId: COMPANY,
    baseUrl: url,
    allowedHosts: options.allowedHosts ?? ['127.0.0.1'],
    writeApi: options.writeApi ?? 'auto',
    mapping: { companyId: COMPANY, defaults: {}, currencies: {} },
    polling: { interval: 5000 },
    batching: { operations: 100, bytes: 400_000 },
    delivery: 'on',
    verdictWindow: 0,
    deletion: 'deactivate',
    scopeExit: 'deactivate',
    deactivationGuard: null,
  };
  const concur = createConcur({
    settings,
    scopes: options.held?.scopes ?? null,
    secrets: { clientId: 'client', clientSecret: 'secret+&=', refreshToken: 'seed' },
    credentials,
    clock: () => time.now,
    newId: randomUUID,
    log: { info: note, warn: note, error: note },
    timeout: options.timeout ?? 5000,
  });
  onTestFinished(() => concur.close());
  return { concur, settings, stored, events, logged, time, credentials };
}

/** A create with nothing but a name. */
export const create = (userName = 'ada@example.com') => ({
  id: randomUUID(),
  method: 'POST' as const,
  personId: 'person-1',
  concurId: null,
  difference: { set: { userName, active: true }, remove: [] },
  base: {},
  initial: [],
  desired: { userName, active: true },
});

/** A 404 in the form of Concur's own services. */
export const NOT_FOUND = { schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'], status: '404' };
