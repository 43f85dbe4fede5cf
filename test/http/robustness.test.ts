import { Agent, type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { isJsonObject, type JsonObject } from '../../src/domain/json.ts';
import { listen } from '../../src/http/listen.ts';
import { fakeApp } from './fake-app.ts';
import { anywhere, mutated, NAME, type Question, rightOnes } from './odd-requests.ts';
import { realApp } from './real-app.ts';

/** How long an answer may take, in ms. */
const PATIENCE = 2_000;

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

/** A server for the app, and how to ask it on connections that are kept. */
async function serve(app: Parameters<typeof listen>[0], token: string) {
  const { server, close } = await listen(app, '127.0.0.1', 0);
  const agent = new Agent({ keepAlive: true, maxSockets: 2 });
  onTestFinished(async () => {
    agent.destroy();
    await close();
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' };

  const ask = (question: Question) =>
    new Promise<Answer>((resolve, reject) => {
      const { method, path, body } = question;
      const all = { ...headers, ...question.headers };
      const sent = request({ host: '127.0.0.1', port, agent, method, path, headers: all }, (incoming) => {
        read(incoming).then(resolve, reject);
      });
      sent.setTimeout(PATIENCE, () => sent.destroy(new Error(`No answer within ${PATIENCE} ms`)));
      sent.on('error', reject).end(body);
    });

  const create = async (userName: string): Promise<string> => {
    const body = JSON.stringify({ userName });
    const { text } = await ask({ method: 'POST', path: '/scim/v2/Users', headers: {}, body });
    const created: unknown = JSON.parse(text);
    return isJsonObject(created) ? String(created.id) : '';
  };
  return { port, ask, create };
}

async function read(incoming: IncomingMessage): Promise<Answer> {
  const parts: Buffer[] = [];
  for await (const part of incoming) parts.push(part);
  const text = Buffer.concat(parts).toString('utf8');
  return { status: incoming.statusCode ?? 0, type: incoming.headers['content-type'] ?? '', text };
}

/** What holds for every answer, whatever was asked. */
function check({ method }: Question, { status, type, text }: Answer): void {
  if (status !== 501) expect(status).toBeLessThan(500);
  expect(status).toBeGreaterThanOrEqual(200);
  if (method === 'HEAD' || status === 204 || status === 304) {
    expect(text).toBe('');
    return;
  }
  expect(type).toMatch(/^application\/(scim\+)?json/);
  const body: unknown = JSON.parse(text);
  expect(isJsonObject(body)).toBe(true);
  // The operations of a Bulk have a status each.
  expect(text).not.toMatch(/"status":"5(?!01)/);
  // Nothing of the inside is told.
  if (status >= 400) expect(text).not.toMatch(/node_modules|\.ts:\d|SQLITE|TypeError/);
}

test('bodies that are not right are answered, and nothing breaks', { timeout: 30_000 }, async () => {
  const { ask, create } = await serve(await realApp({ unknownMembers: 'refuse' }), 'secret-idp');
  const person = await create('first@example.com');
  const made = await ask({
    method: 'POST',
    path: '/scim/v2/Groups',
    headers: {},
    body: '{"displayName":"G"}',
  });
  const group = String(JSON.parse(made.text).id ?? 'none');
  const questions: fc.Arbitrary<Question> = fc
    .tuple(fc.constantFrom(...rightOnes(person, group)), fc.nat())
    .chain(([[method, path, body], number]) => {
      const named: JsonObject = JSON.parse(JSON.stringify(body).replaceAll(NAME, `ada${number}@example.com`));
      return mutated(named).map((text) => ({ method, path, headers: {}, body: text }));
    });
  await fc.assert(
    fc.asyncProperty(questions, async (question) => {
      check(question, await ask(question));
    }),
    { numRuns: 700 },
  );
  expect(({} as { active?: unknown }).active).toBeUndefined();
  expect((await ask({ method: 'GET', path: `/scim/v2/Users/${person}`, headers: {} })).status).toBe(200);
});

test('bytes that are no JSON are answered, packed or not', { timeout: 30_000 }, async () => {
  const { ask, create } = await serve(await realApp({ unknownMembers: 'refuse' }), 'secret-idp');
  const person = await create('first@example.com');
  const questions: fc.Arbitrary<Question> = fc
    .record({
      method: fc.constantFrom('POST', 'PUT', 'PATCH', 'DELETE', 'GET'),
      path: fc.constantFrom(
        '/scim/v2/Users',
        `/scim/v2/Users/${person}x`,
        '/scim/v2/Bulk',
        '/scim/v2/.search',
      ),
      type: fc.constantFrom(
        'application/scim+json',
        'application/json; charset=utf-8',
        'text/html',
        '',
        ';;=',
      ),
      encoding: fc.constantFrom('identity', 'gzip', 'deflate', 'br', 'zstd', 'gzip, gzip', 'x'),
      bytes: fc.uint8Array({ maxLength: 300 }),
    })
    .map(({ method, path, type, encoding, bytes }) => ({
      method,
      path,
      headers: { 'content-type': type, 'content-encoding': encoding, 'content-length': String(bytes.length) },
      body: Buffer.from(bytes),
    }));
  await fc.assert(
    fc.asyncProperty(questions, async (question) => {
      check(question, await ask(question));
    }),
    { numRuns: 300 },
  );
  expect((await ask({ method: 'GET', path: `/scim/v2/Users/${person}`, headers: {} })).status).toBe(200);
});

test('addresses, queries and headers of any kind are answered', { timeout: 30_000 }, async () => {
  const { ask, create } = await serve(await realApp({ unknownMembers: 'refuse' }), 'secret-idp');
  const person = await create('first@example.com');
  const users = '/scim/v2/Users';
  const questions = anywhere(
    '/',
    '/scim',
    '/scim/v2',
    users,
    users,
    users,
    '/scim/v2/Groups',
    '/scim/x/v2/Users',
  );
  await fc.assert(
    fc.asyncProperty(questions, async (question) => {
      check(question, await ask(question));
    }),
    { numRuns: 700 },
  );
  expect((await ask({ method: 'GET', path: `${users}/${person}`, headers: {} })).status).toBe(200);
});

test('the admin API and the other addresses are no weaker', { timeout: 30_000 }, async () => {
  const { ask } = await serve(fakeApp({ adminToken: 'secret-admin' }).app, 'secret-admin');
  const api = '/api/v1';
  const lists = ['users', 'requests', 'changes', 'summary', 'holds'].map((name) => `${api}/${name}`);
  const questions = anywhere(api, ...lists, ...lists, '/concur/events', '/healthz');
  await fc.assert(
    fc.asyncProperty(questions, async (question) => {
      check(question, await ask(question));
    }),
    { numRuns: 300 },
  );
  for (const path of [...lists, '/healthz']) {
    expect((await ask({ method: 'GET', path, headers: {} })).status, path).toBe(200);
  }
});

/** What a connection hears that says these bytes and then nothing more, up to its end or to a whole answer. */
function say(port: number, bytes: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' });
    let heard = '';
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error(`Not ended within ${PATIENCE} ms`));
    }, PATIENCE);
    socket.on('data', (part) => {
      heard += part.toString('latin1');
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(heard);
    });
    // The client has no more to say: who waits for the rest of a request is told so.
    socket.end(bytes);
  });
}

