import { describe, expect, it } from 'vitest';
import { CORE, ENTERPRISE, EXTENSIONS, SAP, SPEND, serviceOf, TRAVEL } from '../../src/domain/extensions.ts';
import {
  client,
  isToken,
  NOT_FOUND,
  type Received,
  type Reply,
  scriptedServer,
  token,
  USER,
} from './scripted-server.ts';

const start = async (script: (request: Received, index: number) => Reply, scope?: string) => {
  const server = await scriptedServer((request, index) =>
    isToken(request) ? token(1, scope === undefined ? {} : { scope }) : script(request, index - 1),
  );
  const calls = () => server.requests.filter((request) => !isToken(request));
  return { ...client(server.url), calls };
};
const user = (id: string, more: object = {}) => ({
  id,
  active: true,
  userName: `${id}@example.com`,
  ...more,
});
const page = (Resources: object[], nextCursor?: string) => ({ status: 200, body: { Resources, nextCursor } });
const keys = (userName: string, externalId: string | null = null, employeeNumber: string | null = null) => ({
  userName,
  externalId,
  employeeNumber,
});
const other = '3df11695-e8bb-40ff-8e98-c85913ab2789';

describe('delete', () => {
  it('deletes one user, and takes 404 for one who is not there', async () => {
    const { concur, calls } = await start((_, index) =>
      index === 0 ? { status: 204, body: '' } : { status: 404, body: NOT_FOUND },
    );
    expect((await concur.delete(USER)).outcome).toEqual({ kind: 'deleted' });
    const [request] = calls();
    expect([request?.method, request?.path, request?.text]).toEqual([
      'DELETE',
      `/profile/identity/v4.1/Users/${USER}`,
      '',
    ]);
    expect((await concur.delete(USER)).outcome.kind).toBe('missing');
  });

  it.each([
    [500, 'unknown'],
    [429, 'retry'],
    [403, 'retry'],
    [400, 'refused'],
  ])('an answer of %i is %s', async (status, kind) => {
    const { concur } = await start(() => ({ status, body: {} }));
    expect((await concur.delete(USER)).outcome.kind).toBe(kind);
  });
});

describe('find', () => {
  it('asks for every key at once, escaped, and answers what it found', async () => {
    const { concur, calls } = await start(() =>
      page([
        user(USER.toUpperCase(), { active: 'false', externalId: 'x', [ENTERPRISE]: { employeeNumber: '7' } }),
      ]),
    );
    const { outcome } = await concur.find([keys('a"b\\c@x.com', 'ext', '7'), keys('d@x.com')]);
    const [request] = calls();
    expect(`${request?.method} ${request?.path}`).toBe('POST /profile/identity/v4.1/Users/.search');
    expect(JSON.parse(request?.text ?? '')).toMatchObject({
      schemas: ['urn:ietf:params:scim:api:messages:concur:2.0:SearchRequest'],
      filter:
        'userName eq "a\\"b\\\\c@x.com" or externalId eq "ext" or ' +
        `${ENTERPRISE}:employeeNumber eq "7" or userName eq "d@x.com"`,
    });
    expect(outcome).toEqual({
      kind: 'found',
      candidates: [
        {
          concurId: USER,
          active: false,
          userName: `${USER.toUpperCase()}@example.com`,
          externalId: 'x',
          employeeNumber: '7',
        },
      ],
    });
  });

  it('follows cursors, and names nobody twice', async () => {
    const { concur, calls } = await start((_request, index) =>
      index === 0 ? page([user(USER)], 'next') : page([user(USER), user(other)]),
    );
    const { outcome } = await concur.find([keys('a@x.com')]);
    expect(outcome.kind === 'found' && outcome.candidates.map(({ concurId }) => concurId)).toEqual([
      USER,
      other,
    ]);
    expect(calls().map(({ text }) => JSON.parse(text).cursor)).toEqual([undefined, 'next']);
  });

  it('does not follow a cursor for ever', async () => {
    const { concur, calls } = await start(() => page([user(USER)], 'same'));
    expect((await concur.find([keys('a@x.com')])).outcome).toMatchObject({ kind: 'retry' });
    expect(calls()).toHaveLength(2);
  });

  it.each([
    { people: 1_000, searches: 1 },
    { people: 3_000, searches: 2 },
  ])('asks for $people people in $searches searches', async ({ people, searches }) => {
    const { concur, calls } = await start(() => page([]));
    const many = Array.from({ length: people }, (_, index) =>
      keys(`given.family-${index}@example.com`, `external-${index}`, `${index}`),
    );
    expect((await concur.find(many)).outcome).toEqual({ kind: 'found', candidates: [] });
    const filters = calls().map(({ text }) => JSON.parse(text).filter as string);
    expect(filters).toHaveLength(searches);
    expect(filters.every((filter) => filter.length <= 400_000)).toBe(true);
    expect(filters.join(' or ').split(' or ')).toHaveLength(3 * people);
  });

  it('asks nothing for nobody', async () => {
    const { concur, calls } = await start(() => page([]));
    expect((await concur.find([])).outcome).toEqual({ kind: 'found', candidates: [] });
    expect(calls()).toHaveLength(0);
  });

  it.each([
    { Resources: [{ active: true }] },
    { Resources: [{ id: 'no uuid', active: true }] },
    { Resources: [{ id: USER }] },
    { Resources: 'none' },
    null,
  ])('asks again later when the answer is malformed: %j', async (body) => {
    const { concur } = await start(() => ({ status: 200, body }));
    expect((await concur.find([keys('a@x.com')])).outcome).toMatchObject({ kind: 'retry', why: 'transient' });
  });

  it('fails when a later page fails', async () => {
    const { concur } = await start((_request, index) =>
      index === 0 ? page([user(USER)], 'next') : { status: 503 },
    );
    expect(await concur.find([keys('a@x.com')])).toMatchObject({
      outcome: { kind: 'retry', why: 'maintenance' },
      httpStatus: 503,
    });
  });
});

