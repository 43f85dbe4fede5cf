import { expect, it } from 'vitest';
import { type Circumstances, explain } from '../../src/cli/failure.ts';
import { SecretKeyError } from '../../src/store/sealed.ts';

const CIRCUMSTANCES: Circumstances = {
  port: '--port',
  nameOf: (setting) => `<${setting}>`,
  forbiddenDatabase: () => null,
};

it('names only what chooses the port of the command', () => {
  const taken = Object.assign(new Error('listen'), { code: 'EADDRINUSE', port: 8080 });
  expect(explain(taken, CIRCUMSTANCES).message).toMatch(/port 8080 is taken.*\(--port\)/);
  expect(explain(taken, { ...CIRCUMSTANCES, port: 'BRIDGE_PORT' }).message).not.toContain('--port');
});

it.each(['SQLITE_CANTOPEN', 'SQLITE_READONLY_DIRECTORY', 'SQLITE_NOTADB'])(
  'names the setting of the database as the operator has it: %s',
  (code) => {
    const { message } = explain(Object.assign(new Error('sqlite'), { code }), CIRCUMSTANCES);
    expect(message).toContain('<store.url>');
    expect(message).not.toMatch(/BRIDGE_|Unexpected/);
  },
);

it('names the setting of the key as the operator has it', () => {
  const wrong = new SecretKeyError('the refresh token', null);
  expect(explain(wrong, CIRCUMSTANCES).message).toMatch(/^<store\.secretKey> does not open/);
});

it('says which place this user may not use, and returns 1', () => {
  const closed = Object.assign(new Error('sqlite'), { code: 'SQLITE_CANTOPEN' });
  const forbiddenDatabase = () => ({ file: '/data/bridge.db', place: '/data' });
  const { message, exitCode } = explain(closed, { ...CIRCUMSTANCES, forbiddenDatabase });
  expect(message).toContain(
    'The database /data/bridge.db cannot be opened: this user may not read and write /data.',
  );
  expect(message).toContain('<store.url>');
  expect(exitCode).toBe(1);
});
