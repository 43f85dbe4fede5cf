import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ENTERPRISE, EXTENSIONS } from '../../src/domain/extensions.ts';
import type { Provisioning } from '../../src/domain/person.ts';
import { parseFilter } from '../../src/scim/filter/parse.ts';
import { userResourceType } from '../../src/scim/registry.ts';
import { bindConnection } from '../../src/store/store.ts';
import {
  ADMIN,
  type Bench,
  change,
  create,
  createOne,
  ENGINES,
  firstPage,
  lease,
  load,
  OKTA,
  openBench,
  replace,
  settle,
  written,
} from './engines.ts';

const OVERRIDE = { active: false, reason: 'left', by: 'cli:root', since: 5 } as const;

describe.each(ENGINES)('accepting writes on $name', (engine) => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench(engine);
  });
  afterEach(() => bench.close());

  async function actions(id: string) {
    const { items } = await bench.connection.reports.changes({ personId: id, limit: 100 });
    return items.map(({ action }) => action);
  }

  it('stores a new person, queued for creation, with an audit row', async () => {
    const resource = { schemas: ['x'], userName: 'Ann@x.com', [ENTERPRISE]: { employeeNumber: '7' } };
    const { person, provisioning } = await createOne(bench.connection, resource);
    expect(person).toEqual({
      connection: 'default',
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      resource,
      version: 1,
      created: bench.now,
      lastModified: bench.now,
      deleted: null,
      override: null,
    });
    expect(provisioning).toEqual<Provisioning>({
      state: 'queued',
      reason: null,
      concurId: null,
      applied: { profile: {}, unknown: [] },
      owned: [],
      refused: {},
      confirmed: {},
      losses: {},
      candidates: [],
      waitingFor: [],
      manager: null,
      lane: 'creation',
      due: bench.now,
      attempts: 0,
      pendingSince: bench.now,
      lastConfirmed: null,
      lastError: null,
      lastRequestId: null,
      verdictUntil: null,
      openOperations: 0,
    });
    const { items } = await bench.connection.reports.changes({ limit: 10 });
    expect(items).toEqual([
      {
        id: expect.any(Number),
        personId: person.id,
        at: bench.now,
        actor: 'scim:okta',
        action: 'create',
        version: 1,
        attributes: ['userName', `${ENTERPRISE}:employeeNumber`],
        reason: null,
      },
    ]);
  });

  it('survives a restart', async () => {
    const record = await createOne(bench.connection, { userName: 'ann' });
    const again = await bench.reopen();
    expect(await again.connection('default').directory.record(record.person.id)).toEqual(record);
  });

  it('counts versions and never lets lastModified stand still or go back', async () => {
    const { person } = await createOne(bench.connection, { userName: 'ann' });
    const first = written(
      await change(bench.connection, person.id, replace({ userName: 'ann', title: '1' }, 'title')),
    );
    expect(first.person).toMatchObject({ version: 2, lastModified: bench.now + 1, created: bench.now });
    bench.now -= 5_000;
    const second = written(await change(bench.connection, person.id, replace({ userName: 'ann' }, 'title')));
    expect(second.person).toMatchObject({ version: 3, lastModified: first.person.lastModified + 1 });
    expect(await actions(person.id)).toEqual(['update', 'update', 'create']);
  });

  it('writes nothing for a write that changes nothing', async () => {
    const record = await createOne(bench.connection, { userName: 'ann' });
    await settle(bench, record.person.id, { state: 'in_sync', due: null });
    const result = await change(bench.connection, record.person.id, { kind: 'unchanged' });
    expect(result).toMatchObject({ kind: 'written', changed: false });
    expect(written(result).provisioning.state).toBe('in_sync');
    expect(await actions(record.person.id)).toEqual(['create']);
  });

  it('refuses a userName or employee number that is taken, in any case, and frees it by deletion', async () => {
    const number = (employeeNumber: string) => ({ [ENTERPRISE]: { employeeNumber } });
    const { person } = await createOne(bench.connection, { userName: 'Ärn@x.com', ...number('a1') });
    const clash = [
      { kind: 'create', actor: OKTA, resource: { userName: 'äRN@X.com' } },
      { kind: 'create', actor: OKTA, resource: { userName: 'other', ...number('A1') } },
    ] as const;
    expect(await bench.connection.directory.accept(clash)).toEqual([
      { kind: 'conflict', attribute: 'userName', value: 'äRN@X.com' },
      { kind: 'conflict', attribute: 'employeeNumber', value: 'A1' },
    ]);
    await change(bench.connection, person.id, { kind: 'delete' });
    expect((await bench.connection.directory.accept(clash)).map(({ kind }) => kind)).toEqual([
      'written',
      'written',
    ]);
  });

  it('refuses a replacement that takes another one’s userName, but not one’s own', async () => {
    const [ann, bob] = await create(bench.connection, { userName: 'ann' }, { userName: 'bob' });
    const own = await change(
      bench.connection,
      ann?.person.id ?? '',
      replace({ userName: 'ANN' }, 'userName'),
    );
    expect(written(own).person.resource.userName).toBe('ANN');
    expect(
      await change(bench.connection, bob?.person.id ?? '', replace({ userName: 'aNN' }, 'userName')),
    ).toEqual({
      kind: 'conflict',
      attribute: 'userName',
      value: 'aNN',
    });
  });

  it('takes names that differ only in blanks around them or in how accents are written for one', async () => {
    await create(bench.connection, { userName: 'Zo\u00eb', [ENTERPRISE]: { employeeNumber: 'N\u00e91' } });
    const twins = [
      { userName: ' zoe\u0308\u00a0' },
      { userName: 'other', [ENTERPRISE]: { employeeNumber: ' ne\u03011' } },
    ];
    const results = await bench.connection.directory.accept(
      twins.map((resource) => ({ kind: 'create', actor: OKTA, resource })),
    );
    expect(results).toMatchObject([
      { kind: 'conflict', attribute: 'userName' },
      { kind: 'conflict', attribute: 'employeeNumber' },
    ]);
    for (const text of ['userName eq " ZOE\u0308 "', 'employeeNumber eq "NE\u03011"']) {
      const filter = parseFilter(text, userResourceType);
      expect((await bench.connection.directory.list(firstPage(filter, 1))).total, text).toBe(1);
    }
  });

  it('lets people share an externalId', async () => {
    const records = await create(
      bench.connection,
      { userName: 'a', externalId: 'e' },
      { userName: 'b', externalId: 'e' },
    );
    expect(records).toHaveLength(2);
  });

  it('leaves the neighbours of a bad write in its batch alone', async () => {
    const { person } = await createOne(bench.connection, { userName: 'ann' });
    const failure = new Error('no');
    const results = await bench.connection.directory.accept([
      { kind: 'create', actor: OKTA, resource: { userName: 'bob' } },
      { kind: 'create', actor: OKTA, resource: { userName: 'BOB' } },
      {
        kind: 'change',
        actor: OKTA,
        id: person.id,
        decide: () => {
          throw failure;
        },
      },
      { kind: 'change', actor: OKTA, id: 'nobody', decide: () => ({ kind: 'delete' }) },
      { kind: 'create', actor: OKTA, resource: { title: 'without userName' } },
      {
        kind: 'change',
        actor: OKTA,
        id: person.id,
        decide: () => replace({ userName: 'ann', title: 'x' }, 'title'),
      },
    ]);
    expect(results.map(({ kind }) => kind)).toEqual([
      'written',
      'conflict',
      'rejected',
      'missing',
      'rejected',
      'written',
    ]);
    expect(results[2]).toEqual({ kind: 'rejected', error: failure });
    expect(await load(bench, person.id)).toMatchObject({ person: { version: 2, resource: { title: 'x' } } });
    expect((await bench.connection.directory.list(firstPage(null, 10))).total).toBe(2);
  });

  it('hides a deleted person from SCIM and queues the deactivation', async () => {
    const { person } = await createOne(bench.connection, { userName: 'ann' });
    await settle(bench, person.id, { state: 'in_sync', concurId: 'c1', due: null });
    bench.now += 10;
    const gone = written(await change(bench.connection, person.id, { kind: 'delete' }));
    expect(gone.person).toMatchObject({ deleted: bench.now, version: 2 });
    expect(gone.provisioning).toMatchObject({ state: 'queued', lane: 'deactivation', due: bench.now });
    expect(await bench.connection.directory.get(person.id)).toBeNull();
    expect(await change(bench.connection, person.id, { kind: 'delete' })).toEqual({ kind: 'missing' });
  });

  it('lets an admin, and nobody else, retry a deleted person', async () => {
    const { person } = await createOne(bench.connection, { userName: 'ann' });
    await change(bench.connection, person.id, { kind: 'delete' });
    await settle(bench, person.id, { state: 'failed', reason: 'refused', due: null });
    expect(await change(bench.connection, person.id, { kind: 'retry' })).toEqual({ kind: 'missing' });
    expect(await change(bench.connection, person.id, replace({ userName: 'x' }, 'userName'), ADMIN)).toEqual({
      kind: 'missing',
    });
    const retried = written(await change(bench.connection, person.id, { kind: 'retry' }, ADMIN));
    expect(retried.provisioning).toMatchObject({ state: 'queued', lane: 'deactivation', due: bench.now });
  });

  it('lets an admin decide nothing new about a deleted person, and says so', async () => {
    const { person } = await createOne(bench.connection, { userName: 'ann' });
    await change(bench.connection, person.id, { kind: 'delete' });
    const result = await change(bench.connection, person.id, { kind: 'unchanged' }, ADMIN);
    expect(result).toMatchObject({ kind: 'written', changed: false });
    expect(await actions(person.id)).toEqual(['delete', 'create']);
  });

  describe('releasing a held person', () => {
    const release = { kind: 'release', concurId: 'c1' } as const;
    const candidate = {
      concurId: 'c1',
      active: true,
      userName: 'ann',
      externalId: null,
      employeeNumber: null,
    };
    const held = { state: 'held', reason: 'ambiguous', due: null, candidates: [candidate] } as const;

    it('makes them that Concur user, of whom nothing is known yet', async () => {
      const { person } = await createOne(bench.connection, { userName: 'ann' });
      await settle(bench, person.id, { ...held, lastError: 'Two match.' });
      bench.now += 10;
      const released = written(await change(bench.connection, person.id, release, ADMIN));
      expect(released.person).toEqual(person);
      expect(released.provisioning).toMatchObject({
        state: 'queued',
        reason: null,
        lastError: null,
        concurId: 'c1',
        applied: { profile: {}, unknown: EXTENSIONS },
        owned: [],
        candidates: [],
        lane: 'creation',
        due: bench.now,
      });
      const { items } = await bench.connection.reports.changes({ personId: person.id, limit: 1 });
      expect(items).toMatchObject([
        { action: 'release', actor: 'admin:root', reason: 'as the Concur user c1' },
      ]);
    });

    it('goes on with the deactivation of one who is to have no access, the deleted too', async () => {
      const { person } = await createOne(bench.connection, { userName: 'ann' });
      await settle(bench, person.id, held);
      await change(bench.connection, person.id, { kind: 'delete' });
      bench.now += 10;
      const released = written(await change(bench.connection, person.id, release, ADMIN));
      expect(released.provisioning).toMatchObject({ state: 'queued', lane: 'deactivation', due: bench.now });
      expect((await bench.connection.reports.summary()).oldestOpenDeactivation).toBe(bench.now);
    });

    it('takes them from a worker that is about to put them back', async () => {
      const { person } = await createOne(bench.connection, { userName: 'ann' });
      await settle(bench, person.id, { ...held, state: 'queued', due: bench.now });
      await bench.connection.provisioning.claim('others', 1, lease('l', bench.now + 1_000), bench.now);
      await change(bench.connection, person.id, release, ADMIN);
      await bench.connection.provisioning.commit(
        { lease: 'l', people: [person.id], decide: () => Promise.resolve(held) },
        bench.now,
      );
      expect((await load(bench, person.id)).provisioning).toMatchObject({ state: 'queued', candidates: [] });
    });

    it('wakes who waits for them', async () => {
      const [boss, ann] = await create(bench.connection, { userName: 'boss' }, { userName: 'ann' });
      await settle(bench, boss?.person.id ?? '', held);
      await settle(bench, ann?.person.id ?? '', { state: 'partial', waitingFor: ['boss'], due: null });
      await change(bench.connection, boss?.person.id ?? '', release, ADMIN);
      expect((await load(bench, ann?.person.id ?? '')).provisioning.state).toBe('queued');
    });

    it('is refused while somebody else here stands for that Concur user', async () => {
      const [bob, ann] = await create(bench.connection, { userName: 'bob' }, { userName: 'ann' });
      await settle(bench, bob?.person.id ?? '', { state: 'in_sync', concurId: 'c1', due: null });
      await settle(bench, ann?.person.id ?? '', held);
      const attempt = () => change(bench.connection, ann?.person.id ?? '', release, ADMIN);
      expect(await attempt()).toMatchObject({ kind: 'rejected', error: { status: 409 } });
      await change(bench.connection, bob?.person.id ?? '', { kind: 'delete' });
      expect(await attempt()).toMatchObject({
        kind: 'rejected',
        error: { detail: expect.stringContaining('deactivation') },
      });
      expect((await load(bench, ann?.person.id ?? '')).provisioning.candidates).toEqual([candidate]);
      await settle(bench, bob?.person.id ?? '', { state: 'in_sync', due: null });
      expect(await attempt()).toMatchObject({ kind: 'written' });
    });
  });

  it('lays an override over a person without a new version, and lifts it', async () => {
    const { person } = await createOne(bench.connection, { userName: 'ann', active: true });
    await settle(bench, person.id, {
      state: 'in_sync',
      concurId: 'c1',
      due: null,
      applied: { profile: { active: true }, unknown: [] },
    });
    const over = written(
      await change(
        bench.connection,
        person.id,
        { kind: 'override', override: OVERRIDE, reason: 'left' },
        ADMIN,
      ),
    );
    expect(over.person).toEqual({ ...person, override: OVERRIDE });
    expect(over.provisioning).toMatchObject({ state: 'queued', lane: 'deactivation' });
    const okta = written(
      await change(bench.connection, person.id, replace({ userName: 'ann', title: 'x' }, 'title')),
    );
    expect(okta.person.override).toEqual(OVERRIDE);
    expect(okta.provisioning.lane).toBe('deactivation');
    const lifted = written(
      await change(bench.connection, person.id, { kind: 'override', override: null, reason: 'back' }, ADMIN),
    );
    expect(lifted.person.override).toBeNull();
    expect(lifted.provisioning.lane).toBe('creation');
    const { items } = await bench.connection.reports.changes({ personId: person.id, limit: 10 });
    expect(items.map(({ action, reason, actor }) => [action, reason, actor])).toEqual([
      ['lift', 'back', 'admin:root'],
      ['update', null, 'scim:okta'],
      ['override', 'left', 'admin:root'],
      ['create', null, 'scim:okta'],
    ]);
  });

  it('keeps connections apart', async () => {
    const other = bench.store.connection('other');
    await expect(create(other, { userName: 'ann' })).rejects.toThrow();
    await bindConnection(bench.store, 'other', 'company-2');
    const { person } = await createOne(bench.connection, { userName: 'ann' });
    await create(other, { userName: 'ann' });
    expect(await other.directory.get(person.id)).toBeNull();
    expect(await change(other, person.id, { kind: 'delete' })).toEqual({ kind: 'missing' });
    expect((await other.directory.list(firstPage(null, 10))).total).toBe(1);
  });
});
