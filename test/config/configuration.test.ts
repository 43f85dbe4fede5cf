import { describe, expect, test } from 'vitest';
import { loadConfiguration } from '../../src/config/configuration.ts';
import type { Environment } from '../../src/config/environment.ts';
import { SETTINGS } from '../../src/config/reference.ts';

const KEY = 'ab'.repeat(32);
const COMPANY = '3f2504e0-4f89-11d3-9a0c-0305e82c3301';
const environment: Environment = {
  BRIDGE_SECRET_KEY: KEY,
  CONCUR_BASE_URL: 'https://us2.api.concursolutions.com',
  CONCUR_COMPANY_ID: COMPANY,
  CONCUR_CLIENT_ID: 'client',
  CONCUR_CLIENT_SECRET: 'secret',
};
const file = `
store:
  secretKey: \${BRIDGE_SECRET_KEY}
connections:
  emea:
    baseUrl: https://eu2.api.concursolutions.com
    companyId: ${COMPANY}
    clientId: file-client
    clientSecret: \${EMEA_SECRET}
`;

function load(env: Environment, text?: string) {
  const readFile = (path: string) => {
    if (path !== 'bridge.yaml' || text === undefined) throw Object.assign(new Error('x'), { code: 'ENOENT' });
    return text;
  };
  return loadConfiguration({ env, readFile, ...(text === undefined ? {} : { configFile: 'bridge.yaml' }) });
}

function configured(env: Environment, text?: string) {
  const loaded = load(env, text);
  if (loaded.kind === 'invalid') throw new Error(JSON.stringify(loaded.problems));
  return loaded.configuration;
}

function problems(env: Environment, text?: string): Record<string, string> {
  const loaded = load(env, text);
  if (loaded.kind === 'ok') throw new Error('valid');
  expect(new Set(loaded.problems.map(({ path }) => path)).size).toBe(loaded.problems.length);
  return Object.fromEntries(loaded.problems.map(({ path, message }) => [path, message]));
}

const withFile = (more: string) => problems({ ...environment, EMEA_SECRET: 's' }, file + more);
const withVariable = (name: string, value: string) => problems({ ...environment, [name]: value });

describe('the environment alone', () => {
  test('is enough for one connection; everything else has its documented default', () => {
    const configuration = configured(environment);
    expect(configuration).toEqual({
      server: { host: '127.0.0.1', port: 8080, publicUrl: null },
      store: { url: 'sqlite:./data/bridge.db' },
      secretKey: Buffer.from(KEY, 'hex'),
      adminToken: null,
      logLevel: 'info',
      connections: [
        {
          fingerprint: expect.stringMatching(/^[\da-f]{64}$/),
          name: 'default',
          baseUrl: 'https://us2.api.concursolutions.com',
          companyId: COMPANY,
          secrets: { clientId: 'client', clientSecret: 'secret', refreshToken: null },
          scimToken: null,
          rateLimit: null,
          allowedHosts: [],
          writeApi: 'auto',
          mapping: { companyId: COMPANY, defaults: {}, currencies: {}, attributes: [], managerApproves: [] },
          polling: { interval: 5_000 },
          batching: { operations: 100, bytes: 400_000 },
          groups: { unknownMembers: 'accept' },
          validation: 'refuse',
          delivery: 'on',
          verdictWindow: 2_000,
          deletion: 'deactivate',
          scopeExit: 'deactivate',
          deactivationGuard: { people: 100, percent: 20, within: 3_600_000 },
        },
      ],
    });
  });

  test('gives everything that has a variable', () => {
    const configuration = configured({
      ...environment,
      BRIDGE_HOST: '0.0.0.0',
      BRIDGE_PORT: '9000',
      BRIDGE_PUBLIC_URL: 'https://bridge.example.com/',
      BRIDGE_DATABASE_URL: 'sqlite:/var/lib/bridge.db',
      BRIDGE_SECRET_KEY: Buffer.from(KEY, 'hex').toString('base64'),
      BRIDGE_ADMIN_TOKEN: 'a'.repeat(16),
      BRIDGE_SCIM_TOKEN: 's'.repeat(16),
      BRIDGE_LOG_LEVEL: 'debug',
      CONCUR_BASE_URL: 'http://127.0.0.1:9001',
      CONCUR_REFRESH_TOKEN: 'r',
      CONCUR_ALLOWED_HOSTS: '127.0.0.1, [::1]:80',
    });
    expect(configuration).toMatchObject({
      server: { host: '0.0.0.0', port: 9000, publicUrl: 'https://bridge.example.com' },
      store: { url: 'sqlite:/var/lib/bridge.db' },
      secretKey: Buffer.from(KEY, 'hex'),
      adminToken: 'a'.repeat(16),
      logLevel: 'debug',
    });
    expect(configuration.connections[0]).toMatchObject({
      baseUrl: 'http://127.0.0.1:9001',
      allowedHosts: ['127.0.0.1', '[::1]:80'],
      scimToken: 's'.repeat(16),
      secrets: { refreshToken: 'r' },
    });
  });

  test('an empty environment names every variable that is missing', () => {
    const found = problems({ CONCUR_CLIENT_ID: '' });
    expect(Object.keys(found).sort()).toEqual(Object.keys(environment).sort());
    for (const message of Object.values(found)) expect(message).toMatch(/^is missing; it must be /);
  });
});

