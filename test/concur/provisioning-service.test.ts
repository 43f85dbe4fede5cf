import { describe, expect, it } from 'vitest';
import { CORE, SPEND } from '../../src/domain/extensions.ts';
import {
  client,
  create,
  ERROR_EXTENSION,
  isToken,
  NOT_FOUND,
  type Received,
  type Reply,
  scriptedServer,
  token,
  USER,
} from './scripted-server.ts';

const start = async (script: (request: Received) => Reply) => {
  const server = await scriptedServer((request) => (isToken(request) ? token() : script(request)));
  const calls = () => server.requests.filter((request) => !isToken(request));
  return { ...client(server.url), calls };
};
const update = {
  ...create(),
  method: 'PATCH' as const,
  concurId: USER,
  difference: { set: { active: false }, remove: [] },
};

describe('send', () => {
  it('creates with POST /Users and takes the id and the request that goes on', async () => {
    const { concur, calls } = await start(() => ({
      status: 201,
      body: { id: USER, meta: { provisionId: 'p1' } },
      headers: { 'concur-correlationid': 'from-concur' },
    }));
    expect(await concur.send(create())).toEqual({
      outcome: { kind: 'identity_confirmed', concurId: USER, provisionId: 'p1' },
      correlationId: 'from-concur',
      httpStatus: 201,
    });
    const [request] = calls();
    expect(`${request?.method} ${request?.path}`).toBe('POST /profile/v4/Users');
    expect(request?.headers['content-length']).toBe(String(Buffer.byteLength(request?.text ?? '')));
    expect(JSON.parse(request?.text ?? '')).toEqual({
      schemas: [CORE],
      userName: 'ada@example.com',
      active: true,
    });
  });

  it('changes with PATCH /Users/{id}', async () => {
    const { concur, calls } = await start(() => ({ status: 200, body: { id: USER, meta: null } }));
    expect((await concur.send(update)).outcome).toEqual({
      kind: 'identity_confirmed',
      concurId: USER,
      provisionId: null,
    });
    const [request] = calls();
    expect(`${request?.method} ${request?.path}`).toBe(`PATCH /profile/v4/Users/${USER}`);
    expect(JSON.parse(request?.text ?? '')).toEqual({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
      Operations: [{ op: 'replace', path: 'active', value: false }],
    });
  });

  it.each<[string, Reply]>([
    ['no id', { status: 201, body: { meta: {} } }],
    ['an empty id', { status: 201, body: { id: '' } }],
    ['an id that is none', { status: 201, body: { id: 'undefined' } }],
    ['another user', { status: 200, body: { id: '3df11695-e8bb-40ff-8e98-c85913ab2789' } }],
    ['half a body', { status: 201, body: '{"id":"ef0' }],
    ['a status that is not documented', { status: 204 }],
    ['a broken connection', (response) => response.socket?.destroy()],
  ])('does not know the outcome with %s', async (_name, reply) => {
    const { concur } = await start(() => reply);
    expect((await concur.send(update)).outcome).toMatchObject({ kind: 'unknown', after: null });
    const renaming = { ...update, difference: { set: { userName: 'eva@example.com' }, remove: [] } };
    expect((await concur.send(renaming)).outcome).toMatchObject({ kind: 'unknown', after: 60_000 });
  });

  it('does not know the outcome when Concur is silent', async () => {
    const server = await scriptedServer((request) => (isToken(request) ? token() : () => undefined));
    const { concur } = client(server.url, { timeout: 200 });
    expect(await concur.send(update)).toMatchObject({
      outcome: { kind: 'unknown', after: 300_000 },
      httpStatus: null,
    });
  });

  it('hands over a refusal', async () => {
    const message = {
      code: 'C',
      message: 'userName is already in use',
      schemaPath: 'userName',
      type: 'error',
    };
    const { concur } = await start(() => ({
      status: 400,
      body: { [ERROR_EXTENSION]: { messages: [message] } },
    }));
    expect((await concur.send(create())).outcome).toEqual({
      kind: 'refused',
      uniqueness: true,
      messages: [message],
    });
  });

  it('says that a user is missing', async () => {
    const { concur } = await start(() => ({ status: 404, body: NOT_FOUND }));
    expect((await concur.send(update)).outcome).toEqual({
      kind: 'missing',
      message: 'Concur does not know this user',
    });
  });

  it('logs neither secrets nor people', async () => {
    const { concur, logged } = await start(() => ({ status: 201, body: { id: USER } }));
    await concur.send(create());
    expect(logged.length).toBeGreaterThan(0);
    expect(logged.join()).not.toMatch(/seed|refresh-1|access-1|secret|ada@|127\.0\.0\.1/);
  });
});

describe('sendBulk', () => {
  it('sends one request and takes its id, whatever the counts say', async () => {
    const { concur, calls } = await start(() => ({
      status: 202,
      body: {
        id: 'p2',
        status: { completed: true, success: true },
        operationsCount: { total: 2, pending: 2 },
      },
    }));
    expect((await concur.sendBulk([create(), update])).outcome).toEqual({
      kind: 'accepted',
      provisionId: 'p2',
    });
    const [request] = calls();
    expect(`${request?.method} ${request?.path}`).toBe('POST /profile/v4/Bulk');
    expect(JSON.parse(request?.text ?? '')).not.toHaveProperty('failOnErrors');
  });

  it.each([{ status: 202, body: {} }, { status: 202 }, { status: 200, body: { id: 'p' } }])(
    'does not know the outcome of %j',
    async (reply) => {
      const { concur } = await start(() => reply);
      expect((await concur.sendBulk([update])).outcome).toMatchObject({ kind: 'unknown' });
    },
  );
});

