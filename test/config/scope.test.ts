import { expect, test } from 'vitest';
import { loadConfiguration } from '../../src/config/configuration.ts';
import { compileScope } from '../../src/mapping/scope.ts';

const HEAD = `store: { secretKey: '${'0'.repeat(64)}' }
connections:
  default:
    baseUrl: https://us2.api.concursolutions.com
    companyId: 3f2504e0-4f89-11d3-9a0c-0305e82c3301
    clientId: client
    clientSecret: secret
`;

function load(line: string, compilers: object = { compileScope }) {
  const readFile = () => `${HEAD}    ${line}\n`;
  return loadConfiguration({ env: {}, configFile: 'bridge.yaml', readFile, ...compilers });
}

function connectionOf(line: string) {
  const loaded = load(line);
  if (loaded.kind === 'invalid') throw new Error(JSON.stringify(loaded.problems));
  return loaded.configuration.connections[0];
}

test('a scope is compiled, and another one is another configuration', () => {
  const connection = connectionOf('scope: userType eq "Employee" and not (userName ew "@test.example.com")');
  expect(connection?.scope?.filter).toBe('userType eq "Employee" and not (userName ew "@test.example.com")');
  expect(connection?.scope?.includes({ userName: 'ada', userType: 'Employee' }, [])).toBe(true);
  const others = ['scope: userType pr', 'scopeExit: keep', 'rateLimit: 5'].map(connectionOf);
  expect(others.map((one) => one?.scope === undefined)).toEqual([false, true, true]);
  // Whom a rate is for changes nothing about what Concur should hold.
  expect(new Set([connection, ...others].map((one) => one?.fingerprint)).size).toBe(4);
});

test('without a scope everybody is meant', () => {
  expect(connectionOf('rateLimit: 5')).not.toHaveProperty('scope');
});

test.each([
  ['scope: userTyp eq "Employee"', 'connections.default.scope (bridge.yaml:8)', /no attribute .*userTyp/],
  ['scope: userType eq', 'connections.default.scope (bridge.yaml:8)', /a value/],
  ['scope: [userType]', 'connections.default.scope', /must be a SCIM filter/],
  ["scope: ' '", 'connections.default.scope', /must be a SCIM filter/],
])('%s is refused, with the place and what is wrong', (line, place, what) => {
  expect(load(line)).toEqual({
    kind: 'invalid',
    problems: [{ path: place, message: expect.stringMatching(what) }],
  });
});

test('a scope is refused where nobody can tell whom it means', () => {
  expect(load('scope: userType pr', {})).toMatchObject({
    problems: [{ path: 'connections.default.scope', message: 'cannot be used here' }],
  });
});
