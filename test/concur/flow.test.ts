import { describe, expect, it } from 'vitest';
import { createAdaptiveRate } from '../../src/concur/adaptive-rate.ts';
import { withFlowControl } from '../../src/concur/flow.ts';
import type { HttpRequest, Sent } from '../../src/concur/transport.ts';

const LIMITS = { first: 10, least: 1, most: 20 };
const GET: HttpRequest = { method: 'GET', url: 'https://us2.api.concursolutions.com/' };

describe('the rate', () => {
  const start = () => {
    const time = { now: 1_000 };
    return { time, rate: createAdaptiveRate(LIMITS, () => time.now) };
  };

  it('spaces calls evenly', () => {
    const { rate } = start();
    expect([rate.book(), rate.book(), rate.book()]).toEqual([0, 100, 200]);
  });

  it('does not save up what was not used', () => {
    const { rate, time } = start();
    rate.book();
    time.now += 60_000;
    expect([rate.book(), rate.book()]).toEqual([0, 100]);
  });

  it('is halved once for a storm of refusals, and never below the least', () => {
    const { rate, time } = start();
    rate.slowDown(0);
    rate.slowDown(0);
    expect(rate.rate).toBe(5);
    for (let storm = 0; storm < 10; storm++) {
      time.now += 1_000;
      rate.slowDown(0);
    }
    expect(rate.rate).toBe(1);
  });

  it('doubles with as many calls as it has a second, until Concur asks for fewer for the first time', () => {
    const { rate } = start();
    for (let call = 0; call < 5; call++) rate.succeeded();
    expect(rate.rate).toBe(15);
    for (let call = 0; call < 100; call++) rate.succeeded();
    expect(rate.rate).toBe(20);
  });

  it('grows by about one request a second every second, and never above the most', () => {
    const { rate, time } = start();
    rate.slowDown(0);
    time.now += 2_000;
    for (let call = 0; call < 5; call++) rate.succeeded();
    expect(rate.rate).toBeGreaterThan(5.9);
    expect(rate.rate).toBeLessThan(6);
    for (let call = 0; call < 50; call++) rate.succeeded();
    expect(rate.rate).toBeGreaterThan(10.9);
    expect(rate.rate).toBeLessThan(12);
    for (let call = 0; call < 1_000; call++) rate.succeeded();
    expect(rate.rate).toBe(20);
  });

  it('lets nothing through before the time that Concur asked for', () => {
    const { rate, time } = start();
    rate.slowDown(5_000);
    expect(rate.pause()).toBe(5_000);
    expect(rate.book()).toBe(5_000);
    time.now += 5_000;
    expect(rate.pause()).toBe(0);
  });
});

describe('flow control', () => {
  it('waits for the rate, but not for an urgent request', async () => {
    const { flow, slept } = scripted(() => answered(200));
    await flow.send(GET);
    await flow.send(GET);
    await flow.send({ ...GET, urgent: true });
    expect(slept).toEqual([50]);
  });

  it('has at most ten requests under way at once, urgent ones on top', async () => {
    const open: (() => void)[] = [];
    const { flow } = scripted(
      () =>
        new Promise<Sent>((resolve) => {
          open.push(() => resolve(answered(200)));
        }),
    );
    const all = Array.from({ length: 25 }, () => flow.send(GET));
    const urgent = flow.send({ ...GET, urgent: true });
    await turns();
    expect(open.length).toBe(11);
    while (open.length > 0) {
      open.shift()?.();
      await turns();
    }
    expect(await Promise.all([...all, urgent])).toHaveLength(26);
  });

  it('pauses everything but deactivations for as long as a 429 says', async () => {
    const { flow, time } = scripted(() => answered(429, '7'));
    await flow.send(GET);
    expect(flow.pause(false)).toBe(7_000);
    expect(flow.pause(true)).toBe(0);
    time.now += 7_000;
    expect(flow.pause(false)).toBe(0);
  });

  it('stops sending after five failures in a row, probes with one request, and goes on when it is served', async () => {
    let down = true;
    const { flow, sent, time } = scripted(() =>
      down ? { kind: 'no-connection', correlationId: 'c' } : answered(200),
    );
    for (let call = 0; call < 8; call++) expect((await flow.send(GET)).kind).toBe('no-connection');
    expect(sent.length).toBe(5);
    expect(flow.pause(true)).toBe(5_000);
    time.now += 5_000;
    // All but one wait for the one that tries, and are not sent.
    await Promise.all([flow.send(GET), flow.send(GET), flow.send({ ...GET, urgent: true })]);
    expect(sent.length).toBe(6);
    expect(flow.pause(true)).toBe(10_000);
    time.now += 10_000;
    down = false;
    const kinds = (await Promise.all([flow.send(GET), flow.send(GET)])).map(({ kind }) => kind);
    expect(kinds).toEqual(['answered', 'answered']);
    expect(sent.length).toBe(8);
    expect(flow.pause(true)).toBe(0);
  });

  it('measures every wait by a time that does not go back when the clock is set back', async () => {
    let status = 500;
    const { flow, time, slept, clock } = scripted(() => answered(status, '7'));
    for (let call = 0; call < 5; call++) await flow.send({ ...GET, urgent: true });
    clock.now -= 2 * 3_600_000;
    expect(flow.pause(true)).toBe(5_000);
    time.now += 5_000;
    status = 429;
    await flow.send({ ...GET, urgent: true });
    expect(flow.pause(true)).toBe(0);
    clock.now -= 20 * 60_000;
    await flow.send(GET);
    expect(slept).toEqual([7_000]);
  });

  it.each(['close', 'abort'] as const)('%s ends every wait, and what had waited is not sent', async (end) => {
    const { flow, sent } = scripted(
      () => answered(429, '3600'),
      () => never(),
    );
    await flow.send(GET);
    const waiting = Array.from({ length: 12 }, () => flow.send(GET));
    await turns();
    await flow[end]();
    waiting.push(flow.send({ ...GET, urgent: true }));
    for (const one of await Promise.all(waiting)) expect(one.kind).toBe('no-connection');
    expect(sent.length).toBe(1);
  });

  it('does not take refusals for an outage', async () => {
    const { flow, sent } = scripted(() => answered(400));
    for (let call = 0; call < 12; call++) await flow.send(GET);
    expect(sent.length).toBe(12);
    expect(flow.pause(false)).toBe(0);
  });
});

