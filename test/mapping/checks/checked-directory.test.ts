import request from 'supertest';
import { beforeEach, describe, expect, test } from 'vitest';
import type { ConfiguredAttribute, MappingSettings } from '../../../src/domain/connection.ts';
import { ENTERPRISE, SPEND } from '../../../src/domain/extensions.ts';
import type { JsonObject } from '../../../src/domain/json.ts';
import type { PersonRecord } from '../../../src/domain/person.ts';
import { checkedDirectory } from '../../../src/mapping/checks/checked-directory.ts';
import type { Directory, Write, WriteResult } from '../../../src/scim/directory.ts';
import { ScimError } from '../../../src/scim/error.ts';
import { fakeConnection } from '../../http/fake-connection.ts';
import { realApp } from '../../http/real-app.ts';

const settings: MappingSettings = { companyId: 'company', defaults: {}, currencies: {} };
const actor = { kind: 'scim', name: 'okta' } as const;
const LONG = 'x'.repeat(300);
const ADA: JsonObject = {
  userName: 'ada@example.com',
  name: { givenName: 'Ada', familyName: 'Lovelace' },
  active: true,
};

let inner: Directory;
let directory: Directory;

beforeEach(() => {
  inner = fakeConnection().directory;
  directory = checkedDirectory(inner, settings);
});

function creation(resource: JsonObject): Write {
  return { kind: 'create', actor, resource };
}

function update(id: string, change: (resource: JsonObject) => JsonObject): Write {
  return {
    kind: 'change',
    actor,
    id,
    decide: ({ person }) => ({ kind: 'replace', resource: change(person.resource), changed: ['title'] }),
  };
}

async function accept(write: Write, through = directory): Promise<WriteResult> {
  const [result] = await through.accept([write]);
  if (result === undefined) throw new Error('Every write has a result');
  return result;
}

async function create(resource: JsonObject, through = directory): Promise<PersonRecord> {
  return written(await accept(creation(resource), through));
}

function written(result: WriteResult): PersonRecord {
  if (result.kind !== 'written') throw new Error(`Not written: ${JSON.stringify(result)}`);
  return result.record;
}

/** What the client is told; undefined when the write was not rejected. */
function detailOf(result: WriteResult): string | undefined {
  return result.kind === 'rejected' && result.error instanceof ScimError ? result.error.detail : undefined;
}

describe('a creation', () => {
  test.each<[what: string, more: JsonObject, told: RegExp]>([
    ['a name without a domain', { userName: 'ada' }, /^userName "ada" .*no name with a domain.*name@domain/],
    ['a long name', { name: { givenName: LONG, familyName: 'L' } }, /^name\.givenName .*32 characters/],
    ['no address', { emails: [{ value: 'ada', type: 'work' }] }, /^emails\.value "ada" .*no e-mail address/],
    ['a strange time zone', { timezone: 'Mars/Olympus' }, /^timezone "Mars\/Olympus" .*zones that SAP lists/],
    [
      'a long number',
      { [ENTERPRISE]: { employeeNumber: LONG } },
      /^urn:ietf:params:scim:schemas:extension:enterprise:2\.0:User:employeeNumber .*48 characters/,
    ],
    [
      'leaves that overlap',
      { [ENTERPRISE]: { leavesOfAbsence: [{ startDate: '2026-01-01' }, { startDate: '2026-02-01' }] } },
      /User:leavesOfAbsence breaks .*overlap/,
    ],
    ['several of them', { userName: 'ada', title: LONG }, /userName.*title.*255/],
  ])('with %s is refused, and nobody is there afterwards', async (_, more, told) => {
    const result = await accept(creation({ ...ADA, ...more }));
    expect(detailOf(result)).toMatch(told);
    expect(result).toMatchObject({ error: { status: 400, scimType: 'invalidValue' } });
    const all = { filter: null, sort: null, paging: { kind: 'index', startIndex: 1, count: 10 } } as const;
    expect((await inner.list(all)).total).toBe(0);
  });

  test.each<[what: string, resource: JsonObject]>([
    ['of somebody inactive', { ...ADA, userName: 'ada', active: false }],
    ['of somebody without the names that Concur requires', { userName: 'ada@example.com' }],
    ['that only spend would refuse', { ...ADA, [SPEND]: { reimbursementType: 'CASH', country: 'USA' } }],
    ['whose country the mapping leaves out', { ...ADA, addresses: [{ type: 'work', country: 'Atlantis' }] }],
    ['whose time zone goes like one of Concur', { ...ADA, timezone: 'Europe/Vienna' }],
    ['whose derived number is too long', { ...ADA, userName: `${LONG}@example.com` }],
  ])('%s is accepted', async (_, resource) => {
    expect(await accept(creation(resource))).toMatchObject({ kind: 'written' });
  });

  test('is not refused for what the configuration says', async () => {
    const constant: ConfiguredAttribute = {
      kind: 'mapped',
      key: 'title',
      use: 'asked',
      place: 'bridge.yaml:1',
      source: 'a constant',
      read: () => ({ kind: 'value', value: LONG, from: 'source' }),
    };
    const configured: Partial<MappingSettings>[] = [
      { defaults: { timezone: 'Mars/Olympus' } },
      { attributes: [constant] },
    ];
    for (const more of configured) {
      const through = checkedDirectory(fakeConnection().directory, { ...settings, ...more });
      expect(await accept(creation(ADA), through)).toMatchObject({ kind: 'written' });
    }
  });

  test('of somebody inactive is refused where the configuration says who is active', async () => {
    const active: ConfiguredAttribute[] = [
      {
        kind: 'mapped',
        key: 'active',
        use: 'asked',
        place: 'bridge.yaml:1',
        source: 'a constant',
        read: () => ({ kind: 'value', value: true, from: 'source' }),
      },
      { kind: 'off', key: 'active', place: 'bridge.yaml:1' },
    ];
    for (const one of active) {
      const through = checkedDirectory(inner, { ...settings, attributes: [one] });
      const result = await accept(creation({ ...ADA, userName: 'ada', active: false }), through);
      expect(detailOf(result)).toMatch(/^userName "ada"/);
    }
  });

  test('is refused for what the configuration makes of what the client sends, in the words of the client', async () => {
    const read = ({ displayName }: JsonObject) =>
      typeof displayName === 'string'
        ? ({ kind: 'value', value: displayName, from: 'source' } as const)
        : ({ kind: 'nothing' } as const);
    const attributes = [
      { kind: 'mapped', key: 'title', use: 'asked', place: 'bridge.yaml:1', source: 'displayName', read },
    ] as const;
    const through = checkedDirectory(inner, { ...settings, attributes });
    expect(detailOf(await accept(creation({ ...ADA, displayName: LONG }), through))).toMatch(
      /^displayName "x/,
    );
  });
});