test('bytes that are no HTTP end their connection, and no other', { timeout: 30_000 }, async () => {
  const { port, ask } = await serve(await realApp({ unknownMembers: 'refuse' }), 'secret-idp');
  const start = 'POST /scim/v2/Users HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer secret-idp\r\n';
  const type = 'Content-Type: application/json\r\n';
  const spoken = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    fc.tuple(fc.nat(start.length - 1), fc.nat(255)).map(([at, byte]) => {
      const bytes = Buffer.from(`${start}${type}Content-Length: 2\r\n\r\n{}`);
      bytes[at] = byte;
      return bytes;
    }),
    fc
      .constantFrom(
        `${start}${type}Content-Length: 100\r\n\r\n{`,
        `${start}${type}Content-Length: -1\r\n\r\n{}`,
        `${start}${type}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`,
        `${start}${type}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}`,
        `${start}${type}Transfer-Encoding: chunked\r\n\r\nZZ\r\n{}\r\n0\r\n\r\n`,
        `${start}${type}Transfer-Encoding: chunked\r\n\r\n2\r\n{}`,
        `${start}${type}Expect: 200-maybe\r\nContent-Length: 2\r\n\r\n{}`,
        `${start}Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n`,
        `${start}X: ${'x'.repeat(100_000)}\r\n\r\n`,
        'GET /scim/v2/Users HTTP/1.1\r\n\r\n',
        'GET http://other.example/scim/v2/Users HTTP/1.1\r\nHost: x\r\n\r\n',
        'CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n',
        'OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n',
        'GET /healthz HTTP/9.9\r\nHost: x\r\n\r\n',
      )
      .map((text) => Buffer.from(text, 'latin1')),
  );
  await fc.assert(
    fc.asyncProperty(spoken, async (bytes) => {
      const heard = await say(port, bytes);
      const statuses = [...heard.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].map(([, status]) => Number(status));
      for (const status of statuses) if (status !== 501) expect(status).toBeLessThan(500);
    }),
    { numRuns: 200 },
  );
  expect((await ask({ method: 'GET', path: '/scim/v2/Users', headers: {} })).status).toBe(200);
});
