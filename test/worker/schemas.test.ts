import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { ConfiguredAttribute } from '../../src/domain/connection.ts';
import { CORE, SPEND } from '../../src/domain/extensions.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { type LearnedAttribute, type LearnedSchemas, learnMore } from '../../src/domain/learned-schemas.ts';
import type { Answer, SchemasRead } from '../../src/domain/ports.ts';
import { compileMapping } from '../../src/mapping/configured/compile.ts';
import type { NewerSchemas } from '../../src/simulator/company.ts';
import { watchSchemas } from '../../src/worker/schemas.ts';
import { Delivery, resource, spend } from './harness.ts';

const HOUR = 3_600_000;

const attribute = (name: string, ...canonicalValues: string[]): LearnedAttribute => ({
  name,
  type: 'string',
  multiValued: false,
  mutability: 'readWrite',
  canonicalValues,
  subAttributes: [],
});

const answer = (outcome: Answer<SchemasRead>['outcome']): Answer<SchemasRead> => ({
  outcome,
  correlationId: 'c-1',
  httpStatus: 200,
});
const told = (schemas: LearnedSchemas) => answer({ kind: 'schemas', schemas });
const silent = answer({ kind: 'retry', why: 'transient', after: null, message: 'no answer' });

/** A watch whose clock a test moves; `says` answers for Concur. */
function watch(says: () => Answer<SchemasRead>, pause = () => 0) {
  let now = 0;
  let known: LearnedSchemas | null = null;
  const lines: [string, object, string][] = [];
  const note = (level: string) => (fields: object, message: string) =>
    void lines.push([level, fields, message]);
  const schemas = vi.fn(async () => says());
  const paused = vi.fn(pause);
  const learn = vi.fn(async (read: LearnedSchemas) => {
    const before = known;
    known = learnMore(before, read);
    return { before, now: known };
  });
  const loop = watchSchemas({
    concur: { schemas, pause: paused },
    memory: { learn },
    clock: () => now,
    log: { info: note('info'), warn: note('warn'), error: note('error') },
  });
  onTestFinished(() => loop.stop());
  return {
    lines,
    schemas,
    paused,
    learn,
    /** Moves the clock on and resolves when the watch has looked so often. */
    async pass(hours: number, looks: number) {
      now += hours * HOUR;
      loop.wake();
      await vi.waitFor(() => expect(schemas).toHaveBeenCalledTimes(looks), { interval: 1 });
    },
    stop: () => loop.stop(),
  };
}

describe("watching Concur's own schemas", () => {
  test('looks at the start and once a day, keeps what it reads and tells what is new', async () => {
    let schemas: LearnedSchemas = { [SPEND]: [attribute('costObject'), attribute('country', 'US')] };
    const { lines, pass, learn } = watch(() => told(schemas));
    await pass(0, 1);
    await pass(23, 1);
    schemas = {
      [SPEND]: [attribute('reimbursementType', 'OTHER', 'NEW_PAY')],
      [CORE]: [attribute('badge'), attribute('userName')],
    };
    await pass(1, 2);
    await pass(24, 3);
    await vi.waitFor(() => expect(learn).toHaveBeenCalledTimes(3));
    const message = expect.stringContaining('it can be mapped');
    expect(lines).toEqual([
      ['info', { attributes: ['spend:costObject'], values: [] }, message],
      ['info', { attributes: ['badge'], values: ['spend:reimbursementType NEW_PAY'] }, message],
    ]);
  });

  test('tries again in an hour, says so once, and changes nothing', async () => {
    let reply = silent;
    const { lines, pass, learn } = watch(() => reply);
    await pass(0, 1);
    await pass(1, 2);
    await pass(1, 3);
    expect(learn).not.toHaveBeenCalled();
    expect(lines).toEqual([['info', { why: 'no answer', correlationId: 'c-1' }, expect.any(String)]]);
    reply = told({});
    await pass(1, 4);
    await vi.waitFor(() => expect(learn).toHaveBeenCalledTimes(1));
    expect(lines).toHaveLength(1);
  });

  test('leaves Concur alone while it is down', async () => {
    const { schemas, paused, stop } = watch(
      () => told({}),
      () => 1,
    );
    await vi.waitFor(() => expect(paused).toHaveBeenCalled());
    await stop();
    expect(schemas).not.toHaveBeenCalled();
  });
});

