import { expect, it, onTestFinished } from 'vitest';
import { run, start } from './child.ts';

const WITHHELD = ['user.provision.write', 'user.provision.read'];

it('simulate hands over what a connection is made of', async () => {
  const running = start([
    'simulate',
    ...['--port', '0', '--json', '--user-level'],
    ...WITHHELD.flatMap((scope) => ['--without-scope', scope]),
  ]);
  onTestFinished(async () => {
    running.signal('SIGTERM');
    await running.ended;
  });
  await running.line(/^\}$/);
  const { url, environment, connect, scopes } = JSON.parse(running.output());
  expect(connect).toMatchObject({ baseUrl: url, companyId: environment.CONCUR_COMPANY_ID });

  const ask = async (form: Record<string, string>) => {
    const client = { client_id: connect.clientId, client_secret: connect.clientSecret };
    const body = new URLSearchParams({ ...client, ...form });
    const response = await fetch(`${url}/oauth2/v0/token`, { method: 'POST', body });
    return (await response.json()) as Record<string, string>;
  };
  const users = async (token: string | undefined) =>
    (
      await fetch(`${url}/profile/identity/v4.1/Users`, {
        headers: { authorization: `Bearer ${token}` },
      })
    ).status;
  const connected = await ask({
    grant_type: 'password',
    credtype: 'authtoken',
    username: connect.companyId,
    password: connect.requestToken,
  });
  expect(connected.scope?.split(' ')).toEqual(scopes);
  for (const scope of WITHHELD) expect(scopes).not.toContain(scope);
  expect(await users(connected.access_token)).toBe(200);

  // The refresh token of the environment is a person's.
  const personal = await ask({
    grant_type: 'refresh_token',
    refresh_token: environment.CONCUR_REFRESH_TOKEN,
  });
  expect(await users(personal.access_token)).toBe(403);
});

it('says where --user-level matters, and how a person signs in on the other way', async () => {
  const running = start(['simulate', '--port', '0', '--user-level']);
  await running.line(/Ctrl-C/);
  const text = running.output();
  running.signal('SIGTERM');
  await running.ended;
  const value = (name: string) =>
    new RegExp(`^(?:${name}) +(?:another address: )?(.*)$`, 'm').exec(text)?.[1] ?? '';
  const [, user = '', password = ''] = /connect --user (\S+) --password '(.*)'$/m.exec(text) ?? [];
  expect(text).toMatch(/refresh token in the environment below is a person's/);
  expect(value('data centre')).toMatch(/^http:/);
  expect([user, password]).not.toContain('');
});

it('--user-level says in its help that init and connect do not use it', async () => {
  const { stdout } = await run(['simulate', '--help']);
  expect(stdout.replace(/\s+/g, ' ')).toMatch(
    /--user-level .*init and connect do not use it: there, connect --user/,
  );
});
