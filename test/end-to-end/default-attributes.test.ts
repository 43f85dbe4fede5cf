import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { loadConfiguration } from '../../src/config/configuration.ts';
import { type BridgeEnvironment, environmentFor } from '../../src/demo/environment.ts';
import { ENTERPRISE, SPEND, SPEND_ROLE } from '../../src/domain/extensions.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { type Bridge, startBridge } from '../../src/main.ts';
import { compileMapping } from '../../src/mapping/configured/compile.ts';
import { compileGroupRules } from '../../src/mapping/groups/compile.ts';
import { blocksOf, rowsOf, sectionOf, textOf } from '../docs/page.ts';
import { type Caller, startCaller } from '../simulator/caller.ts';
import { boss, type DefaultSet, ENTRA, OKTA, setsReportingTo } from './default-sets.ts';

const PATIENCE = { timeout: 15_000, interval: 20 };
const section = sectionOf(textOf('docs/mapping.md'), '## A working expense profile');
const [threeLines = ''] = blocksOf(section, 'yaml');
const folder = mkdtempSync(join(tmpdir(), 'bridge-default-attributes-'));

let concur: Caller;
let environment: BridgeEnvironment;
let bridge: Bridge;
let manager: Known;

/** Somebody of whom the identity provider knows the id here. */
interface Known {
  readonly id: string;
  readonly concurId: string;
}

beforeAll(async () => {
  concur = await startCaller({ clock: Date.now, pollInterval: 20 });
  environment = environmentFor(concur.simulator);
  const loaded = loadConfiguration({
    env: { ...environment, BRIDGE_PORT: '0', BRIDGE_DATABASE_URL: `sqlite:${join(folder, 'bridge.db')}` },
    configFile: 'bridge.yaml',
    readFile: () => bridgeYaml(threeLines),
    compileMapping,
    compileGroupRules,
  });
  if (loaded.kind === 'invalid') throw new Error(JSON.stringify(loaded.problems));
  bridge = await startBridge(loaded.configuration, 'all', pino({ level: 'silent' }));
  manager = await push(boss);
});

afterAll(async () => {
  await bridge.close();
  await concur.simulator.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('what identity providers send by default', () => {
  it('needs three lines of configuration, those of docs/mapping.md', () => {
    const { mapping, ...others } = parse(threeLines);
    expect([others, Object.keys(mapping), Object.keys(mapping.defaults)]).toEqual([
      {},
      ['defaults'],
      ['entitlements[Expense]', 'spend:country', 'spend:locale'],
    ]);
    const rows = rowsOf(section).map(([first]) => first);
    expect(rows).toEqual(expect.arrayContaining(setsReportingTo('').map(({ name }) => name)));
  });

  it.each(setsReportingTo('').map(({ name }, index) => ({ name, index })))(
    'with them gives working expense access: $name',
    async ({ index }) => {
      const set = setsReportingTo(manager.id)[index];
      if (set === undefined) throw new Error('A set does not depend on who the manager is');
      await expectExpenseAccess(set, await push(set));
    },
  );

  it.each<[country: string, reimbursementCurrency: string, locale: string, set: DefaultSet]>([
    ['GB', 'GBP', 'en-US', abroad(ENTRA, 'GB')],
    ['CH', 'CHF', 'de-CH', abroad(OKTA, 'CH', { locale: 'de' })],
    ['SE', 'SEK', 'en-US', abroad(ENTRA, 'SE', { preferredLanguage: 'en-US' })],
  ])('an address in %s counts before the line: %s, %s', async (country, currency, locale, set) => {
    const expected = { ...set.expected, spend: { country, locale, reimbursementCurrency: currency } };
    await expectExpenseAccess({ ...set, expected }, await push(set));
  });
});

/** Looks in Concur for everything that somebody needs who is to send in expense reports. */
async function expectExpenseAccess({ resource, expected }: DefaultSet, { concurId }: Known): Promise<void> {
  const { identity } = concur.simulator.state.find(concurId) ?? {};
  expect(identity).toMatchObject({
    userName: resource.userName,
    active: true,
    entitlements: ['Expense'],
    name: { givenName: 'Ada', familyName: 'Lovelace' },
    [ENTERPRISE]: {
      employeeNumber: expected.employeeNumber,
      ...(expected.hasManager ? { manager: { value: manager.concurId } } : {}),
    },
  });
  expect(identity?.emails).toContainEqual(expect.objectContaining({ type: 'work', value: expected.email }));
  const { status, body } = await concur.call('GET', `/profile/spend/v4.1/Users/${concurId}`);
  expect([status, body[SPEND], body[SPEND_ROLE]]).toMatchObject([
    200,
    expected.spend,
    { roles: [{ roleName: 'EXP_USER' }] },
  ]);
  expect(concur.simulator.violations).toEqual([]);
}

/** Pushes somebody as their identity provider does, and resolves when the bridge is done with them. */
async function push({ headers, resource, afterwards }: Omit<DefaultSet, 'name'>): Promise<Known> {
  const send = async (method: string, path: string, body: JsonObject) => {
    const authorization = `Bearer ${environment.BRIDGE_SCIM_TOKEN}`;
    const answer = await fetch(`${bridge.url}/scim/v2${path}`, {
      method,
      headers: { ...headers, authorization },
      body: JSON.stringify(body),
    });
    const text = await answer.text();
    expect(answer.ok, text).toBe(true);
    return JSON.parse(text) as { id: string };
  };
  const { id } = await send('POST', '/Users', resource);
  if (afterwards !== undefined) await send('PATCH', `/Users/${id}`, afterwards);
  return vi.waitFor(async () => {
    const answer = await fetch(`${bridge.url}/api/v1/users/${id}`, {
      headers: { authorization: `Bearer ${environment.BRIDGE_ADMIN_TOKEN}` },
    });
    const person = (await answer.json()) as { concurId: string };
    expect(person).toMatchObject({ state: 'in_sync', reason: null, lastError: null, gaps: [] });
    return { id, concurId: person.concurId };
  }, PATIENCE);
}

/** The set for somebody else, whose work address is in that country. */
function abroad(set: DefaultSet, country: string, more: JsonObject = {}): DefaultSet {
  const userName = `${country.toLowerCase()}.${set.resource.userName}`;
  const addresses = [{ type: 'work', primary: true, country }];
  const { externalId: _, ...others } = set.resource;
  const resource = { ...others, ...more, userName, addresses, [ENTERPRISE]: {} };
  const expected = { ...set.expected, employeeNumber: userName, hasManager: false };
  return { name: set.name, headers: set.headers, resource, expected };
}

/** The file, of which the mapping is all that anybody chose; the rest of the connection comes from the environment. */
function bridgeYaml(mapping: string): string {
  const lines = `polling: { interval: 50ms }\n${mapping}`.split('\n').map((line) => `    ${line}`);
  return `connections:\n  default:\n${lines.join('\n')}\n`;
}
