import { describe, expect, it } from 'vitest';
import type { Sources } from '../../src/config/configuration.ts';
import type { Environment } from '../../src/config/environment.ts';
import { nameOf, passedOver, placeOfDefault } from '../../src/config/standing.ts';
import { SPEND } from '../../src/domain/extensions.ts';

const FILE = `server:
  port: 9000
store:
  secretKey: \${BRIDGE_SECRET_KEY}
connections:
  default:
    clientId: one
    allowedHosts: [127.0.0.1:8090, localhost]
`;

function sources(text: string | null, env: Environment = {}): Sources {
  return {
    env,
    ...(text === null ? {} : { configFile: 'bridge.yaml' }),
    readFile: () => text ?? '',
  };
}

describe('the name of a setting', () => {
  it.each<[where: string, name: string, from: Sources, said: string]>([
    ['its line in the file', 'server.port', sources(FILE), 'server.port (bridge.yaml:2)'],
    [
      'the line of a connection’s',
      'connections.<name>.clientId',
      sources(FILE),
      'connections.default.clientId (bridge.yaml:7)',
    ],
    [
      'its line, whatever the variable says',
      'server.port',
      sources(FILE, { BRIDGE_PORT: '1' }),
      'server.port (bridge.yaml:2)',
    ],
    ['the file, where nobody gives it', 'store.url', sources(FILE), 'store.url (bridge.yaml)'],
    [
      'the variable that gives it beside the file',
      'store.url',
      sources(FILE, { BRIDGE_DATABASE_URL: 'sqlite:x' }),
      'BRIDGE_DATABASE_URL',
    ],
    ['the variable, where there is no file', 'store.url', sources(null), 'BRIDGE_DATABASE_URL'],
    ['the variable, where the file is empty', 'store.url', sources(''), 'BRIDGE_DATABASE_URL'],
  ])('is %s', (_, name, from, said) => {
    expect(nameOf(name, from)).toBe(said);
  });

  it('is the variable where the file cannot be read', () => {
    const unreadable = {
      ...sources(FILE),
      readFile: () => {
        throw new Error('ENOENT');
      },
    };
    expect(nameOf('store.url', unreadable)).toBe('BRIDGE_DATABASE_URL');
  });
});

it('finds where the file gives a default, under the short or the long name of the attribute', () => {
  const text = `connections:
  emea:
    mapping:
      defaults:
        timezone: Europe/Berlin
        spend:ledgerCode: DEFAULT
        ${SPEND}:country: DE
`;
  const placeOf = (key: string) => placeOfDefault('emea', key, sources(text));
  expect(placeOf('timezone')).toBe('bridge.yaml:5');
  expect(placeOf(`${SPEND}:ledgerCode`)).toBe('bridge.yaml:6');
  expect(placeOf(`${SPEND}:country`)).toBe('bridge.yaml:7');
  expect(placeOf('title')).toBeNull();
  expect(placeOfDefault('default', 'timezone', sources(text))).toBeNull();
  expect(placeOfDefault('emea', 'timezone', sources(null))).toBeNull();
});

describe('variables that are passed over', () => {
  it('are those to which the file gives another value', () => {
    const env = {
      BRIDGE_PORT: '8080',
      CONCUR_CLIENT_ID: 'two',
      BRIDGE_HOST: '0.0.0.0',
      BRIDGE_LOG_LEVEL: '',
    };
    expect(passedOver(sources(FILE, env))).toEqual([
      { variable: 'BRIDGE_PORT', setting: 'server.port', place: 'bridge.yaml:2' },
      { variable: 'CONCUR_CLIENT_ID', setting: 'connections.default.clientId', place: 'bridge.yaml:7' },
    ]);
  });

  it('are none that say the same, or that the file mentions', () => {
    const env = {
      BRIDGE_PORT: '9000',
      BRIDGE_SECRET_KEY: 'ab',
      CONCUR_ALLOWED_HOSTS: '127.0.0.1:8090,localhost',
    };
    expect(passedOver(sources(FILE, env))).toEqual([]);
  });

  it('are those of the connection default where the file has only others', () => {
    const text = 'connections:\n  emea: {}\n';
    expect(passedOver(sources(text, { CONCUR_CLIENT_ID: 'x', BRIDGE_PORT: '1' }))).toEqual([
      { variable: 'CONCUR_CLIENT_ID', setting: 'connections.default.clientId', place: 'bridge.yaml:1' },
    ]);
  });

  it('are none where there is no file, or it names no connection', () => {
    expect(passedOver(sources(null, { BRIDGE_PORT: '1' }))).toEqual([]);
    expect(passedOver(sources('server: {}\n', { CONCUR_CLIENT_ID: 'x', BRIDGE_PORT: '1' }))).toEqual([]);
  });
});
