import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import BetterSqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { judgeRoom } from '../../src/doctor/database-file.ts';
import { startSimulator } from '../../src/simulator/simulator.ts';
import { type Clinic, type Diagnosis, openClinic } from './clinic.ts';

const DAY = 24 * 3_600_000;
const OTHER_KEY = 'ab'.repeat(32);

/** Expects one cause: every other line is good, a warning, or was not checked because of it. */
function expectCause(diagnosis: Diagnosis, id: string, found: RegExp, remedy: RegExp): void {
  expect(diagnosis.in('failed')).toEqual([id]);
  expect(diagnosis.of(id).found).toMatch(found);
  expect(diagnosis.of(id).remedy).toMatch(remedy);
  expect(diagnosis.ok).toBe(false);
}

/** Lets Concur answer the next refreshes with a refresh token that lasts so many days and is not made anew. */
function keepRefreshToken({ simulator: { company, faults, state } }: Clinic, days: number): void {
  const expires = Date.now() + days * DAY;
  const scopes = new Set(company.scopes);
  state.tokens.access.set('access', { principal: 'company', scopes, expires, revoked: false });
  faults.add({
    kind: 'status',
    status: 200,
    match: { path: '/oauth2/v0/token' },
    body: {
      access_token: 'access',
      expires_in: '3600',
      scope: company.scopes.join(' '),
      token_type: 'Bearer',
      refresh_token: company.refreshToken,
      refresh_expires_in: Math.floor(expires / 1000),
    },
  });
}