/** A Concur that is newer than its documentation. */
const newerSchemas = (): NewerSchemas => ({
  attributes: {
    [SPEND]: { costObject: { type: 'string' }, level: { type: 'integer' } },
    [CORE]: { badge: { type: 'string', canonicalValues: ['GREEN', 'RED'] } },
  },
  canonicalValues: { [`${SPEND}:reimbursementType`]: ['NEW_PAY'] },
  calledRequired: [`${SPEND}:costObject`, `${SPEND}:ledgerCode`, `${CORE}:badge`],
});

/** A delivery that maps so by what Concur's own schemas say, which are read through its client. */
async function learning(attributes: JsonObject): Promise<Delivery> {
  let known: LearnedSchemas | null = null;
  const mapped: ConfiguredAttribute[] = [];
  const delivery = await Delivery.prepare({
    company: { newerSchemas: newerSchemas() },
    mapping: { attributes: mapped, learned: () => known },
  });
  const concur = delivery.client();
  const log = { info() {}, warn() {}, error() {} };
  const memory = delivery.store.schemas;
  const loop = watchSchemas({ concur, memory, clock: delivery.clock.now, log });
  await vi.waitFor(() => expect(memory.latest()).not.toBeNull());
  await loop.stop();
  await concur.close();
  known = await memory.read();
  const compiled = compileMapping({
    attributes,
    placeOf: () => 'bridge.yaml:1',
    readFile: () => '',
    learned: () => known,
  });
  expect(compiled.problems).toEqual([]);
  mapped.push(...compiled.attributes);
  return delivery;
}

describe('what only Concur knows', () => {
  test('is learned, mapped, delivered, changed and taken away', async () => {
    const delivery = await learning({
      'spend:costObject': 'title',
      'spend:level': { value: 3 },
      badge: { from: 'nickName', table: { g: 'green' } },
    });
    delivery.start();
    const [id = ''] = await delivery.create(
      resource('ada', { title: 'CO-1', nickName: 'g', [SPEND]: spend('USD') }),
    );
    await delivery.reaches(id, 'in_sync');
    expect(delivery.inConcur('ada')).toMatchObject({
      badge: 'GREEN',
      [SPEND]: { costObject: 'CO-1', level: 3 },
    });
    await delivery.change(id, { title: 'CO-2', nickName: null });
    await vi.waitFor(
      () => expect(delivery.inConcur('ada')).toMatchObject({ [SPEND]: { costObject: 'CO-2' } }),
      {
        timeout: 5_000,
      },
    );
    await delivery.reaches(id, 'in_sync');
    expect(delivery.inConcur('ada')?.badge ?? null).toBeNull();
    expect(delivery.simulator.violations).toEqual([]);
  });

  test('is read back, so that what is changed in Concur is seen', async () => {
    const delivery = await learning({ badge: { value: 'RED' } });
    delivery.start();
    const [id = ''] = await delivery.create(resource('ada'));
    await delivery.reaches(id, 'in_sync');
    const { concurId } = (await delivery.record(id)).provisioning;
    const concur = delivery.client();
    const { outcome } = await concur.read(concurId ?? '', ['identity']);
    await concur.close();
    expect(outcome).toMatchObject({ kind: 'read', profile: { badge: 'RED' } });
  });

  test('is a value that a client may send, and whoever sends another is told so', async () => {
    const delivery = await learning({});
    delivery.start();
    const paid = (reimbursementType: string) => ({ [SPEND]: { ...spend('USD'), reimbursementType } });
    const [ada = '', bob = ''] = await delivery.create(
      resource('ada', paid('NEW_PAY')),
      resource('bob', paid('CASH')),
    );
    await delivery.reaches(ada, 'in_sync');
    expect(delivery.inConcur('ada')).toMatchObject({ [SPEND]: { reimbursementType: 'NEW_PAY' } });
    const { provisioning } = await delivery.rests(bob);
    expect(provisioning.state).toBe('partial');
  });
});
