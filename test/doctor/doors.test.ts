import { expect, it } from 'vitest';
import { openClinic, type Setup } from './clinic.ts';

/** Answers in the place of the bridge and of whatever stands before it, and keeps what it was asked. */
function answering(answer: (method: string, url: string, token: string | null) => number | null) {
  const asked: string[] = [];
  const fetch: Setup['fetch'] = async (input, init = {}) => {
    const method = init.method ?? 'GET';
    asked.push(`${method} ${String(input)}`);
    expect(init.redirect).toBe('manual');
    const status = answer(method, String(input), new Headers(init.headers).get('authorization'));
    if (status === null) throw new TypeError('fetch failed');
    return new Response(null, { status });
  };
  return { asked, fetch };
}

const PUBLIC = { BRIDGE_PUBLIC_URL: 'https://scim.example.com/bridge/' };
const bridge = (method: string, _url: string, token: string | null) =>
  method === 'POST' ? 403 : token === null ? 401 : 200;

it('knocks at the public address, with and without the token', async () => {
  const clinic = await openClinic();
  const { asked, fetch } = answering(bridge);
  const diagnosis = await clinic.examine({ env: PUBLIC, fetch });
  expect(diagnosis.in('warning')).toEqual([]);
  expect(asked).toEqual([
    'GET https://scim.example.com/bridge/scim/v2/ServiceProviderConfig',
    'GET https://scim.example.com/bridge/scim/v2/ServiceProviderConfig',
    'POST https://scim.example.com/bridge/concur/events/default',
  ]);
});

it.each([
  ['0.0.0.0', 'http://127.0.0.1:8123/scim/v2'],
  ['::1', 'http://[::1]:8123/scim/v2'],
])('knocks at %s where there is no public address', async (BRIDGE_HOST, expected) => {
  const clinic = await openClinic();
  const { fetch } = answering(bridge);
  const { of } = await clinic.examine({ env: { BRIDGE_HOST, BRIDGE_PORT: '8123' }, fetch });
  expect(of('scim')).toMatchObject({ state: 'ok', found: `${expected} answers, and asks for a token.` });
  expect(of('events').state).toBe('warning');
});

it.each([[null], [502], [503]])('warns where no server is up (%s)', async (status) => {
  const clinic = await openClinic();
  const { fetch } = answering(() => status);
  const diagnosis = await clinic.examine({ env: PUBLIC, fetch });
  expect(diagnosis.in('warning')).toEqual(['scim', 'scim-token', 'events']);
  expect(diagnosis.of('scim').remedy).toMatch(/Start the server/);
  expect(diagnosis.ok).toBe(true);
});

it.each([[200], [302], [404]])('fails where something else answers (%d)', async (status) => {
  const clinic = await openClinic();
  const { fetch } = answering(() => status);
  const diagnosis = await clinic.examine({ env: PUBLIC, fetch });
  expect(diagnosis.in('failed')).toEqual(['scim']);
  expect(diagnosis.of('scim')).toMatchObject({
    found: expect.stringContaining(`HTTP ${status}`),
    remedy: expect.stringContaining('its whole path'),
  });
  expect(diagnosis.of('events')).toMatchObject({ state: 'warning' });
});

it('fails where the server does not take the configured token', async () => {
  const clinic = await openClinic();
  const { fetch } = answering(() => 401);
  const diagnosis = await clinic.examine({ env: PUBLIC, fetch });
  expect(diagnosis.in('failed')).toEqual(['scim-token']);
  expect(diagnosis.of('scim-token').remedy).toMatch(/Restart the server/);
});

it('warns where no token is valid', async () => {
  const clinic = await openClinic();
  const { fetch } = answering(bridge);
  const { of } = await clinic.examine({ env: { ...PUBLIC, BRIDGE_SCIM_TOKEN: '' }, fetch });
  expect(of('scim-token')).toMatchObject({
    state: 'warning',
    remedy: expect.stringContaining('token create'),
  });
});

it('warns where delivery is off', async () => {
  const clinic = await openClinic();
  const { ok, of } = await clinic.examine({ file: { connections: { default: { delivery: 'off' } } } });
  expect(of('delivery')).toMatchObject({
    state: 'warning',
    remedy: expect.stringContaining('connections.default.delivery'),
  });
  expect(ok).toBe(true);
});

it('warns where delivery was switched off, and says how it is switched on', async () => {
  const clinic = await openClinic();
  await clinic.switchDelivery('off');
  expect((await clinic.examine()).of('delivery')).toMatchObject({
    state: 'warning',
    remedy: expect.stringContaining('delivery on --connection default'),
  });
});