describe('a change', () => {
  test('of a broken value is refused, and changes nothing', async () => {
    const { person } = await create(ADA);
    const result = await accept(update(person.id, (resource) => ({ ...resource, title: LONG })));
    expect(detailOf(result)).toMatch(/^title .*255 characters/);
    expect((await inner.get(person.id))?.person).toEqual(person);
  });

  test('of something else is accepted for somebody with an old broken value, and so is leaving', async () => {
    const { person } = await create({ ...ADA, userName: 'ada', title: LONG }, inner);
    const changes: JsonObject[] = [
      { nickName: 'Countess' },
      { active: false },
      { active: true },
      { title: 'Analyst' },
    ];
    for (const more of changes) {
      const record = written(await accept(update(person.id, (resource) => ({ ...resource, ...more }))));
      expect(record.person.resource).toMatchObject(more);
    }
  });

  test('that takes access away is accepted with whatever comes with it', async () => {
    const { person } = await create(ADA);
    const leaving = update(person.id, (resource) => ({
      ...resource,
      active: false,
      userName: 'x',
      title: LONG,
    }));
    expect(written(await accept(leaving)).person.resource).toMatchObject({ active: false, title: LONG });
  });

  test('in a batch is checked against what the one before it made', async () => {
    const { person } = await create(ADA);
    const results = await directory.accept([
      update(person.id, (resource) => ({ ...resource, active: false, title: LONG })),
      update(person.id, (resource) => ({ ...resource, active: true })),
      update(person.id, (resource) => ({ ...resource, title: `${LONG}!` })),
      update(person.id, (resource) => ({ ...resource, title: 'Analyst' })),
    ]);
    expect(results.map(({ kind }) => kind)).toEqual(['written', 'written', 'rejected', 'written']);
    expect((await inner.get(person.id))?.person.resource).toMatchObject({ active: true, title: 'Analyst' });
  });

  test('never overtakes one before it, nor does a deletion', async () => {
    const { person } = await create(ADA);
    const results = await directory.accept([
      update(person.id, (resource) => ({ ...resource, title: 'Analyst' })),
      update(person.id, (resource) => ({ ...resource, active: false })),
      update(person.id, (resource) => ({ ...resource, active: true })),
      { kind: 'change', actor, id: person.id, decide: () => ({ kind: 'delete' }) },
    ]);
    expect(results.map(({ kind }) => kind)).toEqual(['written', 'written', 'written', 'written']);
    expect(await inner.get(person.id)).toBeNull();
  });

  test('made while somebody else changes the person is checked against what they made', async () => {
    const { person } = await create(ADA);
    let others = 0;
    const busy = checkedDirectory(
      {
        ...inner,
        accept: async (writes) => {
          others += 1;
          if (others <= 3) {
            written(
              await accept(
                update(person.id, (now) => ({ ...now, nickName: `${others}` })),
                inner,
              ),
            );
          }
          return await inner.accept(writes);
        },
      },
      settings,
    );
    const result = await accept(
      update(person.id, (now) => ({ ...now, title: LONG })),
      busy,
    );
    expect(detailOf(result)).toMatch(/^title/);
    expect((await inner.get(person.id))?.person.resource).toEqual({ ...ADA, nickName: '3' });
  });

  test('of nobody is missing, and what the change itself refuses stays its own', async () => {
    expect(await accept(update('nobody', (resource) => resource))).toEqual({ kind: 'missing' });
    const { person } = await create(ADA);
    const error = new Error('no');
    const failing: Write = {
      kind: 'change',
      actor,
      id: person.id,
      decide: () => {
        throw error;
      },
    };
    expect(await accept(failing)).toEqual({ kind: 'rejected', error });
  });
});

test('the results of a batch stand where their writes do', async () => {
  const results = await directory.accept([
    creation({ ...ADA, userName: 'one' }),
    creation(ADA),
    creation({ ...ADA, userName: 'two' }),
    creation(ADA),
  ]);
  expect(results.map(({ kind }) => kind)).toEqual(['rejected', 'written', 'rejected', 'conflict']);
  expect(detailOf(results[2] as WriteResult)).toMatch(/"two"/);
});

test.each([
  ['refuse', 400],
  ['accept', 201],
] as const)('over HTTP, validation: %s answers %i', async (validation, status) => {
  const app = await realApp({ unknownMembers: 'accept', validation });
  const answer = await request(app)
    .post('/scim/v2/Users')
    .set('Authorization', 'Bearer secret-idp')
    .send({ ...ADA, userName: 'ada' });
  expect(answer.status).toBe(status);
  if (status === 400) expect(answer.body).toMatchObject({ scimType: 'invalidValue', status: '400' });
});
