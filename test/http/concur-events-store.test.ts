import { generateKeyPairSync, sign } from 'node:crypto';
import pino from 'pino';
import request from 'supertest';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createApp } from '../../src/http/app.ts';
import { type Bench, becomes, ENGINES, lease, openBench, send } from '../store/engines.ts';
import { fakeConnection } from './fake-connection.ts';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const PROVISION = 'fc48f42d-724e-46e5-a35a-552d7b70996a';
const FLOOR = 5_000;
const FAR = 60_000;

describe.each(ENGINES)('a completion event and the requests on $name', (engine) => {
  let bench: Bench;
  let found: boolean[];
  beforeEach(async () => {
    bench = await openBench(engine);
    found = [];
  });
  afterEach(() => bench.close());

  /** Receives an event as the bridge does. */
  async function receive(provisionId = PROVISION): Promise<number> {
    const app = createApp({
      connections: [
        {
          ...fakeConnection(),
          onProvisionCompleted: async (id) => {
            found.push(await bench.connection.provisioning.hasten(id, bench.now));
          },
        },
      ],
      adminToken: null,
      publicUrl: null,
      eventKeys: [publicKey],
      log: pino({ level: 'silent' }),
      newId: () => 'request',
      now: () => bench.now,
      ready: async () => true,
    });
    const body = JSON.stringify({ eventType: 'provisionCompleted', facts: { provisionId } });
    const signature = sign('sha256', Buffer.from(body), privateKey).toString('base64');
    const sent = request(app).post('/concur/events/default').set('Content-Type', 'application/json');
    return (await sent.set('Concur-Signature', signature).send(body)).status;
  }

  /** Sends a request that Concur works on, and that is looked at again much later. */
  async function openRequest(): Promise<void> {
    const { person } = await send(bench);
    await bench.connection.provisioning.commit(
      {
        lease: 'l',
        request: { id: 'r', state: 'open', provisionId: PROVISION, nextPoll: bench.now + FAR },
        people: [person.id],
        decide: becomes({ state: 'processing' }),
      },
      bench.now,
    );
  }

  let looks = 0;
  /** The ids of the requests that are to be looked at now, under a lease that ends with this moment. */
  async function due(): Promise<readonly string[]> {
    looks += 1;
    const held = lease(`look-${looks}`, bench.now);
    return (await bench.connection.provisioning.claimPolls(10, held, bench.now)).map(({ id }) => id);
  }

  /** Looks at the request now: Concur is not done with it. */
  async function look(wait = FAR): Promise<void> {
    await bench.connection.provisioning.commit(
      {
        request: { id: 'r', polls: 1, nextPoll: bench.now + wait },
        people: [],
        decide: becomes({}),
      },
      bench.now,
    );
  }

  it('makes the request due that was to be looked at much later', async () => {
    await openRequest();
    expect(await due()).toEqual([]);
    expect(await receive()).toBe(200);
    expect(found).toEqual([true]);
    expect(await due()).toEqual(['r']);
  });

  it('never makes it due within five seconds after the last look, however often it comes', async () => {
    await openRequest();
    await look();
    const looked = bench.now;
    for (const after of [1, 1_000, FLOOR - 1]) {
      bench.now = looked + after;
      await receive();
      expect(await due()).toEqual([]);
    }
    bench.now = looked + FLOOR;
    expect(await due()).toEqual(['r']);
    expect(found).toEqual([true, true, true]);
  });

  it('makes it due at once when the last look is longer ago', async () => {
    await openRequest();
    await look();
    bench.now += FLOOR + 1;
    expect(await due()).toEqual([]);
    await receive();
    expect(await due()).toEqual(['r']);
  });

  it('never puts a look off', async () => {
    await openRequest();
    await look(FLOOR - 2);
    bench.now += FLOOR - 3;
    await receive();
    expect(await due()).toEqual([]);
    bench.now += 1;
    expect(await due()).toEqual(['r']);
  });

  it('does nothing for a request that nobody here sent', async () => {
    await openRequest();
    expect(await receive('00000000-0000-4000-8000-000000000000')).toBe(200);
    expect(found).toEqual([false]);
    expect(await due()).toEqual([]);
  });

  it('does nothing for a request whose answer was lost', async () => {
    await openRequest();
    await bench.connection.provisioning.commit(
      { request: { id: 'r', state: 'unknown', nextPoll: bench.now + FAR }, people: [], decide: becomes({}) },
      bench.now,
    );
    await receive();
    expect(found).toEqual([false]);
    expect(await due()).toEqual([]);
  });

  it('does nothing for a request that is over', async () => {
    await openRequest();
    await bench.connection.provisioning.commit(
      {
        request: { id: 'r', state: 'completed', polls: 1, nextPoll: null, completedAt: bench.now },
        people: [],
        decide: becomes({}),
      },
      bench.now,
    );
    bench.now += FAR;
    expect(await receive()).toBe(200);
    expect(found).toEqual([false]);
    expect(await due()).toEqual([]);
    expect((await bench.connection.reports.request('r'))?.state).toBe('completed');
  });
});
