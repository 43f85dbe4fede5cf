import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Attributes } from '../../src/simulator/attributes.ts';
import { CORE, ENTERPRISE, SAP, SPEND_USER } from '../../src/simulator/schemas.ts';
import { type Caller, patch, person, SPEND, startCaller } from './caller.ts';

const ERROR = 'urn:ietf:params:scim:api:messages:concur:2.0:Error';
const BASE = '/profile/identity/v4.1';

describe('a user is refused with', () => {
  let concur: Caller;
  beforeAll(async () => {
    concur = await startCaller();
  });
  afterAll(() => concur.simulator.close());

  const mobile = (primary: boolean): Attributes => ({ type: 'mobile', value: '1', primary });
  const email = (type: string): Attributes => ({ value: 'a@company.example', type });
  const core: [string, Attributes, string][] = [
    ['no userName', { userName: null }, 'userName'],
    ['a userName that is not user@domain', { userName: 'ada' }, 'userName'],
    ...[...'%[#!*&()~\'{^}\\/?><,;:+=]"|'].map((character): [string, Attributes, string] => [
      `${character} in the userName`,
      { userName: `a${character}b@company.example` },
      'userName',
    ]),
    ['a userName of another Concur company', { userName: 'Taken@Elsewhere.example' }, 'userName'],
    ['active as text', { active: 'true' }, 'active'],
    ['no active', { active: null }, 'active'],
    ['no name', { name: null }, 'name'],
    ['no family name', { name: { givenName: 'Ada' } }, 'name.familyName'],
    [
      'a given name of 33 characters',
      { name: { givenName: 'x'.repeat(33), familyName: 'y' } },
      'name.givenName',
    ],
    ['no e-mail', { emails: [] }, 'emails'],
    ['emails that are no list', { emails: email('work') }, 'emails'],
    ['two e-mails of a type', { emails: [email('work'), email('work')] }, 'emails.type'],
    ['an e-mail of an unknown type', { emails: [email('private')] }, 'emails.type'],
    ['an e-mail without a type', { emails: [{ value: 'a@company.example' }] }, 'emails.type'],
    ['an e-mail that is none', { emails: [{ value: 'ada', type: 'work' }] }, 'emails.value'],
    ['an unknown phone type', { phoneNumbers: [{ type: 'car', value: '1' }] }, 'phoneNumbers.type'],
    [
      'two work phones',
      {
        phoneNumbers: [
          { type: 'work', value: '1' },
          { type: 'work', value: '2' },
        ],
      },
      'phoneNumbers.type',
    ],
    ['mobiles of which none is primary', { phoneNumbers: [mobile(false)] }, 'phoneNumbers.primary'],
    [
      'mobiles of which two are primary',
      { phoneNumbers: [mobile(true), mobile(true)] },
      'phoneNumbers.primary',
    ],
    [
      'a primary work phone',
      { phoneNumbers: [{ type: 'work', value: '1', primary: true }] },
      'phoneNumbers.primary',
    ],
    ['an address of an unknown type', { addresses: [{ type: 'moon' }] }, 'addresses.type'],
    ['two home addresses', { addresses: [{ type: 'home' }, { type: 'home' }] }, 'addresses.type'],
    ['a country in words', { addresses: [{ type: 'home', country: 'Germany' }] }, 'addresses.country'],
    ['a country that does not exist', { addresses: [{ type: 'home', country: 'QQ' }] }, 'addresses.country'],
    ['entitlements as objects', { entitlements: [{ value: 'Expense' }] }, 'entitlements'],
    ['an unknown entitlement', { entitlements: ['Expenses'] }, 'entitlements'],
    ['an unsupported time zone', { timezone: 'Mars/Olympus' }, 'timezone'],
    ['an unsupported language', { preferredLanguage: 'tlh' }, 'preferredLanguage'],
    ['an impossible birthday', { dateOfBirth: '2000-02-30' }, 'dateOfBirth'],
    [
      'two emergency contacts',
      { emergencyContacts: [1, 2].map((n) => ({ name: `${n}`, relationship: 'Other' })) },
      'emergencyContacts',
    ],
    [
      'an emergency contact in no country',
      { emergencyContacts: [{ name: 'a', relationship: 'Other', country: 'QQ' }] },
      'emergencyContacts.country',
    ],
    [
      'notifications to a work phone',
      { phoneNumbers: [{ type: 'work', value: '1', notifications: true }] },
      'phoneNumbers.notifications',
    ],
    ['a password', { password: 'secret' }, 'password'],
    ['an unknown attribute', { userType: 'Employee' }, 'userType'],
    ['an unknown sub-attribute', { name: { givenName: 'a', familyName: 'b', nick: 'c' } }, 'name.nick'],
  ];
  it.each(core)('%s', async (_case, attributes, path) => {
    const refused = await concur.call('POST', '/profile/v4/Users', person(attributes));
    expect(refused.status).toBe(400);
    expect(refused.body[ERROR].messages.map(({ schemaPath }: Attributes) => schemaPath)).toContain(
      `${CORE}:${path}`,
    );
  });

  const leave = (startDate: string, endDate?: string): Attributes =>
    endDate ? { startDate, endDate } : { startDate };
  const enterprise: [string, Attributes, string][] = [
    ['another company', { companyId: '00000000-0000-4000-8000-000000000000' }, 'companyId'],
    ['no company', { companyId: null }, 'companyId'],
    ['no employee number', { employeeNumber: null }, 'employeeNumber'],
    ['an employee number of 49 characters', { employeeNumber: 'x'.repeat(49) }, 'employeeNumber'],
    ['a cost center of 26 characters', { costCenter: 'x'.repeat(26) }, 'costCenter'],
    ['a start date without a time', { startDate: '2026-01-01' }, 'startDate'],
    ['a start date with an offset', { startDate: '2026-01-01T00:00:00+01:00' }, 'startDate'],
    ['a start date before 1900', { startDate: '1899-12-31T00:00:00Z' }, 'startDate'],
    ['a termination date after 2079-06-06', { terminationDate: '2079-06-07T00:00:00Z' }, 'terminationDate'],
    [
      'a manager who is not there',
      { manager: { value: '00000000-0000-4000-8000-000000000000' } },
      'manager.value',
    ],
    ['a manager without a UUID', { manager: { employeeNumber: 'E1' } }, 'manager.value'],
    [
      'a leave that ends before it starts',
      { leavesOfAbsence: [leave('2026-02-01', '2026-01-01')] },
      'leavesOfAbsence',
    ],
    [
      'leaves that overlap',
      { leavesOfAbsence: [leave('2026-01-01', '2026-03-01'), leave('2026-02-01', '2026-04-01')] },
      'leavesOfAbsence',
    ],
    [
      'an open leave before another',
      { leavesOfAbsence: [leave('2026-01-01'), leave('2026-02-01')] },
      'leavesOfAbsence',
    ],
    [
      'an unknown kind of leave',
      { leavesOfAbsence: [{ startDate: '2026-01-01', type: 'holiday' }] },
      'leavesOfAbsence.type',
    ],
    ['a leave with a time', { leavesOfAbsence: [leave('2026-01-01T00:00:00Z')] }, 'leavesOfAbsence'],
    [
      'more than 100 leaves',
      {
        leavesOfAbsence: Array.from({ length: 101 }, (_, year) =>
          leave(`${1900 + year}-01-01`, `${1900 + year}-01-02`),
        ),
      },
      'leavesOfAbsence',
    ],
    ['an unknown attribute of the enterprise', { office: 'x' }, 'office'],
  ];
  it.each(enterprise)('%s', async (_case, attributes, path) => {
    const refused = await concur.call('POST', '/profile/v4/Users', person({}, { [ENTERPRISE]: attributes }));
    expect(refused.status).toBe(400);
    expect(refused.body[ERROR].messages.map(({ schemaPath }: Attributes) => schemaPath)).toContain(
      `${ENTERPRISE}:${path}`,
    );
  });

  it('an unknown schema', async () => {
    const unknown = person({}, { 'urn:ietf:params:scim:schemas:extension:okta:2.0:User': {} });
    expect((await concur.call('POST', '/profile/v4/Users', unknown)).status).toBe(400);
  });

  it('an employee number or userName that somebody has, and it says so', async () => {
    const held = person();
    concur.simulator.state.seed(held);
    const sameName = await concur.call(
      'POST',
      '/profile/v4/Users',
      person({ userName: String(held.userName).toUpperCase() }),
    );
    expect(sameName.body).toMatchObject({ status: '400', scimType: 'uniqueness' });
    const { employeeNumber } = held[ENTERPRISE] as Attributes;
    const sameNumber = await concur.call(
      'POST',
      '/profile/v4/Users',
      person({}, { [ENTERPRISE]: { employeeNumber: employeeNumber ?? null } }),
    );
    expect(sameNumber.body[ERROR].messages[0].schemaPath).toBe(`${ENTERPRISE}:employeeNumber`);
    expect(concur.simulator.violations).toEqual([]);
    await concur.call('POST', '/profile/v4/Users', held);
    expect(concur.simulator.violations).toMatchObject([{ code: 'duplicate-create' }]);
  });
});