describe('status', () => {
  const completed = { status: { completed: true, success: true } };
  const operation = (id: number, more: object = {}) => ({
    id: String(id),
    bulkId: `operation-${id}`,
    status: { completed: true, success: true },
    resource: { id: USER, type: 'User' },
    extensions: [],
    ...more,
  });
  /** A request of which Concur gives out at most `most` operations a page. */
  const paged =
    (operations: object[], most = 100, more: object = {}) =>
    (request: Received): Reply => {
      const query = new URL(`http://x${request.path}`).searchParams;
      const total = operations.length;
      const summary = {
        ...completed,
        ...more,
        operationsCount: { total, success: total, failed: 0, pending: 0 },
      };
      if (query.get('attributes') !== 'operations') return { status: 200, body: summary };
      const first = Number(query.get('startIndex')) - 1;
      const count = Math.min(most, Number(query.get('count')));
      return { status: 200, body: { ...summary, operations: operations.slice(first, first + count) } };
    };

  it('asks for the summary alone while Concur works', async () => {
    const { concur, calls } = await start(() => ({
      status: 200,
      body: { status: { completed: false, success: null } },
    }));
    expect((await concur.status('p1')).outcome).toEqual({ kind: 'status', completed: false, operations: [] });
    expect(calls().map(({ path }) => path)).toEqual(['/profile/v4/provisions/p1/status']);
  });

  it('reads every page of the operations when Concur is done', async () => {
    const operations = Array.from({ length: 5 }, (_, index) => operation(index));
    const { concur, calls } = await start(paged(operations, 2));
    const { outcome } = await concur.status('p1');
    expect(outcome.kind === 'status' && outcome.operations.map(({ operationId }) => operationId)).toEqual(
      operations.map(({ bulkId }) => bulkId),
    );
    expect(calls()).toHaveLength(4);
  });

  it('hands over what Concur says of each extension', async () => {
    const message = { code: 'INVALID_VALUE', message: 'Size', schemaPath: `${SPEND}:locale`, type: 'error' };
    const extensions = [
      { name: CORE, status: { completed: true, success: true, code: '200', result: 'no-op' } },
      {
        name: SPEND,
        status: { completed: true, success: false, code: '400', result: 'error' },
        messages: [message],
      },
      { name: 'urn:new', status: { completed: false }, messages: null },
    ];
    const one = operation(1, { status: { completed: true, success: false }, extensions });
    const { concur } = await start(paged([one]));
    expect((await concur.status('p1')).outcome).toEqual({
      kind: 'status',
      completed: true,
      operations: [
        {
          operationId: 'operation-1',
          concurId: USER,
          completed: true,
          success: false,
          extensions: [
            { extension: CORE, completed: true, success: true, result: 'no-op', code: '200', messages: [] },
            {
              extension: SPEND,
              completed: true,
              success: false,
              result: 'error',
              code: '400',
              messages: [message],
            },
            {
              extension: 'urn:new',
              completed: false,
              success: null,
              result: 'processing',
              code: null,
              messages: [],
            },
          ],
        },
      ],
    });
  });

  it('takes the messages of an operation that failed as a whole as a refusal of identity', async () => {
    const one = operation(1, {
      status: { completed: true, success: false, code: '400' },
      resource: null,
      error: { code: 'X', message: 'Unknown user' },
    });
    const { concur } = await start(paged([one]));
    expect((await concur.status('p1')).outcome).toMatchObject({
      operations: [
        {
          concurId: null,
          extensions: [
            {
              extension: CORE,
              success: false,
              result: 'error',
              code: '400',
              messages: [{ message: 'Unknown user' }],
            },
          ],
        },
      ],
    });
  });

  it.each([
    [[operation(1, { bulkId: 'gen-temp-bulk-id' })], {}],
    [[operation(1)], { meta: { provisionType: 'User' } }],
    [[operation(1, { bulkId: null })], {}],
  ])('names no operation of ours for an id that Concur made up: %#', async (operations, more) => {
    const { concur } = await start(paged(operations, 100, more));
    expect((await concur.status('p1')).outcome).toMatchObject({ operations: [{ operationId: null }] });
  });

  it('asks for the operations at once where they are wanted, completed or not', async () => {
    const open = { status: { completed: false, success: null } };
    const { concur, calls } = await start(paged([operation(1)], 100, open));
    const { outcome } = await concur.status('p1', 'operations');
    expect(outcome).toMatchObject({
      kind: 'status',
      completed: false,
      operations: [{ operationId: 'operation-1', concurId: USER }],
    });
    expect(calls()).toHaveLength(1);
  });

  it.each([
    ['the summary', { status: 200, body: {} }],
    [
      'the operations',
      { status: 200, body: { ...completed, operationsCount: { total: 1 }, operations: [{}] } },
    ],
    ['a page', { status: 200, body: { ...completed, operationsCount: { total: 3 }, operations: [] } }],
  ])('asks again later when %s is malformed', async (_name, reply) => {
    const { concur } = await start(() => reply);
    expect((await concur.status('p1')).outcome).toMatchObject({ kind: 'retry', why: 'transient' });
  });

  it('says that Concur has forgotten a request, and sends its id in one piece', async () => {
    const { concur, calls } = await start(() => ({ status: 404, body: NOT_FOUND }));
    expect((await concur.status('../p 1')).outcome).toMatchObject({ kind: 'missing' });
    expect(calls()[0]?.path).toBe('/profile/v4/provisions/..%2Fp%201/status');
  });
});
