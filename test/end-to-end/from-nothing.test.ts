import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { type Running, run, start } from '../cli/child.ts';
import { atTerminal, CLEAR, ENTER, UP } from '../cli/terminal.ts';

const ADA = 'ada.lovelace@example.com';

// The way of somebody who has the README, two terminals, and the simulator in the place of Concur.
it('from nothing to the first person in Concur, with the prompts of init and connect alone', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bridge-from-nothing-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const simulator = start(['simulate', '--port', '0', '--latency', '0'], {}, { cwd: folder });
  ending(simulator);
  await simulator.line(/Ctrl-C/);
  const told = (name: string) =>
    new RegExp(`^${name} +(?:another address: )?(\\S+)`, 'm').exec(simulator.output())?.[1] ?? `no ${name}`;
  const secret = told('client secret');

  const init = atTerminal(['init'], { cwd: folder });
  await init.type('In which data centre', UP + ENTER);
  await init.type('Its base URI', told('data centre') + ENTER);
  await init.type('Only for tests', UP + ENTER);
  await init.type('UUID of the company', `no UUID${ENTER}`);
  await init.type('It must be the UUID of the company', CLEAR + told('company UUID') + ENTER);
  await init.type('client id', told('client id') + ENTER);
  await init.type('client secret', secret + ENTER);
  await init.type('clients reach the bridge', ENTER);
  await init.type('port to listen on', `${await freePort()}${ENTER}`);
  await init.type('database file', ENTER);
  const written = await init.ended;
  expect(written.stdout).not.toContain(secret);
  expect(written.code).toBe(0);

  const connect = atTerminal(['connect'], { cwd: folder });
  await connect.type('company request token', told('company request token') + ENTER);
  const connected = await connect.ended;
  expect(connected.stdout).toContain('The connection "default" is connected.');
  expect(connected.stdout).toContain(told('company UUID'));
  expect(connected.stdout).not.toContain(told('company request token'));
  expect(connected.code).toBe(0);

  const server = start(['serve'], {}, { cwd: folder });
  ending(server);
  await server.line(/"listening on/);
  const [, scim] = /SCIM URL +(\S+)/.exec(written.stdout) ?? [];
  const [, token] = /bearer token +(\S+)/.exec(written.stdout) ?? [];
  const created = await fetch(`${scim}/Users`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' },
    body: JSON.stringify({
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
      userName: ADA,
      name: { givenName: 'Ada', familyName: 'Lovelace' },
      emails: [{ type: 'work', value: ADA }],
      addresses: [{ type: 'work', country: 'GB' }],
      active: true,
    }),
  });
  expect(created.status).toBe(201);
  await vi.waitFor(
    async () => {
      const { stdout } = await run(['status', ADA, '--json'], {}, { cwd: folder });
      expect(JSON.parse(stdout)).toMatchObject({ state: 'in_sync', applied: { userName: ADA } });
    },
    { timeout: 30_000, interval: 500 },
  );
}, 60_000);

/** Ends a program when the test is over. */
function ending(program: Running): void {
  onTestFinished(async () => {
    program.signal('SIGTERM');
    await program.ended;
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