describe('the identity service', () => {
  let concur: Caller;
  beforeEach(async () => {
    concur = await startCaller();
  });
  afterEach(() => concur.simulator.close());
  const search = (body: Attributes): ReturnType<Caller['call']> =>
    concur.call('POST', `${BASE}/Users/.search`, {
      schemas: ['urn:ietf:params:scim:api:messages:concur:2.0:SearchRequest'],
      ...body,
    });
  const found = async (filter: string): Promise<string[]> => {
    const { body } = await search({ filter, attributes: ['userName'] });
    return body.Resources.map(({ userName }: { userName: string }) => userName);
  };

  it('answers in other forms than it was asked', async () => {
    const boss = concur.simulator.state.seed(
      person({ name: { givenName: 'Charles', familyName: 'Babbage' } }),
    );
    const { id } = concur.simulator.state.seed(
      person(
        {
          nickName: 'Countess',
          name: { givenName: 'Ada', middleName: 'King', familyName: 'Lovelace', formatted: 'x' },
          entitlements: ['Expense'],
          emails: [{ value: 'ada@company.example', type: 'Work' }],
        },
        { [ENTERPRISE]: { startDate: '2020-09-22T00:00:00Z', manager: { value: boss.id } } },
      ),
    );
    const { body } = await concur.call('GET', `${BASE}/Users/${id}`);
    expect(body).toMatchObject({
      displayName: 'Countess Lovelace',
      name: { formatted: 'Lovelace, Ada King', honorificPrefix: null },
      emails: [{ value: 'ada@company.example', type: 'work', verified: false, notifications: false }],
      addresses: [],
      title: null,
      emergencyContacts: null,
      externalId: null,
      timezone: 'America/New_York',
      preferredLanguage: 'en-US',
      [ENTERPRISE]: {
        startDate: '2020-09-22T00:00:00.000',
        terminationDate: null,
        costCenter: null,
        manager: { value: boss.id, displayName: 'Charles Babbage' },
      },
    });
    expect(body).not.toHaveProperty('entitlements');
    expect(body[ENTERPRISE]).not.toHaveProperty('organization');
  });

  it('shows a start date to those who were created without one', async () => {
    const { id } = concur.simulator.state.seed(person());
    const { body } = await concur.call('GET', `${BASE}/Users/${id}`);
    expect(body[ENTERPRISE].startDate).toBe('2026-03-01T00:00:00.000');
  });

  it('shows what attributes names, and the id; entitlements only so', async () => {
    const { id } = concur.simulator.state.seed(person({ entitlements: ['Travel'] }));
    const query = `attributes=entitlements,emails.value,${ENTERPRISE}:companyId`;
    const { body } = await concur.call('GET', `${BASE}/Users/${id}?${query}`);
    expect(Object.keys(body).sort()).toEqual(['emails', 'entitlements', 'id', ENTERPRISE].sort());
    expect(Object.keys(body.emails[0])).toEqual(['value']);
    expect(Object.keys(body[ENTERPRISE])).toEqual(['companyId']);
    const left = (await concur.call('GET', `${BASE}/Users/${id}?excludedAttributes=name.formatted,emails`))
      .body;
    expect(left).not.toHaveProperty('emails');
    expect(left.name).not.toHaveProperty('formatted');
    expect(left.name.givenName).toBe('Ada');
  });

  it('lists everybody in pages of at most 1000', async () => {
    for (let index = 0; index < 5; index += 1) concur.simulator.state.seed(person());
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const query = cursor === undefined ? '' : `&cursor=${cursor}`;
      const { body } = await concur.call('GET', `${BASE}/Users?count=2&attributes=id${query}`);
      expect(body.totalResults).toBe(5);
      seen.push(...body.Resources.map(({ id }: { id: string }) => id));
      cursor = body.nextCursor;
    } while (cursor !== undefined);
    expect(new Set(seen)).toEqual(new Set(concur.simulator.state.users.keys()));
    expect(seen).toHaveLength(5);
    expect((await concur.call('GET', `${BASE}/Users?count=1001`)).status).toBe(400);
    expect((await concur.call('GET', `${BASE}/Users?cursor=nonsense`)).status).toBe(400);
  });

  it('finds people by the documented attributes, the inactive too', async () => {
    const { state } = concur.simulator;
    state.seed(
      person(
        { userName: 'ada@company.example', externalId: 'X1', entitlements: ['Invoice'] },
        { [ENTERPRISE]: { employeeNumber: '7' } },
      ),
    );
    state.seed(
      person({
        userName: 'bob@company.example',
        active: false,
        emails: [{ value: 'Bob@Mail.example', type: 'work' }],
      }),
    );
    const ada = ['ada@company.example'];
    const bob = ['bob@company.example'];
    expect(await found('userName eq "ADA@company.example"')).toEqual(ada);
    expect(await found('externalId eq "X1"')).toEqual(ada);
    expect(await found('employeeNumber eq "7"')).toEqual(ada);
    expect(await found(`${ENTERPRISE}:employeeNumber eq "7"`)).toEqual(ada);
    expect(await found('entitlements eq "invoice"')).toEqual(ada);
    expect(await found('emails.value eq "bob@mail.example"')).toEqual(bob);
    expect(await found('emails[type eq "work" and value ew "@mail.example"]')).toEqual(bob);
    expect(await found('active eq false')).toEqual(bob);
    expect(await found('not (active eq true)')).toEqual(bob);
    expect(await found('userName eq "ada@company.example" or userName eq "bob@company.example"')).toEqual([
      ...ada,
      ...bob,
    ]);
    expect(await found('externalId eq "X1" and active eq false')).toEqual([]);
    expect(await found('externalId eq "X1" or active eq false and userName sw "bob"')).toEqual([
      ...ada,
      ...bob,
    ]);
    expect(await found(`id eq ${state.find('ada@company.example')?.id}`)).toEqual(ada);
    expect(await found(`${ENTERPRISE}:startDate le 2026-12-31`)).toHaveLength(2);
  });

  it.each([
    ['without its schema', { schemas: [] }],
    ['with a filter that is none', { filter: 'userName is "x"' }],
    ['with a filter on another attribute', { filter: 'title eq "x"' }],
    ['with startIndex', { startIndex: 1 }],
    ['for more than 1000', { count: 1001 }],
    ['with a cursor that is none', { cursor: 1 }],
    ['with attributes as text', { attributes: 'id' }],
  ])('refuses a search %s', async (_case, body) => {
    expect((await search(body)).status).toBe(400);
  });

  it('writes core and enterprise at once, and nothing else', async () => {
    const created = await concur.call('POST', `${BASE}/Users`, person({}, { [SAP]: { userUuid: 'u' } }));
    expect(created.status).toBe(200);
    const { id } = created.body;
    const path = `${BASE}/Users/${id}`;
    expect(
      (await concur.call('PATCH', path, patch({ op: 'replace', path: 'active', value: false }))).body.active,
    ).toBe(false);
    expect(
      (await concur.call('PATCH', path, patch({ op: 'add', value: { [SPEND_USER]: SPEND } }))).status,
    ).toBe(400);
    expect((await concur.call('POST', `${BASE}/Users`, person({}, { [SPEND_USER]: SPEND }))).status).toBe(
      400,
    );
    expect(
      (await concur.call('PATCH', `${BASE}/Users/nobody`, patch({ op: 'remove', path: 'title' }))).status,
    ).toBe(404);
    expect((await concur.call('GET', `${BASE}/Users/nobody`)).status).toBe(404);
    expect((await concur.call('DELETE', path)).status).toBe(204);
    expect((await concur.call('GET', path)).status).toBe(404);
  });
});