describe('the file', () => {
  test('wins over the environment, which fills what it leaves out of server and store', () => {
    const env = { ...environment, EMEA_SECRET: 's3cret', BRIDGE_PORT: '9000', BRIDGE_HOST: '::1' };
    const configuration = configured(env, `${file}server: { port: 7000 }\n`);
    expect(configuration.server).toMatchObject({ host: '::1', port: 7000 });
  });

  test('with connections of other names gets none from the environment', () => {
    const { connections } = configured({ ...environment, EMEA_SECRET: 's3cret' }, file);
    expect(connections.map(({ name }) => name)).toEqual(['emea']);
    expect(connections[0]?.secrets).toEqual({
      clientId: 'file-client',
      clientSecret: 's3cret',
      refreshToken: null,
    });
  });

  test('that names the connection default has it filled from the environment', () => {
    const { connections } = configured(environment, 'connections: { default: { clientId: from-file } }');
    expect(connections).toMatchObject([
      {
        name: 'default',
        companyId: environment.CONCUR_COMPANY_ID,
        secrets: { clientId: 'from-file', clientSecret: environment.CONCUR_CLIENT_SECRET },
      },
    ]);
  });

  test('without connections gets the connection default from the environment', () => {
    const { connections } = configured(environment, 'server: { logLevel: warn }\nconnections:\n');
    expect(connections.map(({ name }) => name)).toEqual(['default']);
  });

  test('BRIDGE_CONFIG names it', () => {
    const readFile = (path: string) => (path === 'elsewhere.yaml' ? 'server: { port: 1 }' : '');
    const loaded = loadConfiguration({ env: { ...environment, BRIDGE_CONFIG: 'elsewhere.yaml' }, readFile });
    expect(loaded).toMatchObject({ kind: 'ok', configuration: { server: { port: 1 } } });
  });

  test('says everything about a connection', () => {
    const more = `
    allowedHosts: [127.0.0.1]
    mapping:
      defaults: { timezone: Europe/Berlin, 'urn:ietf:params:scim:schemas:extension:spend:2.0:User:country': DE }
      currencies: { CH: EUR }
    polling: { interval: 90s }
    batching: { operations: 10, bytes: 50000 }
    groups: { unknownMembers: refuse }
    validation: accept
    delivery: off
    rateLimit: 25
`;
    expect(configured({ ...environment, EMEA_SECRET: 's' }, file + more).connections[0]).toMatchObject({
      mapping: {
        companyId: COMPANY,
        defaults: {
          timezone: 'Europe/Berlin',
          'urn:ietf:params:scim:schemas:extension:spend:2.0:User:country': 'DE',
        },
        currencies: { CH: 'EUR' },
      },
      polling: { interval: 90_000 },
      batching: { operations: 10, bytes: 50_000 },
      groups: { unknownMembers: 'refuse' },
      validation: 'accept',
      delivery: 'off',
      rateLimit: 25,
    });
  });
});

