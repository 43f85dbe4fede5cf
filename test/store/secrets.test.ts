import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Credential } from '../../src/domain/credential.ts';
import type { ProvisioningUpdate } from '../../src/domain/ports.ts';
import { open, SecretKeyError, seal } from '../../src/store/sealed.ts';
import { type Bench, createOne, ENGINES, openBench, SECRET_KEY, settle } from './engines.ts';

describe('sealed secrets', () => {
  it('open with the same key at the same place, and are never sealed the same twice', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (secret, place) => {
        const sealed = seal(secret, SECRET_KEY, place);
        expect(open(sealed, SECRET_KEY, place)).toBe(secret);
        expect(seal(secret, SECRET_KEY, place)).not.toBe(sealed);
        expect(() => open(sealed, SECRET_KEY, `${place}!`)).toThrow(SecretKeyError);
      }),
    );
  });
});

describe.each(ENGINES)('secrets on $name', (engine) => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench(engine);
  });
  afterEach(() => bench.close());

  const seeded = (refreshToken: string): Credential => ({
    principal: 'company',
    refreshToken,
    geolocation: null,
    scopes: null,
    expiresAt: null,
    refreshedAt: null,
  });
  const rotated: Credential = {
    principal: 'user',
    refreshToken: 'rotated',
    geolocation: 'https://eu',
    scopes: ['user.provision.write', 'user.provision.read'],
    expiresAt: 99,
    refreshedAt: 7,
  };

  it('takes the seed over, and the rotated token wins until the seed changes', async () => {
    const { credentials } = bench.connection;
    expect(await credentials.read()).toBeNull();
    await credentials.seedRefreshToken('seed-1');
    expect(await credentials.read()).toEqual(seeded('seed-1'));
    await credentials.write(rotated);
    await credentials.seedRefreshToken('seed-1');
    expect(await credentials.read()).toEqual(rotated);
    await credentials.seedRefreshToken(null);
    expect(await credentials.read()).toEqual(rotated);
    await credentials.seedRefreshToken('seed-2');
    expect(await credentials.read()).toEqual(seeded('seed-2'));
  });

  it('does not let a refreshed token take the place of one that was stored meanwhile', async () => {
    const { credentials } = bench.connection;
    expect(await credentials.write(rotated, { replacing: 'seed' })).toBe(true);
    const connected = { ...rotated, refreshToken: 'connected' };
    expect(await credentials.write(connected)).toBe(true);
    const late = { ...rotated, refreshToken: 'late', scopes: [] };
    expect(await credentials.write(late, { replacing: 'rotated' })).toBe(false);
    expect(await credentials.write(late, { replacing: null })).toBe(false);
    expect(await credentials.read()).toEqual(connected);
    const next = { ...rotated, refreshToken: 'next' };
    expect(await credentials.write(next, { replacing: 'connected' })).toBe(true);
    expect(await credentials.write({ ...next, principal: 'application', refreshToken: null })).toBe(true);
    expect(await credentials.write(next, { replacing: null })).toBe(true);
  });

  it.each([
    ['a scope for writing', 'spend.user.general.writeonly', ['lacking']],
    ['a quiet scope', 'identity.user.externalID.writeonly', ['lacking', 'synced', 'unread']],
    ['a scope for reading', 'spend.user.general.read', ['lacking', 'synced', 'unread']],
    ['none', 'user.provision.read', []],
  ])('queues whom it may concern when it stores a credential with %s more', async (_, scope, queued) => {
    const { credentials } = bench.connection;
    await credentials.write(rotated);
    const people: Record<string, ProvisioningUpdate> = {
      lacking: { state: 'partial', reason: 'not_granted', due: null },
      synced: { state: 'in_sync', reason: null, due: null },
      unread: { state: 'partial', reason: 'not_readable', due: null },
    };
    for (const [userName, update] of Object.entries(people)) {
      await settle(bench, (await createOne(bench.connection, { userName })).person.id, update);
    }
    await credentials.write({ ...rotated, scopes: [...(rotated.scopes ?? []), scope] });
    const { items } = await bench.connection.reports.people({ state: 'queued', limit: 10 });
    expect(items.map(({ person }) => person.resource.userName)).toEqual(queued);
  });

  it('keeps what an application has, which has no refresh token, and scopes that are none', async () => {
    const { credentials } = bench.connection;
    const application: Credential = { ...rotated, principal: 'application', refreshToken: null, scopes: [] };
    await credentials.write(application);
    expect(await credentials.read()).toEqual(application);
    await credentials.write({ ...rotated, scopes: null });
    expect(await credentials.read()).toEqual({ ...rotated, scopes: null });
  });

  it('keeps no refresh token in the clear', async () => {
    await bench.connection.credentials.seedRefreshToken('very-secret-refresh-token');
    const { sealed } = await bench.store.db
      .selectFrom('credentials')
      .select('sealed')
      .executeTakeFirstOrThrow();
    expect(Buffer.from(sealed ?? '', 'base64').toString('latin1')).not.toContain('very-secret');
    if (engine.name !== 'SQLite') return;
    for (const file of [bench.url.slice('sqlite:'.length), `${bench.url.slice('sqlite:'.length)}-wal`]) {
      expect(readFileSync(file).includes('very-secret')).toBe(false);
    }
  });

  it('says so when the key is another', async () => {
    await bench.connection.credentials.seedRefreshToken('seed');
    const other = await bench.reopen(Buffer.alloc(32, 8));
    const reading = other.connection('default').credentials.read();
    await expect(reading).rejects.toThrow(SecretKeyError);
    await expect(reading).rejects.toThrow(/BRIDGE_SECRET_KEY does not open/);
  });

  it('knows a SCIM token until it is revoked', async () => {
    const { tokens } = bench.connection;
    const { id, token: plain } = made(await tokens.create('okta'));
    expect(plain).toMatch(/^bridge_[A-Za-z0-9_-]{43}$/);
    expect(await tokens.verify(plain)).toEqual({ name: 'okta' });
    expect(await tokens.verify(`${plain}x`)).toBeNull();
    expect(await tokens.verify('')).toBeNull();
    expect(await tokens.list()).toEqual([{ id, name: 'okta', created: bench.now, revoked: null }]);
    const revoked = { id, name: 'okta', created: bench.now, revoked: bench.now };
    expect(await tokens.revoke(id)).toEqual(revoked);
    expect(await tokens.revoke(id)).toBeNull();
    expect(await tokens.verify(plain)).toBeNull();
    expect(await tokens.list()).toEqual([revoked]);
    const { hash } = await bench.store.db.selectFrom('scim_tokens').select('hash').executeTakeFirstOrThrow();
    expect(hash).not.toContain(plain);
  });

  it('believes a SCIM token that another process revoked for 5 more seconds, and no longer', async () => {
    const { tokens } = bench.connection;
    const { id, token } = made(await tokens.create('okta'));
    expect(await tokens.verify(token)).toEqual({ name: 'okta' });
    const elsewhere = (await bench.reopen()).connection('default').tokens;
    await elsewhere.revoke(id);
    bench.now += 4_999;
    expect(await tokens.verify(token)).toEqual({ name: 'okta' });
    bench.now += 1;
    expect(await tokens.verify(token)).toBeNull();
    expect(await tokens.verify(token)).toBeNull();
  });

  it('looks a SCIM token up again when the clock was put back', async () => {
    const { tokens } = bench.connection;
    const { id, token } = made(await tokens.create('okta'));
    await tokens.verify(token);
    await (await bench.reopen()).connection('default').tokens.revoke(id);
    bench.now -= 1;
    expect(await tokens.verify(token)).toBeNull();
  });

  it('does not believe what it read of a SCIM token before it was revoked here', async () => {
    const { tokens } = bench.connection;
    const { id, token } = made(await tokens.create('okta'));
    await Promise.all([tokens.verify(token), tokens.revoke(id), tokens.verify(token)]);
    expect(await tokens.verify(token)).toBeNull();
  });

  it('gives a name to one valid SCIM token at a time', async () => {
    const { tokens } = bench.connection;
    const { id } = made(await tokens.create('okta'));
    expect(await tokens.create('okta')).toBeNull();
    expect(await tokens.list()).toHaveLength(1);
    await tokens.revoke(id);
    expect(await tokens.create('okta')).not.toBeNull();
  });

  it('takes the configured SCIM token over once, and drops it when another is configured', async () => {
    const { tokens } = bench.connection;
    const okta = made(await tokens.create('okta'));
    await tokens.seed('first');
    await tokens.seed('first');
    expect(await tokens.verify('first')).toEqual({ name: 'configuration' });
    expect(await tokens.list()).toHaveLength(2);
    await tokens.seed('second');
    expect(await tokens.verify('first')).toBeNull();
    expect(await tokens.verify('second')).not.toBeNull();
    await tokens.seed(null);
    expect(await tokens.verify('second')).toBeNull();
    expect(await tokens.verify(okta.token)).not.toBeNull();
  });

  it('does not bring a revoked configured token back at the next start', async () => {
    const { tokens } = bench.connection;
    await tokens.seed('first');
    const [seeded] = await tokens.list();
    await tokens.revoke(seeded?.id ?? '');
    await tokens.seed('first');
    expect(await tokens.verify('first')).toBeNull();
  });
});

function made<Token>(token: Token | null): Token {
  if (token === null) throw new Error('no token was made');
  return token;
}
