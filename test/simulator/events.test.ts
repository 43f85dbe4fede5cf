import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { Attributes } from '../../src/simulator/attributes.ts';
import { SPEND_USER } from '../../src/simulator/schemas.ts';
import { bulk, type Caller, person, SPEND, startCaller } from './caller.ts';

/** An endpoint that keeps what is posted to it and answers with `status`. */
async function subscriber() {
  const seen: { signature: unknown; text: string }[] = [];
  const endpoint = { status: 200, seen, url: '' };
  const server = createServer(async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk);
    seen.push({ signature: req.headers['concur-signature'], text: Buffer.concat(chunks).toString() });
    res.writeHead(endpoint.status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endpoint.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`; // never a pipe
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return endpoint;
}

async function start(
  latency: number,
): Promise<Caller & { endpoint: Awaited<ReturnType<typeof subscriber>> }> {
  const endpoint = await subscriber();
  const caller = await startCaller({
    latency: { identity: latency, extensions: latency },
    events: { url: endpoint.url, sign: (body) => `${body.length} bytes` },
  });
  onTestFinished(() => caller.simulator.close());
  return { ...caller, endpoint };
}

const create = (data: Attributes) => ({ method: 'POST', path: '/Users', bulkId: '1', data });

test('an event is posted once a request is completed, signed over its bytes', async () => {
  const { call, advance, simulator, endpoint } = await start(1_000);
  await call('POST', '/profile/v4/Bulk', bulk(create(person({}, { [SPEND_USER]: SPEND }))));
  await simulator.deliverEvents();
  expect(endpoint.seen).toEqual([]);
  advance(2_000);
  await simulator.deliverEvents();
  const [{ signature, text } = { signature: '', text: '{}' }] = endpoint.seen;
  expect(signature).toBe(`${text.length} bytes`);
  expect(JSON.parse(text)).toMatchObject({
    eventType: 'provisionCompleted',
    topic: 'public.concur.user.provisioning',
    facts: { provisionId: [...simulator.state.provisions.keys()][0], success: true },
  });
});

test.each([
  [200, 1],
  [400, 1],
  [403, 2],
  [503, 2],
])('an event answered %i is posted %i times in two deliveries', async (status, times) => {
  const { call, simulator, endpoint } = await start(0);
  await call('POST', '/profile/v4/Users', person());
  endpoint.status = status;
  await simulator.deliverEvents();
  await simulator.deliverEvents();
  expect(endpoint.seen).toHaveLength(times);
});

test('a refused request says so', async () => {
  const { call, simulator, endpoint } = await start(0);
  const somebody = person();
  await call('POST', '/profile/v4/Bulk', bulk(create(somebody)));
  await simulator.deliverEvents();
  await call('POST', '/profile/v4/Bulk', bulk(create(somebody)));
  await simulator.deliverEvents();
  expect(endpoint.seen.map(({ text }) => JSON.parse(text).facts.success)).toEqual([true, false]);
});