describe('the deactivation guard', () => {
  const hour = 3_600_000;
  test.each([
    ['{ people: off }', { people: null, percent: 20, within: hour }],
    ['{ percent: off, within: 2d }', { people: 100, percent: null, within: 48 * hour }],
    ['{ people: 5, percent: 1 }', { people: 5, percent: 1, within: hour }],
    ['{ people: off, percent: off }', { people: null, percent: null, within: hour }],
    ['{ people:, percent: ~ }', { people: 100, percent: 20, within: hour }],
    ['off', null],
  ])('may be %s', (text, guard) => {
    const env = { ...environment, EMEA_SECRET: 's' };
    const { connections } = configured(env, `${file}    deactivationGuard: ${text}\n`);
    expect(connections[0]?.deactivationGuard).toEqual(guard);
  });
});

describe('what is refused', () => {
  test.each([
    ['BRIDGE_SECRET_KEY', 'ab'.repeat(31)],
    ['BRIDGE_SECRET_KEY', Buffer.alloc(24).toString('base64')],
    ['BRIDGE_PORT', '80a'],
    ['BRIDGE_PORT', '65536'],
    ['BRIDGE_PORT', '1e3'],
    ['BRIDGE_PUBLIC_URL', 'my-bridge.example'],
    ['BRIDGE_DATABASE_URL', 'mysql://x'],
    ['BRIDGE_ADMIN_TOKEN', 'fifteen-letters'],
    ['BRIDGE_SCIM_TOKEN', 'short'],
    ['BRIDGE_LOG_LEVEL', 'verbose'],
    ['CONCUR_BASE_URL', 'eu2.api.concursolutions.com'],
    ['CONCUR_BASE_URL', 'https://us2.api.concursolutions.com/profile'],
    ['CONCUR_BASE_URL', 'https://user@us2.api.concursolutions.com'],
    ['CONCUR_BASE_URL', 'https://concursolutions.com.evil.example'],
    ['CONCUR_BASE_URL', 'http://us2.api.concursolutions.com'],
    ['CONCUR_COMPANY_ID', '4f2504e0-4f89-11d3-9a0c-0305e82c33'],
    ['CONCUR_ALLOWED_HOSTS', 'https://127.0.0.1'],
  ])('%s=%s, and what would be valid is said without the value', (name, value) => {
    const found = withVariable(name, value);
    expect(Object.keys(found)).toEqual([name]);
    expect(found[name]).toMatch(/^must be /);
    expect(found[name]).not.toContain(value);
  });

  test('plain http is for hosts that are named only', () => {
    const env = { ...environment, CONCUR_BASE_URL: 'http://127.0.0.1:9001' };
    expect(problems(env)).toHaveProperty('CONCUR_BASE_URL');
    expect(problems({ ...env, CONCUR_ALLOWED_HOSTS: '127.0.0.1:9002' })).toHaveProperty('CONCUR_BASE_URL');
    expect(load({ ...env, CONCUR_ALLOWED_HOSTS: '127.0.0.1:9001' }).kind).toBe('ok');
  });

  test('Concur itself is not polled faster than every 5 seconds; a host that is named may be', () => {
    expect(withFile('    polling: { interval: 4s }\n')).toEqual({
      'connections.emea.polling.interval': expect.stringContaining('at least 5s'),
    });
    expect(
      withFile('    polling: { interval: 4s }\n    allowedHosts: [eu2.api.concursolutions.com]\n'),
    ).toHaveProperty(['connections.emea.polling.interval']);
    const own = file.replace('https://eu2.api.concursolutions.com', 'http://localhost:1');
    const more = '    polling: { interval: 20ms }\n    allowedHosts: [localhost]\n';
    expect(configured({ ...environment, EMEA_SECRET: 's' }, own + more).connections[0]?.polling).toEqual({
      interval: 20,
    });
  });

  test.each([
    ['    batching: { operations: 101 }\n', 'batching.operations', 'from 1 to 100'],
    ['    batching: { operations: 0 }\n', 'batching.operations', 'from 1 to 100'],
    ['    batching: { bytes: 400001 }\n', 'batching.bytes', 'from 10000 to 400000'],
    ['    batching: { operations: many }\n', 'batching.operations', 'whole number'],
    ['    batching: { operations: 1.5 }\n', 'batching.operations', 'whole number'],
    ['    polling: { interval: 5 }\n', 'polling.interval', 'duration such as 5s'],
    ['    polling: { interval: 0s }\n', 'polling.interval', 'duration such as 5s'],
    ['    polling: 5s\n', 'polling', 'mapping'],
    ['    groups: { unknownMembers: some }\n', 'groups.unknownMembers', 'accept or refuse'],
    ['    groups: refuse\n', 'groups', 'mapping'],
    ['    validation: maybe\n', 'validation', 'refuse or accept'],
    ['    delivery: maybe\n', 'delivery', 'on or off'],
    ['    delivery: true\n', 'delivery', 'on or off'],
    ['    deactivationGuard: { people: 0 }\n', 'deactivationGuard.people', 'from 1 to 10000000, or off'],
    ['    deactivationGuard: { people: many }\n', 'deactivationGuard.people', 'from 1 to 10000000, or off'],
    ['    deactivationGuard: { percent: 1.5 }\n', 'deactivationGuard.percent', 'from 1 to 100, or off'],
    ['    deactivationGuard: { percent: 101 }\n', 'deactivationGuard.percent', 'from 1 to 100'],
    ['    deactivationGuard: { within: 8d }\n', 'deactivationGuard.within', 'up to 7d'],
    ['    deactivationGuard: true\n', 'deactivationGuard', 'off'],
    ['    rateLimit: 0\n', 'rateLimit', 'whole number from 1'],
    ['    rateLimit: 0.5\n', 'rateLimit', 'whole number from 1'],
    ['    rateLimit: many\n', 'rateLimit', 'whole number from 1'],
    ['    scimToken: short\n', 'scimToken', '16 characters'],
    ['    mapping: { defaults: { timezoone: x } }\n', 'mapping.defaults.timezoone', 'no attribute key'],
    ['    mapping: { defaults: { "urn:x:y": x } }\n', 'mapping.defaults.urn:x:y', 'no attribute key'],
    [
      '    mapping: { defaults: { "phoneNumbers[work].type": x } }\n',
      'mapping.defaults.phoneNumbers[work].type',
      'no attribute key',
    ],
    ['    mapping: { defaults: { title: 3 } }\n', 'mapping.defaults.title', 'text, true or false'],
    ['    mapping: { currencies: { ch: CHF } }\n', 'mapping.currencies.ch', 'ISO 3166'],
    ['    mapping: { currencies: { CH: franc } }\n', 'mapping.currencies.CH', 'ISO 4217'],
  ])('%s', (more, place, what) => {
    const found = withFile(more);
    expect(Object.keys(found)).toEqual([`connections.emea.${place}`]);
    expect(Object.values(found)[0]).toContain(what);
  });

  test('unknown names, with the nearest that is known', () => {
    const found = withFile('    basUrl: x\n    polling: { intervall: 5s }\n    zzzzzzzzzz: 1\nservr: {}\n');
    expect(found).toEqual({
      'connections.emea.basUrl': expect.stringContaining('did you mean baseUrl?'),
      'connections.emea.polling.intervall': expect.stringContaining('did you mean interval?'),
      'connections.emea.zzzzzzzzzz': expect.stringContaining('valid are baseUrl, companyId'),
      servr: expect.stringContaining('did you mean server?'),
    });
  });

  test('names that cannot be part of an address', () => {
    for (const name of ['v2', 'EMEA', 'a/b']) {
      expect(Object.keys(problems({ ...environment, EMEA_SECRET: 's' }, file.replace('emea', name)))).toEqual(
        [`connections.${name}`],
      );
    }
  });

  test('a file that cannot be read, is no YAML, no mapping, or names what is not there', () => {
    const readFile = () => {
      throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
    };
    expect(loadConfiguration({ env: environment, configFile: 'x.yaml', readFile })).toEqual({
      kind: 'invalid',
      problems: [{ path: 'x.yaml', message: 'cannot be read (ENOENT)' }],
    });
    expect(problems(environment, 'store:\n  secretKey: a: b\n')).toEqual({
      'bridge.yaml:2:14': expect.stringContaining('not valid YAML'),
    });
    expect(problems(environment, '- a')).toEqual({ 'bridge.yaml': expect.stringContaining('mapping') });
    expect(problems(environment, 'store: *nobody')).toHaveProperty(['bridge.yaml']);
    expect(problems(environment, file)['connections.emea.clientSecret']).toContain('EMEA_SECRET');
  });

  test('everything at once', () => {
    const text = `
server: { port: 0x, host: 7 }
connections:
  emea: { baseUrl: https://evil.example, companyId: 1, clientId: c, polling: { interval: 1s } }
  Two: { baseUrl: x }
`;
    expect(Object.keys(problems({}, text)).sort()).toEqual([
      'connections.Two',
      'connections.Two.baseUrl',
      'connections.Two.clientId',
      'connections.Two.clientSecret',
      'connections.Two.companyId',
      'connections.emea.baseUrl',
      'connections.emea.clientSecret',
      'connections.emea.companyId',
      'server.host',
      'server.port',
      'store.secretKey',
    ]);
  });

  test('no problem shows a secret', () => {
    const secrets = ['Tr0ub4dor', 'hunter2hunter2'];
    const texts = [
      'store: { secretKey: Tr0ub4dor }\nserver: { adminToken: [hunter2hunter2] }',
      'store: { secretKey: Tr0ub4dor\n  hunter2hunter2: }}',
      'connections: { default: Tr0ub4dor }\nstore: *hunter2hunter2',
      'store: {secretKey: Tr0ub4dor}: hunter2hunter2',
    ];
    for (const text of texts) {
      const loaded = load({ BRIDGE_ADMIN_TOKEN: 'Tr0ub4dor' }, text);
      for (const secret of secrets) expect(JSON.stringify(loaded)).not.toContain(secret);
    }
  });
});

