import { expect, onTestFinished, test, vi } from 'vitest';
import type { JsonObject } from '../../src/domain/json.ts';
import { startSimulator } from '../../src/simulator/simulator.ts';
import { startGateway } from '../worker/gateway.ts';
import { ADMIN_TOKEN, BridgeProcess, SCIM_TOKEN } from './bridge-process.ts';
import { person, TAKEN } from './waiting-bridge.ts';

const PATIENCE = { timeout: 60_000, interval: 100 };

async function call(url: string, path: string, token: string, body?: object) {
  const answer = await fetch(`${url}${path}`, {
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', prefer: 'wait=40' },
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: (await answer.json()) as JsonObject };
}

test('a write whose process dies while its client waits stands, and is seen to have failed', {
  timeout: 90_000,
}, async () => {
  const gateway = await startGateway();
  const simulator = await startSimulator({ pollInterval: 200, company: { geolocation: gateway.url } });
  gateway.aim(simulator.url);
  const bridge = await BridgeProcess.prepare({ url: gateway.url, company: simulator.company });
  onTestFinished(async () => {
    gateway.close();
    await bridge.dispose();
    await simulator.close();
  });
  await bridge.start();

  const held = gateway.hold({ method: 'POST', path: /\/Users$/ });
  const answer = call(bridge.url, '/scim/v2/Users', SCIM_TOKEN, person('ada', { userName: TAKEN })).catch(
    () => 'cut',
  );
  await held.here;
  await bridge.kill();
  held.release();
  expect(await answer).toBe('cut');
  await bridge.start();

  await vi.waitFor(async () => {
    const { body } = await call(bridge.url, '/api/v1/users?state=failed', ADMIN_TOKEN);
    expect(body.items).toMatchObject([{ userName: TAKEN, reason: 'name_taken' }]);
  }, PATIENCE);
  const { body } = await call(bridge.url, '/scim/v2/Users', SCIM_TOKEN);
  expect(body.Resources).toMatchObject([{ userName: TAKEN, meta: { version: 'W/"1"' } }]);
});