describe('read', () => {
  const identity = { status: 200, body: user(USER, { entitlements: ['Expense'] }) };
  const answers = (spend: Reply, travel: Reply) => (request: Received) => {
    if (request.path.startsWith('/profile/identity/')) return identity;
    return request.path.startsWith('/profile/spend/') ? spend : travel;
  };
  const spendExtensions = EXTENSIONS.filter((extension) => serviceOf(extension) === 'spend');

  it('reads every service named, with attributes that are answered only on request', async () => {
    const { concur, calls } = await start(
      answers(
        { status: 200, body: { id: USER, [SPEND]: { country: 'US' } } },
        { status: 200, body: { id: USER, [TRAVEL]: { orgUnit: 'A' } } },
      ),
    );
    const { outcome } = await concur.read(USER, ['identity', 'spend', 'travel']);
    expect(outcome).toEqual({
      kind: 'read',
      profile: {
        active: true,
        userName: `${USER}@example.com`,
        'entitlements[Expense]': true,
        [`${SPEND}:country`]: 'US',
        [`${TRAVEL}:orgUnit`]: 'A',
      },
      unreadable: [],
    });
    const first = calls().find(({ path }) => path.startsWith('/profile/identity/'));
    const attributes = new URL(`http://x${first?.path}`).searchParams.get('attributes')?.split(',');
    expect(attributes).toEqual(expect.arrayContaining(['entitlements', 'emails', `${ENTERPRISE}:manager`]));
    expect(
      calls()
        .map(({ path }) => path.split('?')[0])
        .sort(),
    ).toEqual([
      `/profile/identity/v4.1/Users/${USER}`,
      `/profile/spend/v4.1/Users/${USER}`,
      `/profile/travel/v4/Users/${USER}`,
    ]);
  });

  it('takes a 403 of spend or travel as unreadable, and a 404 as nothing there', async () => {
    const { concur } = await start(answers({ status: 403 }, { status: 404, body: NOT_FOUND }));
    const { outcome } = await concur.read(USER, ['spend', 'travel']);
    expect(outcome).toEqual({ kind: 'read', profile: {}, unreadable: spendExtensions });
  });

  it.each([
    [403, { kind: 'retry', why: 'token' }],
    [404, { kind: 'missing' }],
    [500, { kind: 'retry', why: 'transient' }],
  ])('fails with identity when it answers %i', async (status, expected) => {
    const { concur } = await start((request) =>
      request.path.startsWith('/profile/identity/') && status === 404
        ? { status, body: NOT_FOUND }
        : request.path.startsWith('/profile/identity/')
          ? { status }
          : { status: 404, body: NOT_FOUND },
    );
    expect((await concur.read(USER, ['spend', 'identity'])).outcome).toMatchObject(expected);
  });

  it.each([
    user(other),
    user('no uuid'),
    user(USER, { active: 'perhaps' }),
    user(USER, { emails: 'a@x.com' }),
    user(USER, { [ENTERPRISE]: [] }),
    'text',
  ])('believes no other user and no malformed one: %j', async (body) => {
    const { concur } = await start(() => ({ status: 200, body }));
    expect((await concur.read(USER, ['identity'])).outcome).toMatchObject({ kind: 'retry' });
  });

  it("names the parts that the token's scopes do not cover, and asks for nothing of SAP's without its scope", async () => {
    const scope = 'identity.user.ids.read identity.user.core.read identity.user.enterprise.read';
    const { concur, calls } = await start(() => identity, scope);
    const { outcome } = await concur.read(USER, ['identity']);
    expect(outcome).toMatchObject({ kind: 'read', unreadable: [CORE, SAP] });
    expect(calls()[0]?.path).not.toContain('sap');
  });
});