describe('the reference', () => {
  test('lists every variable and every name once, and its defaults are those that hold', () => {
    expect(new Set(SETTINGS.map(({ name }) => name)).size).toBe(SETTINGS.length);
    const configuration = configured(environment);
    const [connection] = configuration.connections;
    const byName = new Map(SETTINGS.map((setting) => [setting.name, setting.default]));
    expect(byName.get('server.host')).toBe(configuration.server.host);
    expect(byName.get('server.port')).toBe(String(configuration.server.port));
    expect(byName.get('server.logLevel')).toBe(configuration.logLevel);
    expect(byName.get('store.url')).toBe(configuration.store.url);
    expect(byName.get('connections.<name>.polling.interval')).toBe(
      `${(connection?.polling.interval ?? 0) / 1000}s`,
    );
    expect(byName.get('connections.<name>.batching.operations')).toBe(
      String(connection?.batching.operations),
    );
    expect(byName.get('connections.<name>.batching.bytes')).toBe(String(connection?.batching.bytes));
    expect(byName.get('connections.<name>.groups.unknownMembers')).toBe(connection?.groups.unknownMembers);
    expect(byName.get('connections.<name>.validation')).toBe(connection?.validation);
    expect(byName.get('connections.<name>.delivery')).toBe(connection?.delivery);
  });

  test('the required settings are those that an empty configuration lacks', () => {
    const required = SETTINGS.filter((setting) => setting.required).map(({ variable }) => variable);
    expect(Object.keys(problems({})).sort()).toEqual(required.sort());
  });
});
