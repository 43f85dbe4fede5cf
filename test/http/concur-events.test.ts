import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import pino from 'pino';
import request from 'supertest';
import { beforeEach, describe, expect, test } from 'vitest';
import { createApp } from '../../src/http/app.ts';
import { isSigned, PUBLISHED_KEYS } from '../../src/http/concur-events/signature.ts';
import { listen } from '../../src/http/listen.ts';
import { fakeConnection } from './fake-connection.ts';

const newer = generateKeyPairSync('rsa', { modulusLength: 2048 });
const older = generateKeyPairSync('rsa', { modulusLength: 2048 });
const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 });
const PROVISION = 'fc48f42d-724e-46e5-a35a-552d7b70996a';

/** An event as SAP's page shows it. */
function event(facts: object = {}, more: object = {}): string {
  return JSON.stringify({
    id: '0e0cdd0f-29b4-4f4c-a5d8-0d5b5b9e5a11',
    correlationId: '1a93bd06-90ec-4b15-bbe4-8ba135d7864d',
    eventType: 'provisionCompleted',
    topic: 'public.concur.user.provisioning',
    timeStamp: '2020-11-16T18:08:51.309Z',
    facts: { originator: 'com.concur.provisioning', provisionId: PROVISION, success: true, ...facts },
    groups: null,
    scopes: null,
    data: '',
    ...more,
  });
}

function signed(body: string | Buffer, digest = 'sha256', key: KeyObject = newer.privateKey): string {
  return sign(digest, Buffer.from(body), key).toString('base64');
}

/** The app over two connections, with what each was told and what was logged. */
function bridge(keys: { readonly eventKeys?: readonly KeyObject[] }) {
  const told: string[] = [];
  const lines: string[] = [];
  const connections = ['default', 'berlin'].map((name) => ({
    ...fakeConnection(name),
    onProvisionCompleted: async (provisionId: string) => void told.push(`${name} ${provisionId}`),
  }));
  const options = {
    connections,
    adminToken: null,
    publicUrl: null,
    log: pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) }),
    newId: () => 'request',
    now: () => 0,
    ready: async () => true,
  };
  return { app: createApp({ ...options, ...keys }), told, lines };
}

function post(app: ReturnType<typeof createApp>, body: string, signature?: string, connection = 'default') {
  const sent = request(app).post(`/concur/events/${connection}`).set('Content-Type', 'application/json');
  return (signature === undefined ? sent : sent.set('Concur-Signature', signature)).send(body);
}

const eventKeys = [newer.publicKey, older.publicKey];
let { app, told, lines } = bridge({ eventKeys });
beforeEach(() => {
  ({ app, told, lines } = bridge({ eventKeys }));
});

describe('a completion event', () => {
  test.each([
    ['sha256', 'the newer key', newer],
    ['sha512', 'the newer key', newer],
    ['sha256', 'the older key', older],
    ['sha512', 'the older key', older],
  ])('signed with %s and %s is passed on to its connection alone', async (digest, _name, { privateKey }) => {
    const answer = await post(app, event(), signed(event(), digest, privateKey), 'berlin');
    expect(answer.status).toBe(200);
    expect(told).toEqual([`berlin ${PROVISION}`]);
  });

  test('is taken in any form of the same bytes: spaces, order and media type do not matter', async () => {
    const body = ` {"facts": {"provisionId": "${PROVISION}"},\r\n "eventType": "provisionCompleted"} `;
    const answer = await request(app)
      .post('/concur/events/default')
      .set('Content-Type', 'text/plain')
      .set('Concur-Signature', signed(body))
      .send(body);
    expect(answer.status).toBe(200);
    expect(told).toEqual([`default ${PROVISION}`]);
  });

  test('that cannot be written down is answered 500, which Concur retries', async () => {
    const failing = createApp({
      connections: [
        {
          ...fakeConnection(),
          onProvisionCompleted: () => Promise.reject(new Error('the disk is full')),
        },
      ],
      adminToken: null,
      publicUrl: null,
      eventKeys: [newer.publicKey],
      log: pino({ level: 'silent' }),
      newId: () => 'request',
      now: () => 0,
      ready: async () => true,
    });
    const answer = await post(failing, event(), signed(event()));
    expect(answer.status).toBe(500);
    expect(answer.text).not.toContain('disk');
  });
});