describe('the token', () => {
  it('is refused for a wrong client secret', async () => {
    const clinic = await openClinic();
    const diagnosis = await clinic.examine({ env: { CONCUR_CLIENT_SECRET: 'wrong' } });
    expectCause(
      diagnosis,
      'token',
      /client secret is wrong.*code 64.*Correlation id: \S{36}/,
      /client secret/,
    );
    expect(diagnosis.in('skipped')).toContain('scopes');
    expect(diagnosis.of('scopes').found).toContain('Concur gives out a token');
  });

  it('is not there before somebody connects', async () => {
    const clinic = await openClinic();
    expectCause(
      await clinic.examine({ env: { CONCUR_REFRESH_TOKEN: '' } }),
      'token',
      /not connected/,
      /company request token.*run connect/,
    );
  });

  it('is revoked', async () => {
    const clinic = await openClinic();
    clinic.simulator.state.tokens.revoke('refresh');
    expectCause(await clinic.examine(), 'token', /revoked.*code 108/, /run connect/);
  });

  it("is a person's", async () => {
    const clinic = await openClinic({ company: { refreshTokenOf: 'user' } });
    expectCause(await clinic.examine(), 'principal', /of a person/, /Only a company's token provisions/);
  });

  it('is refused while the company is under maintenance', async () => {
    const clinic = await openClinic();
    clinic.simulator.company.maintenance = true;
    expectCause(await clinic.examine(), 'token', /maintenance.*code 134/, /tries again by itself/);
  });

  it('is about to expire', async () => {
    const clinic = await openClinic();
    keepRefreshToken(clinic, 5.5);
    expectCause(await clinic.examine(), 'token-expiry', /only \(5 days\)/, /run connect/);
  });

  it('expires within the month, which is a warning', async () => {
    const clinic = await openClinic();
    keepRefreshToken(clinic, 20.5);
    const diagnosis = await clinic.examine();
    expect(diagnosis.of('token-expiry')).toMatchObject({
      state: 'warning',
      found: expect.stringContaining('20 days'),
      remedy: expect.stringContaining('run connect'),
    });
    expect(diagnosis.ok).toBe(true);
  });
});

describe('the data centre', () => {
  it('is another one, to which tokens may not be sent', async () => {
    const clinic = await openClinic();
    clinic.simulator.company.livesAt = 'http://127.0.0.1:1';
    expectCause(await clinic.examine(), 'token', /another Concur data centre.*code 16/, /Set baseUrl/);
  });

  it('is another one, to which Concur leads', async () => {
    const home = await openClinic();
    const wrong = await startSimulator({ sibling: home.simulator, company: { livesAt: home.simulator.url } });
    const allowed = [home.simulator, wrong].map(({ url }) => new URL(url).host).join(',');
    const diagnosis = await home.examine({
      env: { CONCUR_BASE_URL: wrong.url, CONCUR_ALLOWED_HOSTS: allowed },
    });
    await wrong.close();
    expectCause(diagnosis, 'data-centre', /asks the wrong data centre/, /^Set baseUrl/);
    expect(diagnosis.of('data-centre').remedy).toContain(home.simulator.url);
  });

  it('does not offer User Provisioning', async () => {
    const clinic = await openClinic({ company: { provisioningOffered: false } });
    expectCause(await clinic.examine(), 'write-service', /does not offer/, /writeApi to identity/);
    const identity = { connections: { default: { writeApi: 'identity' } } };
    expect((await clinic.examine({ file: identity })).in('failed')).toEqual([]);
  });

  it('cannot be reached', async () => {
    const clinic = await openClinic();
    const diagnosis = await clinic.examine({
      env: { CONCUR_BASE_URL: 'http://127.0.0.1:1', CONCUR_ALLOWED_HOSTS: '127.0.0.1' },
    });
    expectCause(diagnosis, 'reachable', /^http:\/\/127\.0\.0\.1:1: .*refuses/, /Set baseUrl/);
    expect(diagnosis.in('skipped')).toContain('token');
  });

  it('is at a host that tokens may not be sent to', async () => {
    const clinic = await openClinic();
    const diagnosis = await clinic.examine({ env: { CONCUR_ALLOWED_HOSTS: '' } });
    expectCause(diagnosis, 'configuration', /^CONCUR_BASE_URL: .*allowedHosts/, /Put right/);
    expect(diagnosis.in('skipped')).toHaveLength(diagnosis.checks.length - 1);
  });

  it('was at a host that is no longer allowed, which is a warning', async () => {
    const clinic = await openClinic();
    const { url, company } = clinic.simulator;
    company.geolocation = url.replace('127.0.0.1', 'localhost');
    await clinic.examine({ env: { CONCUR_ALLOWED_HOSTS: 'localhost,127.0.0.1' } });
    company.geolocation = null;
    const { of, ok } = await clinic.examine();
    expect(of('hosts')).toMatchObject({
      state: 'warning',
      found: expect.stringContaining('localhost'),
      remedy: expect.stringContaining('allowedHosts'),
    });
    expect(ok).toBe(true);
  });

  it('names a host that tokens may not be sent to', async () => {
    const clinic = await openClinic();
    clinic.simulator.company.geolocation = 'http://127.0.0.1:1';
    const diagnosis = await clinic.examine();
    expect(diagnosis.in('failed')).toEqual(['token']);
    expect(diagnosis.of('token').found).toMatch(/allowed hosts/);
  });
});

describe('the clock', () => {
  it.each([
    [10 * 60_000, /10 minutes behind/],
    [-10 * 60_000, /10 minutes ahead/],
  ])('is off by ten minutes (%d ms)', async (skew, found) => {
    const clinic = await openClinic();
    clinic.simulator.dateSkew = skew;
    expectCause(await clinic.examine(), 'clock', found, /Set the clock/);
  });

  it('is off by a minute, which is a warning', async () => {
    const clinic = await openClinic();
    clinic.simulator.dateSkew = 60_000;
    const { ok, of } = await clinic.examine();
    expect(of('clock').state).toBe('warning');
    expect(ok).toBe(true);
  });
});

describe('the database', () => {
  const at = (path: string) => ({ env: { BRIDGE_DATABASE_URL: `sqlite:${path}` } });

  it('is under another secret key', async () => {
    const clinic = await openClinic();
    expect((await clinic.examine()).ok).toBe(true);
    const diagnosis = await clinic.examine({ env: { BRIDGE_SECRET_KEY: OTHER_KEY } });
    expectCause(diagnosis, 'secret-key', /is not the key/, /Set the key/);
    expect((await clinic.examine()).ok).toBe(true);
  });

  it('is no database', async () => {
    const clinic = await openClinic();
    const path = join(clinic.folder, 'text.db');
    writeFileSync(path, 'This is a text and no database, and long enough to be told from one. '.repeat(20));
    expectCause(
      await clinic.examine(at(path)),
      'database',
      /no readable SQLite database/,
      /Restore a backup/,
    );
  });

  it('is damaged', async () => {
    const clinic = await openClinic();
    await clinic.examine();
    const path = join(clinic.folder, 'bridge.db');
    const file = new BetterSqlite(path);
    file.unsafeMode().pragma('writable_schema = on');
    // Two tables on the same page: the file opens, and is not whole.
    file.exec(
      "update sqlite_master set rootpage = (select rootpage from sqlite_master where name = 'people') where name = 'scim_tokens'",
    );
    file.close();
    expectCause(await clinic.examine(), 'database', /damaged|no readable/, /Restore a backup/);
  });

  it("is another program's", async () => {
    const clinic = await openClinic();
    const path = join(clinic.folder, 'other.db');
    new BetterSqlite(path).exec('create table other (id)').close();
    expectCause(await clinic.examine(at(path)), 'database', /belongs to another program/, /file of its own/);
  });

  it('is newer than the program', async () => {
    const clinic = await openClinic();
    await clinic.examine();
    const file = new BetterSqlite(join(clinic.folder, 'bridge.db'));
    file.exec("insert into kysely_migration values ('9999_later', '2099-01-01')").close();
    expectCause(await clinic.examine(), 'database', /newer.*9999_later/, /newer version/);
  });

  it('is a folder', async () => {
    const clinic = await openClinic();
    const path = join(clinic.folder, 'folder');
    mkdirSync(path);
    expectCause(await clinic.examine(at(path)), 'database-file', /is no file/, /path of the database file/);
  });

  it('has no folder', async () => {
    const clinic = await openClinic();
    const diagnosis = await clinic.examine(at(join(clinic.folder, 'none', 'at', 'all.db')));
    expectCause(diagnosis, 'database-file', /no folder for it/, /Make the folder .*\/none,/);
  });

  it('cannot be read by this user', async () => {
    const clinic = await openClinic();
    const path = join(clinic.folder, 'bridge.db');
    chmodSync(clinic.folder, 0o777);
    writeFileSync(path, '', { mode: 0o000 });
    const diagnosis = await asNobody(() => clinic.examine());
    expectCause(diagnosis, 'database-file', /may not read and write/, /the user who owns the file/);
  });

  it.each([
    [99, 'failed'],
    [101, 'warning'],
    [1025, 'ok'],
  ])('is on a disk with %d MB left', (megabytes, state) => {
    expect(judgeRoom(megabytes * 2 ** 20)).toMatchObject({ state, found: `${megabytes} MB are free.` });
  });

  it('is in memory, which is a warning', async () => {
    const clinic = await openClinic();
    const { of, ok } = await clinic.examine(at(':memory:'));
    expect(of('database-file')).toMatchObject({
      state: 'warning',
      remedy: expect.stringContaining('sqlite:PATH'),
    });
    expect(ok).toBe(true);
  });

  it("holds another company's people", async () => {
    const clinic = await openClinic();
    await clinic.examine();
    const diagnosis = await clinic.examine({
      env: { CONCUR_COMPANY_ID: '00000000-4f89-11d3-9a0c-0305e82c3301' },
    });
    expectCause(diagnosis, 'company', /belongs to the company aa076ada/, /Set companyId/);
  });
});

/** Does something without the rights of root, if these tests have them. */
async function asNobody<Result>(work: () => Promise<Result>): Promise<Result> {
  if (process.geteuid?.() !== 0) return await work();
  const NOBODY = 65_534;
  process.seteuid?.(NOBODY);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}
