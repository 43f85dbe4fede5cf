import request from 'supertest';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Bench, create, ENGINES, OKTA, openBench } from '../../store/engines.ts';
import { fakeApp } from '../fake-app.ts';
import { fakeConnection } from '../fake-connection.ts';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

describe.each(ENGINES)('searching on $name', (engine) => {
  let bench: Bench;
  let app: ReturnType<typeof fakeApp>['app'];

  beforeEach(async () => {
    bench = await openBench(engine);
    const { directory } = bench.connection;
    await create(
      bench.connection,
      { userName: 'ada', displayName: 'Ada', externalId: 'e1' },
      { userName: 'bob', [ENTERPRISE]: { department: 'Sales' } },
      { userName: 'cyd', displayName: 'Clerks' },
    );
    await directory.groups.accept(
      ['Clerks', 'Scribes', 'Sales'].map((displayName) => ({
        kind: 'create',
        actor: OKTA,
        resource: { displayName },
        members: [],
        unknownMembers: 'accept',
      })),
    );
    ({ app } = fakeApp({ connections: [Object.assign(fakeConnection(), { directory })] }));
  });
  afterEach(() => bench.close());

  async function search(path: string, body: object) {
    const { status, text } = await request(app)
      .post(`/scim/v2${path}`)
      .set('Authorization', 'Bearer secret-okta')
      .send(body);
    return { status, body: JSON.parse(text) };
  }

  /** The names of those found, in order. */
  async function found(body: object, path = '/.search') {
    const answer = await search(path, body);
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    const { Resources, totalResults, itemsPerPage } = answer.body;
    expect(itemsPerPage).toBe(Resources.length);
    const names = Resources.map(
      (one: { userName?: string; displayName?: string }) => one.userName ?? one.displayName,
    );
    return { names, totalResults };
  }

  const EVERYBODY = ['ada', 'bob', 'cyd', 'Clerks', 'Scribes', 'Sales'];

  test.each([
    [{}, EVERYBODY],
    [{ startIndex: 2, count: 3 }, EVERYBODY.slice(1, 4)],
    [{ startIndex: 4, count: 1 }, EVERYBODY.slice(3, 4)],
    [{ startIndex: 5 }, EVERYBODY.slice(4)],
    [{ startIndex: 7 }, []],
    [{ count: 0 }, []],
    [{ count: 3 }, EVERYBODY.slice(0, 3)],
  ])('the root answers %j with people and then groups', async (body, names) => {
    expect(await found(body)).toEqual({ names, totalResults: 6 });
  });

  test('pages of one make the whole', async () => {
    const pages = [];
    for (let startIndex = 1; startIndex <= 6; startIndex += 1) {
      pages.push(...(await found({ startIndex, count: 1 })).names);
    }
    expect(pages).toEqual(EVERYBODY);
  });

  test.each([
    ['displayName eq "Clerks"', ['cyd', 'Clerks']],
    ['userName eq "ada"', ['ada']],
    ['userName pr', ['ada', 'bob', 'cyd']],
    ['members pr', []],
    ['not (userName pr)', ['Clerks', 'Scribes', 'Sales']],
    ['userName eq "ada" or displayName eq "Scribes"', ['ada', 'Scribes']],
    ['userName eq "cyd" and displayName eq "Clerks"', ['cyd']],
    [`department eq "Sales" or displayName eq "sales"`, ['bob', 'Sales']],
    [`${ENTERPRISE}:department eq "Sales"`, ['bob']],
    ['urn:ietf:params:scim:schemas:core:2.0:Group:displayName eq "Clerks"', ['Clerks']],
    ['meta.resourceType eq "Group" and displayName sw "S"', ['Scribes', 'Sales']],
  ])('%s at the root finds %j', async (filter, names) => {
    expect(await found({ filter })).toEqual({ names, totalResults: names.length });
  });

  test('attributes are those of each type', async () => {
    const { body } = await search('/.search', {
      attributes: ['displayName', 'userName'],
      startIndex: 3,
      count: 2,
    });
    expect(body.Resources.map(Object.keys)).toEqual([
      ['schemas', 'id', 'userName', 'displayName'],
      ['schemas', 'id', 'displayName'],
    ]);
  });

  test.each([
    [{ filter: 'unheard eq "of"' }, 'invalidFilter'],
    [{ filter: 'userName eq' }, 'invalidFilter'],
    [{ filter: 7 }, 'invalidFilter'],
    [{ sortBy: 'displayName' }, 'invalidValue'],
    [{ cursor: '' }, 'invalidValue'],
    [{ count: '3' }, 'invalidValue'],
    [{ attributes: [7] }, 'invalidValue'],
    [{ attributes: ['id'], excludedAttributes: ['meta'] }, 'invalidValue'],
  ])('the root answers %j with %s', async (body, scimType) => {
    const answer = await search('/.search', body);
    expect([answer.status, answer.body.scimType]).toEqual([400, scimType]);
  });

  test('one type is searched with an order and a cursor, and finds its own alone', async () => {
    expect(await found({ sortBy: 'displayName' }, '/Groups/.search')).toEqual({
      names: ['Clerks', 'Sales', 'Scribes'],
      totalResults: 3,
    });
    const first = (await search('/Users/.search', { cursor: '', count: 2 })).body;
    expect(first).not.toHaveProperty('startIndex');
    const last = (await search('/Users/.search', { cursor: first.nextCursor, count: 2 })).body;
    expect([first, last].map(({ itemsPerPage }) => itemsPerPage)).toEqual([2, 1]);
    expect(last).not.toHaveProperty('nextCursor');
    expect(last.Resources[0].userName).toBe('cyd');
  });

  test.each(['/.search', '/Users/.search', '/Groups/.search'])('%s is for POST', async (path) => {
    const answer = await request(app).get(`/scim/v2${path}`).set('Authorization', 'Bearer secret-okta');
    expect([answer.status, answer.headers.allow]).toEqual([405, 'POST']);
  });

  test('there is no /Me', async () => {
    expect((await search('/Me', {})).status).toBe(501);
  });
});
