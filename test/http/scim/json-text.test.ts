import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { StoreUnavailable } from '../../../src/domain/store-unavailable.ts';
import { type Listening, listen } from '../../../src/http/listen.ts';
import type { Group, GroupRecord, Member } from '../../../src/scim/groups.ts';
import { fakeApp } from '../fake-app.ts';
import { fakeConnection } from '../fake-connection.ts';

type Parts = () => AsyncGenerator<readonly Member[]>;

const SOME: readonly Member[] = [
  { id: 'a', type: 'User', display: 'Ada' },
  { id: 'b', type: null, display: null },
];

/** About 200 KB as text. */
const MANY: readonly Member[] = Array.from({ length: 1_000 }, (_, index) => ({
  id: `${index}`.padStart(36, '0'),
  type: 'User',
  display: `Person ${index}`,
}));

async function* parts(...all: readonly (readonly Member[])[]) {
  yield* all;
}

function group(id: string): Group {
  return {
    connection: 'default',
    id,
    resource: { displayName: id },
    version: 3,
    created: 0,
    lastModified: 0,
  };
}

describe('groups whose members come in parts', () => {
  let listening: Listening;
  let lines: string[];
  let records: GroupRecord[];

  beforeEach(async () => {
    records = [];
    const connection = fakeConnection();
    const app = fakeApp({
      connections: [
        Object.assign(connection, {
          directory: {
            ...connection.directory,
            groups: {
              ...connection.directory.groups,
              get: async (id: string) => records.find((record) => record.group.id === id) ?? null,
              list: async () => ({ total: 7, items: records, nextCursor: null }),
            },
          },
        }),
      ],
      publicUrl: 'https://x',
    });
    lines = app.lines;
    listening = await listen(app.app, '127.0.0.1', 0);
  });
  afterEach(() => listening.close());

  const add = (id: string, members: Parts) => records.push({ group: group(id), members: members() });

  async function ask(
    path: string,
    method = 'GET',
    headers: Record<string, string> = {},
  ): Promise<IncomingMessage> {
    const { port } = listening.server.address() as AddressInfo;
    const authorization = 'Bearer secret-okta';
    const sent = request({
      port,
      host: '127.0.0.1',
      method,
      path: `/scim/v2${path}`,
      headers: { ...headers, authorization },
    });
    sent.end();
    const [answer] = await once(sent, 'response');
    return answer;
  }

  async function textOf(answer: IncomingMessage): Promise<string> {
    let text = '';
    for await (const piece of answer.setEncoding('utf8')) text += piece;
    return text;
  }

  const logged = () =>
    vi.waitFor(() => {
      const line = lines.at(-1);
      expect(line).toBeDefined();
      return JSON.parse(line ?? '');
    });

  test('are written one after the other, beside those that were read at once', async () => {
    add('one', () => parts(SOME, [], SOME.slice(1)));
    records.push({ group: group('two'), members: SOME });
    add('three', () => parts());
    const answer = await ask('/Groups');
    expect(answer.statusCode).toBe(200);
    expect(answer.headers).toMatchObject({ 'content-type': 'application/scim+json; charset=utf-8' });
    expect(answer.headers.etag).toBeUndefined();
    const body = JSON.parse(await textOf(answer));
    const ada = { value: 'a', type: 'User', $ref: 'https://x/scim/v2/Users/a', display: 'Ada' };
    expect(body).toMatchObject({ totalResults: 7, startIndex: 1, itemsPerPage: 3 });
    expect(body.Resources).toMatchObject([
      { id: 'one', displayName: 'one', members: [ada, { value: 'b' }, { value: 'b' }] },
      { id: 'two', members: [ada, { value: 'b' }] },
      { id: 'three', meta: { version: 'W/"3"' } },
    ]);
    expect(body.Resources[2]).not.toHaveProperty('members');
  });

  test('are shown as asked for, in the media type that is asked for', async () => {
    add('one', () => parts(SOME));
    const answer = await ask('/Groups/one?attributes=members.value', 'GET', { accept: 'application/json' });
    expect(answer.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      etag: 'W/"3"',
    });
    const { schemas, ...rest } = JSON.parse(await textOf(answer));
    expect(rest).toEqual({ id: 'one', members: [{ value: 'a' }, { value: 'b' }] });
  });

  test.each([
    ['HEAD', {}, 200],
    ['GET', { 'if-none-match': 'W/"3"' }, 304],
  ])('are not read for a %s with %o', async (method, headers, status) => {
    let isRead = false;
    add('one', async function* () {
      isRead = true;
      yield SOME;
    });
    const answer = await ask('/Groups/one', method, headers);
    expect([answer.statusCode, answer.headers.etag, await textOf(answer), isRead]).toEqual([
      status,
      'W/"3"',
      '',
      false,
    ]);
  });

  test('that cannot be read are an error, as long as nothing was written', async () => {
    add('one', async function* () {
      yield SOME;
      throw new StoreUnavailable('SCAN_QUEUE_FULL', undefined);
    });
    const answer = await ask('/Groups');
    expect(answer.statusCode).toBe(503);
    expect(JSON.parse(await textOf(answer))).toMatchObject({ status: '503' });
  });

  test('that cannot be read any further end the connection', async () => {
    add('one', async function* () {
      yield MANY;
      throw new Error('secret');
    });
    const answer = await ask('/Groups');
    expect(answer.statusCode).toBe(200);
    await expect(textOf(answer)).rejects.toThrow('aborted');
    expect(await logged()).toMatchObject({
      level: 50,
      aborted: true,
      err: { type: 'Error', message: 'secret' },
    });
  });

  test('wait for a client that reads slowly, and are not read when it goes', async () => {
    let read = 0;
    let isOver = false;
    add('one', async function* () {
      try {
        for (; read < 2_000; read++) yield MANY;
      } finally {
        isOver = true;
      }
    });
    const answer = await ask('/Groups');
    // What the sockets take in on both sides; then nothing more is read.
    let before = -1;
    await vi.waitFor(
      () => {
        const still = read === before;
        before = read;
        expect(still).toBe(true);
      },
      { interval: 100, timeout: 5_000 },
    );
    expect(read).toBeLessThan(500);
    answer.destroy();
    await vi.waitFor(() => expect(isOver).toBe(true));
    expect(read).toBeLessThan(500);
    expect(await logged()).toMatchObject({ level: 30, aborted: true });
    expect(await logged()).not.toHaveProperty('err');
  });
});
