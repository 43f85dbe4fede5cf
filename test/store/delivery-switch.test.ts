import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bindConnection } from '../../src/store/store.ts';
import { type Bench, create, ENGINES, lease, load, openBench, operation } from './engines.ts';

describe.each(ENGINES)('the delivery switch on $name', (engine) => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench(engine);
  });
  afterEach(() => bench.close());

  it('is on until it is turned off, in every process, and for one connection alone', async () => {
    const { delivery, provisioning } = bench.connection;
    expect([await delivery.read(), await provisioning.isSwitchedOff()]).toEqual(['on', false]);
    const process = await bench.reopen();
    await delivery.set('off');
    expect(await process.connection('default').provisioning.isSwitchedOff()).toBe(true);
    await bindConnection(bench.store, 'emea', 'company-emea');
    expect(await bench.store.connection('emea').delivery.read()).toBe('on');
    await delivery.set('on');
    expect(await process.connection('default').delivery.read()).toBe('on');
  });

  it('lets nobody be claimed while it is off', async () => {
    const { delivery, provisioning } = bench.connection;
    await create(bench.connection, { userName: 'ann' });
    const held = lease('l', bench.now + 1_000);
    await delivery.set('off');
    expect(await provisioning.claim('others', 10, held, bench.now)).toEqual([]);
    await delivery.set('on');
    expect(await provisioning.claim('others', 10, held, bench.now)).toHaveLength(1);
  });

  it('lets nothing of what was claimed before be sent, and gives it back', async () => {
    const { delivery, provisioning, reports } = bench.connection;
    const [ann] = await create(bench.connection, { userName: 'ann' });
    const id = ann?.person.id ?? '';
    const held = lease('l', bench.now + 1_000);
    await provisioning.claim('others', 10, held, bench.now);
    await delivery.set('off');
    const request = { id: 'r', kind: 'user', operations: [operation(await load(bench, id), 'o')] } as const;
    expect(await provisioning.recordRequest(request, held, bench.now)).toEqual([id]);
    expect((await load(bench, id)).provisioning).toMatchObject({
      state: 'queued',
      due: bench.now,
      lastRequestId: null,
    });
    expect(await reports.request('r')).toBeNull();
  });
});
