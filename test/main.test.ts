import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import BetterSqlite from 'better-sqlite3';
import { pino } from 'pino';
import { expect, it, onTestFinished } from 'vitest';
import { loadConfiguration } from '../src/config/configuration.ts';
import { environmentFor } from '../src/demo/environment.ts';
import { openData, startBridge } from '../src/main.ts';
import { startSimulator } from '../src/simulator/simulator.ts';

it('leaves no server behind when a start fails after it listens', async () => {
  const simulator = await startSimulator();
  const folder = mkdtempSync(join(tmpdir(), 'bridge-main-'));
  onTestFinished(async () => {
    await simulator.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const file = join(folder, 'bridge.db');
  const env = { ...environmentFor(simulator), BRIDGE_PORT: '0', BRIDGE_DATABASE_URL: `sqlite:${file}` };
  const loaded = loadConfiguration({ env, readFile: () => '' });
  if (loaded.kind === 'invalid') throw new Error(JSON.stringify(loaded.problems));
  const log = pino({ level: 'silent' });

  const started = await startBridge(loaded.configuration, 'api', log);
  const url = new URL(started.url ?? '');
  await started.close();
  const port = Number(url.port);
  const configuration = { ...loaded.configuration, server: { ...loaded.configuration.server, port } };
  const database = new BetterSqlite(file);
  database.exec(`create trigger full before update of planned_by on connections
    begin select raise(abort, 'no room is left'); end`);
  database.close();

  await expect(startBridge(configuration, 'all', log)).rejects.toThrow('no room is left');
  await expect(fetch(url)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
  await (await openData(configuration)).close();
});
