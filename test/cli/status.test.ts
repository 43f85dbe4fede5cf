import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { Credential } from '../../src/domain/credential.ts';
import { SCOPES, SPEND_WRITE } from '../../src/domain/granted.ts';
import { bindConnection, openStore } from '../../src/store/store.ts';
import { run } from './child.ts';

const COMPANY = 'aa076ada-80a9-4f57-8e98-9300b1c3171d';
const SECRET_KEY = 'ab'.repeat(32);
const HOUR = 3_600_000;

/** What `status` prints of a connection that has this credential. */
async function status(credential: Credential | null, ...more: string[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'bridge-status-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const url = `sqlite:${join(folder, 'bridge.db')}`;
  const secretKey = Buffer.from(SECRET_KEY, 'hex');
  const store = await openStore({ url, secretKey, clock: Date.now, newId: randomUUID });
  await bindConnection(store, 'default', COMPANY);
  if (credential !== null) await store.connection('default').credentials.write(credential);
  await store.close();
  const { code, stdout, stderr } = await run(['status', ...more], {
    BRIDGE_DATABASE_URL: url,
    BRIDGE_SECRET_KEY: SECRET_KEY,
    CONCUR_BASE_URL: 'https://us2.api.concursolutions.com',
    CONCUR_COMPANY_ID: COMPANY,
    CONCUR_CLIENT_ID: 'client',
    CONCUR_CLIENT_SECRET: 'client-secret',
  });
  expect(code, stderr).toBe(0);
  return stdout;
}

const well: Credential = {
  principal: 'company',
  refreshToken: 'very-secret',
  geolocation: 'https://us2.api.concursolutions.com',
  scopes: SCOPES.map(({ name }) => name),
  expiresAt: Date.now() + 100 * 24 * HOUR,
  refreshedAt: Date.now(),
};

it('begins with what is wrong with the connection, a line each', async () => {
  const scopes = SCOPES.map(({ name }) => name).filter((name) => name !== SPEND_WRITE);
  const [first, second, third] = (await status({ ...well, scopes, expiresAt: Date.now() + 60 * HOUR })).split(
    '\n',
  );
  expect(first).toBe('The refresh token runs out in 2 days: connect again before.');
  expect(second).toContain(
    `Scopes that the company did not grant: ${SPEND_WRITE}. Ask the Concur administrator`,
  );
  expect(third).toBe('');
});

it('says that there is no connection, to programs too', async () => {
  expect(await status(null)).toMatch(/^Not connected to SAP Concur/);
  const report = JSON.parse(await status(null, '--json'));
  expect(report.connectionTroubles).toEqual([expect.stringMatching(/^Not connected/)]);
});

it('says nothing where nothing is wrong, and never a secret', async () => {
  const text = await status(well);
  expect(text).toMatch(/^ *connection +default/);
  expect(text).not.toContain('very-secret');
});
