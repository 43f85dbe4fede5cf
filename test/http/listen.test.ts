import { Agent, request, type Server } from 'node:http';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { listen } from '../../src/http/listen.ts';
import { fakeApp } from './fake-app.ts';

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** A connection that says `text`; what it hears, up to its end. */
async function say(port: number, text: string) {
  const socket = connect({ port, host: '127.0.0.1' });
  let heard = '';
  const ended = new Promise<string>((resolve) => {
    socket.on('close', () => resolve(heard)).on('error', () => resolve(heard));
  });
  const listeners: (() => void)[] = [];
  socket.setEncoding('utf8').on('data', (data: string) => {
    heard += data;
    for (const check of listeners) check();
  });
  await new Promise((resolve) => socket.once('connect', resolve));
  socket.write(text);
  const hears = (wanted: RegExp) =>
    new Promise<string>((resolve) => {
      const check = () => wanted.test(heard) && resolve(heard);
      listeners.push(check);
      check();
    });
  return { socket, ended, hears };
}

test('closing lets the open request end, and does not wait for kept-alive connections', async () => {
  const open = Promise.withResolvers<() => void>();
  const { server, close } = await listen((_req, res) => open.resolve(() => res.end('done')), '127.0.0.1', 0);
  const agent = new Agent({ keepAlive: true });
  const answer = new Promise<string>((resolve, reject) => {
    const sent = request({ port: portOf(server), host: '127.0.0.1', agent }, (incoming) => {
      incoming.setEncoding('utf8').once('data', resolve);
    });
    sent.on('error', reject).end();
  });
  const finish = await open.promise;
  const closed = close();
  expect(server.listening).toBe(false);
  finish();
  expect(await answer).toBe('done');
  await closed;
  agent.destroy();
});

test.each([
  ['says nothing', ''],
  ['stops in the header', 'POST / HTTP/1.1\r\nHost: x\r\n'],
  ['stops in the body', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{'],
  ['stops in its second request', 'GET /first HTTP/1.1\r\nHost: x\r\n\r\nGET /second HT'],
])('closing does not wait for a client that %s', async (_, text) => {
  const { server, close } = await listen(
    (req, res) => {
      if (req.url === '/first') res.end('first');
    },
    '127.0.0.1',
    0,
  );
  const accepted = new Promise((resolve) => server.once('connection', resolve));
  const arrived = new Promise((resolve) => server.once('request', resolve));
  const { ended, hears } = await say(portOf(server), text);
  await accepted;
  if (text.includes('\r\n\r\n')) await arrived;
  if (text.includes('/first')) await hears(/first/);
  const started = performance.now();
  await close();
  expect(performance.now() - started).toBeLessThan(2_000);
  await ended;
});

test('connections are kept longer than load balancers keep theirs', async () => {
  const { server, close } = await listen((_req, res) => res.end(), '127.0.0.1', 0);
  expect(server.keepAliveTimeout).toBeGreaterThan(60_000);
  expect(server.headersTimeout).toBeGreaterThan(server.keepAliveTimeout);
  await close();
});

test('100 Continue comes after authentication and the check of the size', async () => {
  const { server, close } = await listen(fakeApp({}).app, '127.0.0.1', 0);
  const body = '{"userName":"ada@example.com"}';
  const post = (length: number, token: string) =>
    say(
      portOf(server),
      `POST /scim/v2/Users HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nExpect: 100-continue\r\n` +
        `Content-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`,
    );
  const stranger = await post(body.length, 'wrong');
  expect(await stranger.ended).toMatch(/^HTTP\/1.1 401 .*Connection: close/s);
  const large = await post(2_000_000, 'secret-okta');
  expect(await large.ended).toMatch(/^HTTP\/1.1 413 /);
  const client = await post(body.length, 'secret-okta');
  expect(await client.hears(/\r\n\r\n/)).toBe('HTTP/1.1 100 Continue\r\n\r\n');
  client.socket.write(body);
  const answer = await client.hears(/"userName"/);
  expect(answer).toContain('HTTP/1.1 201 ');
  expect(answer).not.toContain('Connection: close');
  client.socket.destroy();
  await close();
});

test.each([
  [400, 'no HTTP\r\n\r\n'],
  [400, 'GET / HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n'],
  [400, 'GET /scim/v2/Users HTTP/1.1\r\n\r\n'],
  [417, 'GET /scim/v2/Users HTTP/1.1\r\nHost: x\r\nExpect: foo\r\n\r\n'],
  [501, 'CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n'],
  [431, `GET /scim/v2/Users?filter=${'x'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`],
])('a request that cannot be read is told %i in JSON', async (status, text) => {
  const { server, close } = await listen(fakeApp({}).app, '127.0.0.1', 0);
  const [head = '', body = ''] = (await (await say(portOf(server), text)).ended).split('\r\n\r\n');
  expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(head).toContain('Content-Type: application/scim+json; charset=utf-8');
  expect(head).toContain('Connection: close');
  expect(JSON.parse(body)).toMatchObject({
    schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
    status: String(status),
  });
  await close();
});

test.each(['HEAD', 'GET'])(
  'a %s of an address that is too long is answered as clients read it',
  async (method) => {
    const { server, close } = await listen(fakeApp({}).app, '127.0.0.1', 0);
    const path = `/scim/v2/Users?filter=${'x'.repeat(20_000)}`;
    const options = { port: portOf(server), host: '127.0.0.1', method, path };
    const answer = await new Promise<[number | undefined, string]>((resolve, reject) => {
      const sent = request(options, (incoming) => {
        let text = '';
        incoming.setEncoding('utf8').on('data', (data: string) => {
          text += data;
        });
        incoming.on('end', () => resolve([incoming.statusCode, text])).on('error', reject);
      });
      sent.on('error', reject).end();
    });
    expect(answer).toEqual([431, method === 'HEAD' ? '' : expect.stringContaining('"status":"431"')]);
    await close();
  },
);

test('a request that cannot be read does not get into the answer of the one before it', async () => {
  const { server, close } = await listen((_req, res) => void res.write('begun'), '127.0.0.1', 0);
  const { socket, hears, ended } = await say(portOf(server), 'GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  await hears(/begun/);
  socket.write('no HTTP\r\n\r\n');
  expect(await ended).not.toContain('400');
  await close();
});

test('an address that is taken is an error', async () => {
  const { server, close } = await listen((_req, res) => res.end(), '127.0.0.1', 0);
  await expect(listen((_req, res) => res.end(), '127.0.0.1', portOf(server))).rejects.toMatchObject({
    code: 'EADDRINUSE',
  });
  await close();
});
