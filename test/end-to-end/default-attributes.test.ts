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
import { type DefaultSet, ENTRA, type Expected, IPS, IPS_CONCUR, OKTA } from './default-sets.ts';

const SETS = [OKTA, ENTRA, IPS, IPS_CONCUR];
const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
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
  const boss = { ...OKTA.resource(''), userName: 'grace@example.com', externalId: 'grace' };
  manager = await inSync((await send('POST', '/Users', OKTA.headers, boss)).id);
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
    const named = rowsOf(section).map(([first]) => first);
    expect(named).toEqual(expect.arrayContaining(SETS.map(({ name }) => name)));
  });

  it.each(SETS)('gives working expense access with them: $name', async (set) => {
    await expectExpenseAccess(set.expected, await push(set));
  });

  it.each<{
    set: DefaultSet;
    country: string;
    code?: string;
    changes?: JsonObject;
    locale: string;
    currency: string;
  }>([
    { set: OKTA, country: 'CH', changes: { locale: 'de' }, locale: 'de-CH', currency: 'CHF' },
    { set: ENTRA, country: 'GB', locale: 'en-US', currency: 'GBP' },
    { set: ENTRA, country: 'United States', code: 'US', locale: 'en-US', currency: 'USD' },
    { set: ENTRA, country: 'SE', changes: { preferredLanguage: 'sv' }, locale: 'sv-SE', currency: 'SEK' },
    { set: IPS, country: 'US', changes: { locale: 'en_GB' }, locale: 'en-GB', currency: 'USD' },
  ])('gives the country and its currency first: $set.name, $country', async (example) => {
    const { set, country, code = country, changes, locale, currency } = example;
    const userName = `ada.${set.name.length}.${code.toLowerCase()}@example.com`;
    const addresses = [{ primary: true, type: 'work', country }];
    const { [ENTERPRISE]: _, ...sent } = set.resource(manager.id);
    const resource = { ...sent, ...changes, userName, externalId: userName, addresses };
    const known = await push({ ...set, resource: () => resource });
    const spend = { country: code, locale, reimbursementCurrency: currency };
    await expectExpenseAccess({ ...set.expected, userName, employeeNumber: userName, spend }, known);
  });

  it('maps a time zone that Concur has not to one that goes alike: Europe/Vienna of SAP IPS', async () => {
    const userName = 'ada.vienna@example.com';
    const resource = { ...IPS.resource(manager.id), userName, timezone: 'Europe/Vienna' };
    const known = await push({ ...IPS, resource: () => resource });
    await expectExpenseAccess({ ...IPS.expected, userName, employeeNumber: userName }, known);
    expect(concur.simulator.state.find(known.concurId)?.identity).toMatchObject({
      timezone: 'Europe/Berlin',
    });
  });

  it('gives nobody the country of the line in place of one that cannot be read', async () => {
    const userName = 'ada.unread@example.com';
    const addresses = [{ primary: true, type: 'work', country: 'Deutschland' }];
    const resource = { ...ENTRA.resource(''), userName, externalId: userName, [ENTERPRISE]: {}, addresses };
    const { id } = await send('POST', '/Users', ENTRA.headers, resource);
    const { concurId, gaps } = await reaches(id, { state: 'partial', reason: 'incomplete' });
    expect(gaps).toHaveLength(2);
    expect(concur.simulator.state.find(concurId)?.spend).toEqual({});
    const Operations = [{ op: 'Replace', path: 'addresses[type eq "work"].country', value: 'AT' }];
    await send('PATCH', `/Users/${id}`, ENTRA.headers, { schemas: [PATCH], Operations });
    const spend = { country: 'AT', locale: 'en-US', reimbursementCurrency: 'EUR' };
    const expected = {
      ...ENTRA.expected,
      userName,
      employeeNumber: userName,
      reportsToManager: false,
      spend,
    };
    await expectExpenseAccess(expected, await inSync(id));
  });
});

/** Looks in Concur for everything that somebody needs who is to send in expense reports. */
async function expectExpenseAccess(expected: Expected, { concurId }: Known): Promise<void> {
  const { simulator } = concur;
  const identity = simulator.state.find(concurId)?.identity;
  expect(identity).toMatchObject({
    userName: expected.userName,
    active: true,
    entitlements: ['Expense'],
    name: { givenName: 'Ada', familyName: 'Lovelace' },
    [ENTERPRISE]: {
      employeeNumber: expected.employeeNumber,
      ...(expected.reportsToManager ? { manager: { value: manager.concurId } } : {}),
    },
  });
  expect(identity?.emails).toContainEqual(expect.objectContaining({ type: 'work', value: expected.email }));
  const { status, body } = await concur.call('GET', `/profile/spend/v4.1/Users/${concurId}`);
  expect(status).toBe(200);
  expect(body).toMatchObject({
    [SPEND]: expected.spend,
    [SPEND_ROLE]: { roles: [{ roleName: 'EXP_USER' }] },
  });
  expect(simulator.violations).toEqual([]);
}

/** Pushes somebody as their identity provider does, and resolves when all of it is in Concur. */
async function push({ headers, resource, afterwards }: DefaultSet): Promise<Known> {
  const { id } = await send('POST', '/Users', headers, resource(manager.id));
  if (afterwards !== undefined) await send('PATCH', `/Users/${id}`, headers, afterwards(manager.id));
  return inSync(id);
}

async function send(
  method: string,
  path: string,
  headers: DefaultSet['headers'],
  body: JsonObject,
): Promise<{ id: string }> {
  const answer = await fetch(`${bridge.url}/scim/v2${path}`, {
    method,
    headers: { ...headers, authorization: `Bearer ${environment.BRIDGE_SCIM_TOKEN}` },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  expect(answer.ok, text).toBe(true);
  return JSON.parse(text) as { id: string };
}

function inSync(id: string): Promise<Known> {
  return reaches(id, { state: 'in_sync', reason: null, lastError: null, gaps: [] });
}

/** Resolves when the admin API shows somebody like this. */
async function reaches(
  id: string,
  shown: JsonObject,
): Promise<Known & { readonly gaps: readonly unknown[] }> {
  const admin = { authorization: `Bearer ${environment.BRIDGE_ADMIN_TOKEN}` };
  return vi.waitFor(async () => {
    const answer = await fetch(`${bridge.url}/api/v1/users/${id}`, { headers: admin });
    const person = (await answer.json()) as { concurId: string; gaps: readonly unknown[] };
    expect(person).toMatchObject(shown);
    return { id, concurId: person.concurId, gaps: person.gaps };
  }, PATIENCE);
}

/** The file, of which the mapping is all that anybody chose; the rest of the connection comes from the environment. */
function bridgeYaml(mapping: string): string {
  const lines = `polling: { interval: 50ms }\n${mapping}`.split('\n').map((line) => `    ${line}`);
  return `connections:\n  default:\n${lines.join('\n')}\n`;
}
