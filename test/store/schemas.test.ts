import { writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SPEND } from '../../src/domain/extensions.ts';
import { type LearnedAttribute, type LearnedSchemas, learnMore } from '../../src/domain/learned-schemas.ts';
import { bindConnection } from '../../src/store/connections.ts';
import { learnedSchemas } from '../../src/store/schemas.ts';
import { type Bench, ENGINES, openBench } from './engines.ts';

const attribute = (name: string, ...canonicalValues: string[]): LearnedAttribute => ({
  name,
  type: 'string',
  multiValued: false,
  mutability: 'readWrite',
  canonicalValues,
  subAttributes: [],
});
const first: LearnedSchemas = { [SPEND]: [attribute('costObject', 'A')] };
const second: LearnedSchemas = { [SPEND]: [attribute('costObject', 'B'), attribute('badge')] };

describe.each(ENGINES)("Concur's own schemas on $name", (engine) => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench(engine);
  });
  afterEach(() => bench.close());

  it('are not known before they were read', async () => {
    expect(await bench.connection.schemas.read()).toBeNull();
    expect(bench.connection.schemas.latest()).toBeNull();
  });

  it('are added to, and seen by other processes', async () => {
    const { schemas } = bench.connection;
    expect(await schemas.learn(first)).toEqual({ before: null, now: first });
    const both = learnMore(first, second);
    expect(await schemas.learn(second)).toEqual({ before: first, now: both });
    expect(schemas.latest()).toEqual(both);
    expect(bench.store.connection('default').schemas.latest()).toEqual(both);
    const other = (await bench.reopen()).connection('default').schemas;
    expect(other.latest()).toBeNull();
    expect(await other.read()).toEqual(both);
    expect(other.latest()).toEqual(both);
  });

  it('are those of one connection', async () => {
    await bindConnection(bench.store, 'other', '00000000-0000-0000-0000-000000000001');
    await bench.connection.schemas.learn(first);
    expect(await bench.store.connection('other').schemas.read()).toBeNull();
  });

  it('can be read beside whoever has the database open', async () => {
    expect(learnedSchemas(bench.url, 'default')).toBeNull();
    await bench.connection.schemas.learn(first);
    expect(learnedSchemas(bench.url, 'default')).toEqual(first);
    expect(learnedSchemas(bench.url, 'nobody')).toBeNull();
  });

  it('are unknown where there is no database that has them', () => {
    expect(learnedSchemas('sqlite::memory:', 'default')).toBeNull();
    expect(learnedSchemas(`${bench.url}.missing`, 'default')).toBeNull();
    expect(learnedSchemas(`${bench.url}.missing/bridge.db`, 'default')).toBeNull();
    const other = `${bench.url}.txt`;
    writeFileSync(other.replace('sqlite:', ''), 'This is no database, however long it may be.');
    expect(learnedSchemas(other, 'default')).toBeNull();
  });
});
