import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Express } from 'express';
import pino from 'pino';
import { onTestFinished } from 'vitest';
import type { ConnectionConfiguration } from '../../src/config/configuration.ts';
import { createApp } from '../../src/http/app.ts';
import type { HttpConnection } from '../../src/http/connection.ts';
import { checkedDirectory } from '../../src/mapping/checks/checked-directory.ts';
import { bindConnection, openStore } from '../../src/store/store.ts';

/** The token that opens the connection `default`. */
const TOKEN = 'secret-idp';
const MAPPING = { companyId: 'company-1', defaults: {}, currencies: {} };

/** What is configured of its connection; by default nothing is refused that Concur would refuse. */
type RealSettings = Pick<HttpConnection, 'unknownMembers'> &
  Partial<Pick<ConnectionConfiguration, 'validation'>>;

/**
 * The app on a database of its own, a file that goes away with the test. Nothing is delivered to Concur. Every look
 * at the clock is a second later than the last, so that what comes first is certain.
 */
export async function realApp({ unknownMembers, validation = 'accept' }: RealSettings): Promise<Express> {
  const folder = mkdtempSync(join(tmpdir(), 'bridge-conversation-'));
  let now = Date.UTC(2026, 0, 1);
  const clock = () => {
    now += 1000;
    return now;
  };
  let ids = 0;
  const newId = () => {
    ids += 1;
    return `00000000-0000-4000-8000-${String(ids).padStart(12, '0')}`;
  };
  const store = await openStore({
    url: `sqlite:${join(folder, 'bridge.db')}`,
    secretKey: randomBytes(32),
    clock,
    newId,
  });
  onTestFinished(async () => {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  await bindConnection(store, 'default', 'company-1');
  const { directory, reports, tokens } = store.connection('default');
  await tokens.seed(TOKEN);
  return createApp({
    connections: [
      {
        name: 'default',
        directory: validation === 'refuse' ? checkedDirectory(directory, MAPPING) : directory,
        reports,
        tokens,
        unknownMembers,
        rateLimit: null,
        writeApi: 'auto',
        credential: async () => null,
        verdicts: null,
        onAccepted: () => {},
        onProvisionCompleted: async () => {},
        delivery: async () => ({ delivery: 'on', offBy: null }),
        switchDelivery: async () => {},
        describe: async () => ({
          desired: {},
          initial: {},
          waitingFor: [],
          gaps: [],
          missingFor: () => null,
        }),
      },
    ],
    adminToken: null,
    publicUrl: 'https://bridge.example.com',
    log: pino({ level: 'silent' }),
    newId,
    now: clock,
    ready: async () => true,
  });
}
