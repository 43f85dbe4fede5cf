import { expect, it, onTestFinished } from 'vitest';
import { start } from './child.ts';

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
