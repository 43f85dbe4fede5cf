import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Bench, change, create, ENGINES, openBench, settle } from './engines.ts';

describe.each(ENGINES)('references on $name', (engine) => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench(engine);
  });
  afterEach(() => bench.close());

  it('resolve by id, externalId, userName and employee number, in any case', async () => {
    const [ann, bob, cid] = await create(
      bench.connection,
      {
        userName: 'Ann',
        externalId: 'E-1',
        'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': { employeeNumber: 'N7' },
      },
      { userName: 'bob' },
      { userName: 'cid' },
    );
    if (!ann || !bob || !cid) throw new Error('not created');
    await settle(bench, ann.person.id, { state: 'in_sync', concurId: 'c1' });
    await settle(bench, cid.person.id, { state: 'in_sync', concurId: 'c3' });
    await change(bench.connection, cid.person.id, { kind: 'delete' });
    const references = [ann.person.id, 'e-1', 'ANN', 'n7', 'bob', 'cid', 'nobody'];
    const found = await bench.connection.provisioning.resolve([...references, 'C1', 'c3']);
    const names = new Map([...found].map(([reference, { personId }]) => [reference, personId]));
    const isAnn = [ann.person.id, 'e-1', 'ANN', 'n7', 'C1'].map((name) => [name, ann.person.id] as const);
    expect(names).toEqual(new Map([...isAnn, ['bob', bob.person.id]]));
    expect(found.get('ANN')).toMatchObject({ concurId: 'c1', hasAccess: true });
    expect(found.get('bob')).toMatchObject({ concurId: null, hasAccess: true });
    expect(await bench.connection.provisioning.resolve([])).toEqual(new Map());
  });

  it('to Concur users are claimed by people, and by leavers until they are settled', async () => {
    const records = await create(
      bench.connection,
      ...['ann', 'leaving', 'left'].map((userName) => ({ userName })),
    );
    const [ann, leaving, left] = records.map(({ person }) => person.id);
    for (const [index, { person }] of records.entries()) {
      await settle(bench, person.id, { state: 'in_sync', concurId: `c${index}`, due: null });
    }
    await change(bench.connection, leaving ?? '', { kind: 'delete' });
    await change(bench.connection, left ?? '', { kind: 'delete' });
    const deactivated = { profile: { active: false }, unknown: [] };
    await settle(bench, left ?? '', { state: 'in_sync', due: null, applied: deactivated });
    const claims = await bench.connection.provisioning.claims(['c0', 'c1', 'c2', 'c3']);
    expect(new Map([...claims].map(([id, { holder }]) => [id, holder]))).toEqual(
      new Map([
        ['c0', 'person'],
        ['c1', 'leaving'],
        ['c2', 'former'],
      ]),
    );
    expect(ann).toBeDefined();
    expect(await bench.connection.provisioning.claims([])).toEqual(new Map());
  });
});
