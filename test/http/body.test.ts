import { Agent, request as httpRequest } from 'node:http';
import { gzipSync } from 'node:zlib';
import request from 'supertest';
import { describe, expect, test } from 'vitest';
import { listen } from '../../src/http/listen.ts';
import { fakeApp } from './fake-app.ts';
import { realApp } from './real-app.ts';

const { app } = fakeApp({});
const USER = JSON.stringify({ userName: 'ada@example.com' });
let people = 0;
const fresh = () => JSON.stringify({ userName: `person${++people}@example.com` });

function post(body: string | Buffer, type: string | null = 'application/scim+json') {
  const sent = request(app).post('/scim/v2/Users').set('Authorization', 'Bearer secret-okta');
  return (type === null ? sent : sent.set('Content-Type', type)).serialize((text) => text).send(body);
}

describe('the body of a request', () => {
  test.each([
    'application/scim+json',
    'application/json',
    'application/scim+json; charset=utf-8',
    'Application/JSON;charset="UTF-8"',
    'application/json; charset=utf8; profile=x',
  ])('is taken as %s', async (type) => {
    expect((await post(fresh(), type)).status).toBe(201);
  });

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/json-patch+json',
    'application/json; charset=utf-16',
    'application/json; charset=iso-8859-1',
    null,
  ])('is refused as %s', async (type) => {
    const answer = await post(Buffer.from(USER), type);
    expect(answer.status).toBe(415);
    expect(JSON.parse(answer.text).status).toBe('415');
  });

  test.each([
    ['', 'no body'],
    ['{"userName":', 'broken JSON'],
    ['[]', 'an array'],
    ['null', 'null'],
    ['"text"', 'a string'],
    [Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), 'no UTF-8'],
    [`{"x":${'['.repeat(70)}${']'.repeat(70)}}`, 'nested over 64'],
  ])('%j is invalidSyntax: %s', async (body, _what) => {
    const answer = await post(body);
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.text)).toMatchObject({ status: '400', scimType: 'invalidSyntax' });
  });

  test('the parser does not quote the body', async () => {
    expect((await post('{"password":"hunter2" oops')).text).not.toContain('hunter2');
  });

  test('is limited to 1 MB, unpacked', async () => {
    const large = JSON.stringify({ userName: 'x', displayName: 'x'.repeat(1024 * 1024) });
    expect((await post(large)).status).toBe(413);
    const packed = post(gzipSync(large)).set('Content-Encoding', 'gzip');
    expect((await packed).status).toBe(413);
    expect(JSON.parse((await post(large)).text).detail).toContain('1 MB');
  });

  test('of a group is limited to 4 MB: 10,000 members fit', async () => {
    const group = (count: number) => ({
      displayName: 'Everybody',
      members: Array.from({ length: count }, (_, index) => ({
        value: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
        $ref: `https://scim.example.com/scim/v2/Users/00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
        display: `somebody.with.a.long.name.${index}@subsidiary.example.com`,
        type: 'User',
      })),
    });
    const real = await realApp({ unknownMembers: 'accept' });
    const send = (body: object) =>
      request(real).post('/scim/v2/Groups').set('Authorization', 'Bearer secret-idp').send(body);
    expect((await send(group(10_000))).status).toBe(201);
    const refused = await send(group(20_000));
    expect(refused.status).toBe(413);
    expect(JSON.parse(refused.text).detail).toContain('4 MB');
  });

  test('may be packed', async () => {
    expect((await post(gzipSync(fresh())).set('Content-Encoding', 'gzip')).status).toBe(201);
    expect((await post(USER).set('Content-Encoding', 'gzip')).status).toBe(400);
    expect((await post(USER).set('Content-Encoding', 'unheard-of')).status).toBe(415);
  });

  test('a refused body leaves the connection usable', async () => {
    const { server, close } = await listen(app, '127.0.0.1', 0);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const sockets = new Set<number | undefined>();
    const send = (headers: Record<string, string>, body: string) =>
      new Promise<number>((resolve, reject) => {
        const sent = httpRequest(
          { port, host: '127.0.0.1', agent, method: 'POST', path: '/scim/v2/Users', headers },
          (answer) => {
            sockets.add(answer.socket.localPort);
            answer.resume().on('end', () => resolve(answer.statusCode ?? 0));
          },
        );
        sent.on('error', reject).end(body);
      });
    const good = { authorization: 'Bearer secret-okta', 'content-type': 'application/json' };
    try {
      expect(await send({ 'content-type': 'application/json' }, 'x'.repeat(300_000))).toBe(401);
      expect(await send({ 'content-type': 'application/json' }, 'x'.repeat(6_000_000))).toBe(401);
      expect(await send({ authorization: 'Bearer wrong', 'content-encoding': 'unheard-of' }, '{')).toBe(401);
      expect(await send({ ...good, 'content-type': 'text/plain' }, 'x'.repeat(300_000))).toBe(415);
      expect(await send(good, 'x'.repeat(1_200_000))).toBe(413);
      expect(await send(good, '{')).toBe(400);
      expect(await send(good, fresh())).toBe(201);
      expect(sockets.size).toBe(1);
    } finally {
      agent.destroy();
      await close();
    }
  });
});
