import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { stringify } from 'yaml';
import { fork } from 'node:child_process';
import { loadConfiguration } from '/work/main/src/config/configuration.ts';
import { environmentFor } from '/work/main/src/demo/environment.ts';
import { startBridge } from '/work/main/src/main.ts';
import { compileMapping } from '/work/main/src/mapping/configured/compile.ts';
import { compileGroupRules } from '/work/main/src/mapping/groups/compile.ts';
import { startSimulator } from '/work/main/src/simulator/simulator.ts';

const E = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const person = (name: string) => ({
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', E],
  userName: `${name}@example.com`, active: true, name: { givenName: name, familyName: 'Example' },
  emails: [{ type: 'work', value: `${name}@example.com` }], preferredLanguage: 'en-US',
  addresses: [{ type: 'work', country: 'US' }], [E]: { employeeNumber: `n-${name}` },
});
async function run(window: string, count: number, connections: number, delay: number) {
  const simulator = await startSimulator({ pollInterval: 20 });
  if (delay > 0) simulator.faults.add({ kind: 'delay', ms: delay, match: { path: /\/(Users|Bulk)/ } });
  const folder = mkdtempSync(join(tmpdir(), 'measure-'));
  const env = environmentFor(simulator);
  const loaded = loadConfiguration({
    env: { ...env, BRIDGE_PORT: '0', BRIDGE_DATABASE_URL: `sqlite:${join(folder, 'b.db')}` },
    configFile: 'b.yaml', readFile: () => stringify({ connections: { default: { verdictWindow: window } } }),
    compileMapping, compileGroupRules,
  } as any);
  if (loaded.kind === 'invalid') throw new Error(JSON.stringify(loaded.problems));
  const bridge = await startBridge(loaded.configuration, 'all', pino({ level: 'error' }));
  const times: number[] = [];
  let next = 0;
  const post = async (name: string) => {
    const begun = performance.now();
    const answer = await fetch(`${bridge.url}/scim/v2/Users`, { method: 'POST', body: JSON.stringify(person(name)),
      headers: { authorization: `Bearer ${env.BRIDGE_SCIM_TOKEN}`, 'content-type': 'application/scim+json' } });
    await answer.text();
    if (answer.status !== 201) throw new Error(String(answer.status));
    times.push(performance.now() - begun);
  };
  await post('warm');
  times.length = 0;
  const begun = performance.now();
  await Promise.all(Array.from({ length: connections }, async () => { while (next < count) { next += 1; await post(`p${next}`); } }));
  const elapsed = performance.now() - begun;
  times.sort((a, b) => a - b);
  const at = (q: number) => times[Math.floor(times.length * q)]?.toFixed(1);
  const singles = simulator.requests.filter((r) => r.method === "POST" && /\/Users$/.test(r.path)).length; const bulks = simulator.requests.filter((r) => /Bulk$/.test(r.path)).length;
  console.log(singles, "singles", bulks, "bulks", simulator.requests.length, "requests");
  console.log(`window ${window} count ${count} connections ${connections} concur+${delay}ms: ${(count / elapsed * 1000).toFixed(0)}/s, median ${at(0.5)}, p95 ${at(0.95)}, p99 ${at(0.99)}, max ${at(0.9999)} ms`);
  await bridge.close(); await simulator.close(); rmSync(folder, { recursive: true, force: true });
}
const [, , window = '2s', count = '2000', connections = '16', delay = '0'] = process.argv;
await run(window, Number(count), Number(connections), Number(delay));
process.exit(0);