describe('nothing happens, and the answer is 403,', () => {
  const other = event({ success: false });
  test.each<[why: string, body: string, signature: string | undefined]>([
    ['without a signature', event(), undefined],
    ['with an empty signature', event(), ''],
    ['with a signature that is no base64', event(), '%%%'],
    ['with random bytes of the right length', event(), randomBytes(256).toString('base64')],
    ['with a key that is none of Concur', event(), signed(event(), 'sha256', stranger.privateKey)],
    ['with the signature of another body', event(), signed(other)],
    ['with a byte too many', `${event()} `, signed(event())],
    ['with another digest', event(), signed(event(), 'sha1')],
    ['with no body', '', signed(event())],
  ])('%s', async (_why, body, signature) => {
    const answer = await post(app, body, signature);
    expect(answer.status).toBe(403);
    expect(answer.body.error.code).toBe('forbidden');
    expect(told).toEqual([]);
  });

  test('with a test key where only the published keys count', async () => {
    const published = bridge({});
    expect((await post(published.app, event(), signed(event()))).status).toBe(403);
    expect(published.told).toEqual([]);
  });
});

describe('nothing happens, and the answer is 200,', () => {
  test.each<[what: string, body: string]>([
    ['another event type', event({}, { eventType: 'IdentityProfileUpdated' })],
    ['no facts', event({}, { facts: null })],
    ['no provisionId', event({ provisionId: undefined })],
    ['a provisionId that is no UUID', event({ provisionId: `${PROVISION}' or 1=1` })],
    ['a provisionId that is no string', event({ provisionId: [PROVISION] })],
    ['a list', `[${event()}]`],
    ['no JSON', 'provisionCompleted'],
  ])('for %s', async (_what, body) => {
    expect((await post(app, body, signed(body))).status).toBe(200);
    expect(told).toEqual([]);
  });
});

describe('the address', () => {
  test('knows its connections only', async () => {
    expect((await post(app, event(), signed(event()), 'unheard')).status).toBe(404);
    expect((await post(app, event(), signed(event()), '')).status).toBe(404);
    expect(told).toEqual([]);
  });

  test.each(['get', 'put', 'patch', 'delete'] as const)('refuses %s', async (method) => {
    const answer = await request(app)[method]('/concur/events/default');
    expect(answer.status).toBe(405);
    expect(answer.headers.allow).toBe('POST');
  });

  test('takes 64 KB, and no more', async () => {
    const sized = (bytes: number) => {
      const empty = event({}, { data: '' }).length;
      return event({}, { data: 'x'.repeat(bytes - empty) });
    };
    const most = sized(65_536);
    expect((await post(app, most, signed(most))).status).toBe(200);
    const more = sized(65_537);
    expect((await post(app, more, signed(more))).status).toBe(413);
    expect(told).toHaveLength(1);
  });

  test('does not unpack: the signature is of the bytes that were sent', async () => {
    const answer = await request(app)
      .post('/concur/events/default')
      .set('Content-Encoding', 'gzip')
      .set('Concur-Signature', signed(event()))
      .send(event());
    expect(answer.status).toBe(415);
    expect(told).toEqual([]);
  });

  test('tells who asks before sending the body to go on', async () => {
    const { server, close } = await listen(app, '127.0.0.1', 0);
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const headers = { expect: '100-continue', 'concur-signature': signed(event()) };
    try {
      const status = await new Promise<number | undefined>((resolve, reject) => {
        const sent = httpRequest(
          { port, host: '127.0.0.1', method: 'POST', path: '/concur/events/default', headers },
          (answer) => resolve(answer.resume().statusCode),
        );
        sent.on('error', reject).on('continue', () => sent.end(event()));
        sent.flushHeaders();
      });
      expect(status).toBe(200);
      expect(told).toEqual([`default ${PROVISION}`]);
    } finally {
      await close();
    }
  });

  test('logs the pattern of its route and nothing of header or body', async () => {
    const body = event({ originator: 'ada@example.com' });
    const signature = signed(body);
    await post(app, body, signature);
    await post(app, body, signature.toLowerCase());
    expect(lines).toHaveLength(2);
    for (const line of lines) {
      expect(JSON.parse(line).route).toBe('/concur/events/:connection');
      expect(line).not.toMatch(/ada@|provisionCompleted/);
      expect(line.toLowerCase()).not.toContain(signature.slice(0, 20).toLowerCase());
    }
  });
});

describe('the published keys', () => {
  test('are two RSA keys of 2048 bits, with which no other key passes', () => {
    expect(PUBLISHED_KEYS.map((key) => [key.type, key.asymmetricKeyType])).toEqual([
      ['public', 'rsa'],
      ['public', 'rsa'],
    ]);
    expect(PUBLISHED_KEYS.map((key) => key.asymmetricKeyDetails?.modulusLength)).toEqual([2048, 2048]);
    expect(isSigned(Buffer.from(event()), signed(event()), PUBLISHED_KEYS)).toBe(false);
  });
});
