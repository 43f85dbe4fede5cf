import { describe, expect, it } from 'vitest';
import {
  client,
  create,
  credential,
  idToken,
  isToken,
  type Reply,
  scriptedServer,
  token,
  USER,
} from './scripted-server.ts';

const done = { status: 201, body: { id: USER, meta: {} } };
const DAY = 24 * 3_600_000;
const refused = (code: number, more: object = {}) => ({
  status: 400,
  body: { code, error: 'invalid_grant', error_description: 'no', ...more },
});

describe('refresh grant', () => {
  it('sends the seed as a form and stores the new refresh token before using the access token', async () => {
    const events: string[] = [];
    const server = await scriptedServer((request) => {
      events.push(isToken(request) ? 'refresh' : `use ${request.headers.authorization}`);
      return isToken(request) ? token() : done;
    });
    const { concur, credentials, stored, time } = client(server.url);
    const { write } = credentials;
    credentials.write = async (value, refreshed) => {
      // A store that takes its time: the token must not be used meanwhile.
      await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
      const isStored = await write(value, refreshed);
      events.push(`stored ${value.refreshToken}`);
      return isStored;
    };
    await concur.send(create());
    expect(events).toEqual(['refresh', 'stored refresh-1', 'use Bearer access-1']);
    const form = server.requests[0];
    expect(form?.headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect(form?.headers.authorization).toBeUndefined();
    expect(Object.fromEntries(new URLSearchParams(form?.text))).toEqual({
      client_id: 'client',
      client_secret: 'secret+&=',
      grant_type: 'refresh_token',
      refresh_token: 'seed',
    });
    expect(stored).toEqual([
      credential('refresh-1', {
        geolocation: server.url,
        expiresAt: time.now + 180 * DAY,
        refreshedAt: time.now,
      }),
    ]);
  });

  it('never uses a token whose refresh token could not be stored', async () => {
    const server = await scriptedServer((request) => (isToken(request) ? token() : done));
    const { concur, credentials } = client(server.url);
    credentials.write = () => Promise.reject(new Error('disk full'));
    await expect(concur.send(create())).rejects.toThrow('disk full');
    expect(server.requests.every(isToken)).toBe(true);
  });

  it('refreshes once for many calls at a time, and again shortly before the token runs out', async () => {
    let number = 0;
    const server = await scriptedServer((request) => {
      if (!isToken(request)) return done;
      number += 1;
      return token(number);
    });
    const { concur, time } = client(server.url);
    await Promise.all(Array.from({ length: 10 }, () => concur.send(create())));
    expect(number).toBe(1);
    time.now += 3_400_000;
    await concur.send(create());
    expect(number).toBe(1);
    time.now += 100_000;
    await Promise.all([concur.send(create()), concur.send(create())]);
    expect(number).toBe(2);
    const second = server.requests.filter(isToken)[1];
    expect(new URLSearchParams(second?.text).get('refresh_token')).toBe('refresh-1');
    expect(server.requests.at(-1)?.headers.authorization).toBe('Bearer access-2');
  });

  it('prefers the expiry that Concur names to counting six months, and keeps it with the same token', async () => {
    const expiry = Date.parse('2026-03-01T00:00:00Z');
    let first = true;
    const server = await scriptedServer((request) => {
      if (!isToken(request)) return done;
      const answer = token(1, first ? { refresh_expires_in: expiry / 1000 } : {});
      first = false;
      return answer;
    });
    const { concur, stored, time } = client(server.url);
    await concur.send(create());
    time.now += 3_600_000;
    await concur.send(create());
    expect(stored.map(({ expiresAt }) => expiresAt)).toEqual([expiry, expiry]);
  });

  it('goes where the geolocation says, refreshes included', async () => {
    const there = await scriptedServer((request) => (isToken(request) ? token(2) : done));
    const here = await scriptedServer(() => token(1, { geolocation: `${there.url}/` }));
    const { concur, time } = client(here.url);
    await concur.send(create());
    time.now += 3_600_000;
    await concur.send(create());
    expect(here.requests.map(({ path }) => path)).toEqual(['/oauth2/v0/token']);
    expect(there.requests.map(({ path }) => path)).toEqual([
      '/profile/v4/Users',
      '/oauth2/v0/token',
      '/profile/v4/Users',
    ]);
  });

  it('follows no geolocation outside the allowed hosts, and still keeps the refresh token', async () => {
    const there = await scriptedServer(() => done);
    const here = await scriptedServer(() => token(1, { geolocation: there.url }));
    const { concur, stored } = client(here.url, { allowedHosts: [here.host] });
    const { outcome } = await concur.send(create());
    expect(outcome).toMatchObject({ kind: 'retry', why: 'token' });
    expect(JSON.stringify(outcome)).not.toContain('127.0.0.1');
    expect(there.requests).toHaveLength(0);
    expect(stored).toMatchObject([{ refreshToken: 'refresh-1', geolocation: here.url }]);
  });

  it('sends no secret to a base URL that is not allowed', async () => {
    const server = await scriptedServer(() => token());
    const { concur } = client(server.url, { allowedHosts: [] });
    expect((await concur.send(create())).outcome).toMatchObject({ kind: 'retry', why: 'token' });
    expect(server.requests).toHaveLength(0);
  });

  it('asks elsewhere when the user lives elsewhere (16)', async () => {
    const there = await scriptedServer((request) => (isToken(request) ? token() : done));
    const here = await scriptedServer(() => refused(16, { geolocation: there.url }));
    const { concur } = client(here.url);
    expect((await concur.send(create())).outcome.kind).toBe('identity_confirmed');
    expect(here.requests).toHaveLength(1);
  });

  it.each<[string, Reply, object]>([
    ['16 without a geolocation', refused(16), { why: 'transient' }],
    ['134', refused(134), { why: 'maintenance' }],
    ['500', { status: 500 }, { why: 'transient' }],
    ['503', { status: 503 }, { why: 'maintenance', after: 300_000 }],
    ['429', { status: 429, headers: { 'retry-after': '7' } }, { why: 'rate', after: 7000 }],
    ['a lost answer', (response) => response.socket?.destroy(), { why: 'transient' }],
    ['a malformed answer', { status: 200, body: { access_token: 'x' } }, { why: 'transient' }],
    ['a token that is no header', token(1, { access_token: 'a\nb' }), { why: 'transient' }],
    ['108', refused(108), { why: 'token', message: expect.stringMatching(/run connect.*code 108/) }],
    ['61 with 401', { ...refused(61), status: 401 }, { why: 'token' }],
    ['an unlisted code with 404', { ...refused(999), status: 404 }, { why: 'token' }],
    ['no code', { status: 403, body: '<html>' }, { why: 'token' }],
  ])('judges %s', async (_name, reply, expected) => {
    const server = await scriptedServer(() => reply);
    const { concur } = client(server.url);
    const { outcome } = await concur.send(create());
    expect(outcome).toMatchObject({ kind: 'retry', ...expected });
  });

  it('does not repeat a refresh that was refused, until a minute later or another token is stored', async () => {
    const server = await scriptedServer((request) => {
      if (!isToken(request)) return done;
      return new URLSearchParams(request.text).get('refresh_token') === 'connected' ? token() : refused(108);
    });
    const { concur, time, credentials, logged } = client(server.url);
    await concur.send(create());
    await concur.send(create());
    expect(server.requests).toHaveLength(1);
    time.now += 61_000;
    await concur.send(create());
    expect(server.requests).toHaveLength(2);
    await credentials.write(credential('connected'));
    expect((await concur.send(create())).outcome.kind).toBe('identity_confirmed');
    expect(logged.join()).not.toMatch(/seed|refresh-1|access-1|secret|ada@/);
  });

  it('takes the token that another process stored while its own was refused', async () => {
    const server = await scriptedServer(async (request) => {
      if (!isToken(request)) return done;
      if (new URLSearchParams(request.text).get('refresh_token') === 'rotated') return token();
      await credentials.write(credential('rotated'));
      return refused(108);
    });
    const { concur, credentials } = client(server.url);
    expect((await concur.send(create())).outcome.kind).toBe('identity_confirmed');
  });
});

it('a credential that is stored while another is refreshed wins, and is what the next call is made with', async () => {
  const server = await scriptedServer(async (request) => {
    if (!isToken(request)) return done;
    const used = new URLSearchParams(request.text).get('refresh_token');
    if (used === 'connected') return token(2);
    await credentials.write(credential('connected'));
    return token(1);
  });
  const held = credential('old', { scopes: ['user.provision.write', 'user.provision.read'] });
  const { concur, credentials, stored } = client(server.url, { held });
  expect((await concur.send(create())).outcome.kind).toBe('identity_confirmed');
  expect(stored.map(({ refreshToken }) => refreshToken)).toEqual(['old', 'connected']);
  await concur.send(create());
  expect(stored.map(({ refreshToken }) => refreshToken)).toEqual(['old', 'connected', 'refresh-2']);
  const used = server.requests.filter((one) => !isToken(one)).map(({ headers }) => headers.authorization);
  expect(used).toEqual(['Bearer access-1', 'Bearer access-2']);
});

describe('what Concur says beside a token', () => {
  it('is stored: scopes, expiry, geolocation, principal and time', async () => {
    const server = await scriptedServer((request) =>
      isToken(request)
        ? token(1, {
            scope: 'user.provision.write  user.provision.read',
            refresh_expires_in: 1_780_000_000,
            id_token: idToken('user'),
          })
        : done,
    );
    const { concur, stored, time } = client(server.url);
    await concur.send(create());
    expect(stored).toEqual([
      {
        principal: 'user',
        refreshToken: 'refresh-1',
        geolocation: server.url,
        scopes: ['user.provision.write', 'user.provision.read'],
        expiresAt: 1_780_000_000_000,
        refreshedAt: time.now,
      },
    ]);
  });

  it('leaves the scopes as they were when it names none (RFC 6749 §5.1)', async () => {
    const server = await scriptedServer((request) => (isToken(request) ? token() : done));
    const { concur, stored } = client(server.url, { held: credential('seed', { scopes: ['a', 'b'] }) });
    await concur.send(create());
    expect(stored.at(-1)?.scopes).toEqual(['a', 'b']);
  });

  it.each([
    ['no JWT', 'x'],
    ['no JSON', 'e30.YQ.'],
    ['a number', 7],
    ['another principal', idToken('robot')],
    ['an application, which has no refresh token', idToken('application')],
  ])('keeps the principal when the ID token is %s', async (_name, id_token) => {
    const server = await scriptedServer((request) => (isToken(request) ? token(1, { id_token }) : done));
    const { concur, stored } = client(server.url);
    expect((await concur.send(create())).outcome.kind).toBe('identity_confirmed');
    expect(stored.at(-1)?.principal).toBe('company');
  });

  it('does not believe that a token which was given out just now is over', async () => {
    const server = await scriptedServer((request) =>
      isToken(request) ? token(1, { refresh_expires_in: 15_552_000 }) : done,
    );
    const { concur, stored, time } = client(server.url);
    await concur.send(create());
    expect(stored.at(-1)?.expiresAt).toBe(time.now + 180 * DAY);
  });

  it.each([
    ['user', credential('held', { principal: 'user' })],
    ['application', credential(null)],
  ])('says that nobody can provision with the token of a %s', async (_principal, held) => {
    const server = await scriptedServer((request) => (isToken(request) ? token() : { status: 403 }));
    const { concur, logged } = client(server.url, { held });
    expect((await concur.send(create())).outcome).toMatchObject({
      kind: 'retry',
      why: 'token',
      message: expect.stringMatching(/not a company's.*company request token/),
    });
    expect(logged.join()).toMatch(/not a company's/);
  });
});

describe('client credentials', () => {
  it('are asked with instead of a refresh token, and keep none', async () => {
    const server = await scriptedServer((request) => (isToken(request) ? token(1, { scope: 'a' }) : done));
    const { concur, stored, time } = client(server.url, { held: credential(null) });
    await concur.send(create());
    expect(Object.fromEntries(new URLSearchParams(server.requests[0]?.text))).toEqual({
      client_id: 'client',
      client_secret: 'secret+&=',
      grant_type: 'client_credentials',
    });
    expect(stored.at(-1)).toEqual(
      credential(null, { geolocation: server.url, scopes: ['a'], refreshedAt: time.now }),
    );
  });
});

describe('keepFresh', () => {
  it('refreshes a token that nobody refreshed for a day, once a day', async () => {
    let number = 0;
    const server = await scriptedServer(() => {
      number += 1;
      return token(number);
    });
    const { concur, time } = client(server.url);
    const first = await concur.keepFresh();
    expect(first).toMatchObject({ credential: { refreshToken: 'refresh-1' }, failure: null });
    time.now += DAY - 1;
    expect(await concur.keepFresh()).toEqual(first);
    expect(number).toBe(1);
    time.now += 1;
    expect(await concur.keepFresh()).toMatchObject({
      credential: { refreshToken: 'refresh-2', refreshedAt: time.now, expiresAt: time.now + 180 * DAY },
    });
  });

  it('counts what another process refreshed', async () => {
    const server = await scriptedServer(() => token());
    const { concur, time, credentials } = client(server.url);
    await credentials.write(credential('theirs', { refreshedAt: time.now - DAY + 1 }));
    await concur.keepFresh();
    expect(server.requests).toHaveLength(0);
  });

  it('learns the scopes that an admin got who connected anew', async () => {
    const server = await scriptedServer((request) => (isToken(request) ? token(1, { scope: 'a' }) : done));
    const { concur, time, credentials } = client(server.url);
    await concur.send(create());
    expect(concur.granted().writeApi).toBe('identity');
    await credentials.write(
      credential('anew', { scopes: ['user.provision.write', 'user.provision.read'], refreshedAt: time.now }),
    );
    await concur.keepFresh();
    expect(concur.granted().writeApi).toBe('provisioning');
  });

  it('says why Concur gave out no token, and keeps the credential', async () => {
    const server = await scriptedServer(() => refused(108));
    const { concur } = client(server.url, { held: credential('old', { expiresAt: 5 }) });
    expect(await concur.keepFresh()).toMatchObject({
      credential: { refreshToken: 'old', expiresAt: 5 },
      failure: { why: 'token', message: expect.stringContaining('older than six months') },
    });
  });

  it('has nothing to refresh for an application', async () => {
    const server = await scriptedServer(() => token());
    const { concur } = client(server.url, { held: credential(null) });
    expect(await concur.keepFresh()).toEqual({ credential: credential(null), failure: null });
    expect(server.requests).toHaveLength(0);
  });
});

describe('a token that Concur does not accept', () => {
  it.each([401, 403])('is refreshed once for %i, and the call repeated', async (status) => {
    let number = 0;
    const server = await scriptedServer((request) => {
      if (isToken(request)) {
        number += 1;
        return token(number);
      }
      return request.headers.authorization === 'Bearer access-1' ? { status } : done;
    });
    const { concur } = client(server.url);
    expect((await concur.send(create())).outcome.kind).toBe('identity_confirmed');
    expect(server.requests.map(isToken)).toEqual([true, false, true, false]);
  });

  it.each([401, 403])('is a matter of the token when %i stays', async (status) => {
    const server = await scriptedServer((request) => (isToken(request) ? token() : { status }));
    const { concur } = client(server.url);
    const answer = await concur.send(create());
    expect(answer).toMatchObject({ outcome: { kind: 'retry', why: 'token' }, httpStatus: status });
    expect(server.requests).toHaveLength(4);
  });

  it('is not refreshed for every person while a scope is missing', async () => {
    const server = await scriptedServer((request) => (isToken(request) ? token() : { status: 403 }));
    const { concur } = client(server.url);
    for (let person = 0; person < 5; person += 1) await concur.send(create());
    expect(server.requests.filter(isToken)).toHaveLength(2);
  });
});
