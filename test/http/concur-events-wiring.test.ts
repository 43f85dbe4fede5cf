import { generateKeyPairSync, sign } from 'node:crypto';
import { pino } from 'pino';
import { expect, onTestFinished, test, vi } from 'vitest';
import { loadConfiguration } from '../../src/config/configuration.ts';
import { environmentFor } from '../../src/demo/environment.ts';
import { type Bridge, startBridge } from '../../src/main.ts';
import { startSimulator } from '../../src/simulator/simulator.ts';

const keys = vi.hoisted(() => ({ published: [] as unknown[] }));

// Nobody but SAP can sign with the published keys; everything else is the program itself.
vi.mock('../../src/http/concur-events/signature.ts', async (original) => ({
  ...(await original<object>()),
  PUBLISHED_KEYS: keys.published,
}));

test('the program looks at a request as soon as Concur announces it, not at its next look', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  keys.published.push(publicKey);
  let bridge: Bridge | undefined;
  const simulator = await startSimulator({
    latency: { extensions: 100 },
    events: {
      get url() {
        return `${bridge?.url}/concur/events/default`;
      },
      sign: (body) => sign('sha256', body, privateKey).toString('base64'),
    },
  });
  onTestFinished(() => simulator.close());
  const env = {
    ...environmentFor(simulator),
    BRIDGE_PORT: '0',
    BRIDGE_DATABASE_URL: 'sqlite::memory:',
  };
  const loaded = loadConfiguration({ env, readFile: () => '' });
  if (loaded.kind === 'invalid') throw new Error(JSON.stringify(loaded.problems));
  const lines: string[] = [];
  const log = pino({}, { write: (line: string) => void lines.push(line) });
  const running = await startBridge(loaded.configuration, 'all', log);
  bridge = running;
  onTestFinished(() => running.close());

  const created = await fetch(`${running.url}/scim/v2/Users`, {
    method: 'POST',
    headers: { authorization: `Bearer ${env.BRIDGE_SCIM_TOKEN}`, 'content-type': 'application/scim+json' },
    body: JSON.stringify({
      userName: 'ada@example.com',
      name: { givenName: 'Ada', familyName: 'Example' },
      emails: [{ type: 'work', value: 'ada@example.com' }],
      addresses: [{ type: 'work', country: 'US' }],
      preferredLanguage: 'en-US',
    }),
  });
  expect(created.status).toBe(201);
  const requests = async (state: string) => {
    const answer = await fetch(`${running.url}/api/v1/requests?state=${state}`, {
      headers: { authorization: `Bearer ${env.BRIDGE_ADMIN_TOKEN}` },
    });
    const { items } = (await answer.json()) as { items: { provisionId: string }[] };
    return items.map(({ provisionId }) => provisionId);
  };
  // A look asks for the summary first, and for the pages of operations once it is done.
  const looks = () =>
    simulator.requests.filter(({ path, query }) => path.endsWith('/status') && query === '');
  const [provisionId = ''] = await vi.waitFor(async () => {
    const open = await requests('open');
    expect(open).toHaveLength(1);
    expect(simulator.state.provisions.get(open[0] ?? '')?.completed).toBeDefined();
    return open;
  }, 3_000);
  expect(looks()).toEqual([]);

  await simulator.deliverEvents();
  // Without the event the first look would be five seconds after the sending.
  await vi.waitFor(async () => expect(await requests('completed')).toEqual([provisionId]), 3_000);
  expect(looks()).toHaveLength(1);
  expect(simulator.violations).toEqual([]);
  const said = lines.map((line) => JSON.parse(line)).filter((line) => line.provisionId === provisionId);
  expect(said).toMatchObject([{ connection: 'default', found: true }]);
});