describe('the log', () => {
  const LOST: Sent = { kind: 'no-connection', correlationId: 'c' };

  it('says once that Concur cannot be reached, and once that it is back, with how long it took', async () => {
    let down = true;
    const { flow, time, lines } = scripted(() => (down ? LOST : answered(200)));
    for (let call = 0; call < 8; call++) await flow.send(GET);
    for (let rest = 0; rest < 3; rest++) {
      time.now += 60_000;
      await flow.send(GET);
    }
    expect(lines).toEqual([['warn', { correlationId: 'c' }, expect.stringContaining('cannot be reached')]]);
    down = false;
    time.now += 60_000;
    for (let call = 0; call < 3; call++) await flow.send(GET);
    expect(lines.slice(1)).toEqual([
      ['info', { seconds: 240 }, expect.stringContaining('again, after 240 s')],
    ]);
  });

  it.each<[sent: Sent, why: string]>([
    [answered(503), 'HTTP 503'],
    [{ kind: 'silent', correlationId: 'c' }, 'in time'],
    [{ kind: 'lost', correlationId: 'c' }, 'cannot be reached'],
  ])('says why Concur counts as down: $kind', async (sent, why) => {
    const { flow, lines } = scripted(() => sent);
    for (let call = 0; call < 3; call++) await flow.send(GET);
    expect(lines).toEqual([['warn', expect.anything(), expect.stringContaining(why)]]);
  });

  it('is silent about one failure alone, and about refusals', async () => {
    const answers = [LOST, answered(200), answered(503), answered(400), LOST, answered(403)];
    const { flow, lines } = scripted(() => answers.shift() ?? answered(200));
    for (let call = 0; call < 8; call++) await flow.send(GET);
    expect(lines).toEqual([]);
  });

  it('says once that Concur slows us, and once that it does no longer', async () => {
    let status = 429;
    const { flow, time, lines } = scripted(() => answered(status));
    for (let call = 0; call < 4; call++) {
      await flow.send({ ...GET, urgent: true });
      time.now += 30_000;
      status = call % 2 === 0 ? 200 : 429;
    }
    expect(lines).toEqual([['warn', { correlationId: 'c' }, expect.stringContaining('429')]]);
    status = 200;
    for (let call = 0; call < 4; call++) {
      time.now += 30_000;
      await flow.send({ ...GET, urgent: true });
    }
    expect(lines.slice(1)).toEqual([
      ['info', { seconds: expect.any(Number) }, expect.stringContaining('no longer')],
    ]);
  });
});

function answered(status: number, retryAfter: string | null = null): Sent {
  return { kind: 'answered', status, retryAfter, body: null, correlationId: 'c' };
}

/** A wait that only the end of the transport ends. */
function never(): Promise<void> {
  return new Promise(() => {});
}

/** Flow control before a transport that answers as `answer` says; `wait` is what a sleep waits for besides its signal. */
function scripted(answer: () => Sent | Promise<Sent>, wait: () => Promise<void> = async () => {}) {
  const time = { now: 1_000 };
  const clock = { now: Date.parse('2026-01-01T00:00:00Z') };
  const sent: HttpRequest[] = [];
  const slept: number[] = [];
  const lines: [level: string, fields: object, message: string][] = [];
  const flow = withFlowControl(
    {
      send: async (request) => {
        sent.push(request);
        return answer();
      },
      close: async () => {},
      abort: () => {},
    },
    {
      clock: () => clock.now,
      monotonic: () => time.now,
      sleep: (ms, signal) => {
        slept.push(ms);
        const ended = new Promise<never>((_, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason), { once: true });
          if (signal.aborted) reject(signal.reason);
        });
        return Promise.race([wait(), ended]);
      },
      newId: () => 'new-id',
      log: {
        info: (fields, message) => void lines.push(['info', fields, message]),
        warn: (fields, message) => void lines.push(['warn', fields, message]),
        error: (fields, message) => void lines.push(['error', fields, message]),
      },
    },
  );
  return { flow, time, clock, sent, slept, lines };
}

/** Lets everything that can go on go on. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}
