import { randomUUID } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ENTERPRISE, SAP, SPEND } from '../../src/domain/extensions.ts';
import { PROVISION_WRITE } from '../../src/domain/granted.ts';
import type { OutgoingOperation } from '../../src/domain/ports.ts';
import type { Profile } from '../../src/domain/profile.ts';
import { type Company, startSimulator } from '../../src/simulator/simulator.ts';
import {
  COMPANY,
  client,
  create,
  credential,
  isToken,
  NOT_FOUND,
  scriptedServer,
  token,
  USER,
} from './scripted-server.ts';

const start = async (company: Partial<Company> = {}, options: Parameters<typeof client>[1] = {}) => {
  const simulator = await startSimulator({ company });
  onTestFinished(() => simulator.close());
  const { concur, ...rest } = client(simulator.url, options);
  const calls = () =>
    simulator.requests
      .filter(({ path }) => path.includes('/Users'))
      .map(({ method, path }) => `${method} ${path}`);
  return { simulator, concur, calls, ...rest };
};
const COMPANY_CLIENT: Partial<Company> = {
  id: COMPANY,
  clientId: 'client',
  clientSecret: 'secret+&=',
  refreshToken: 'seed',
};
const identityOnly = {
  ...COMPANY_CLIENT,
  scopes: [
    'identity.user.coreenterprise.writeonly',
    'identity.user.externalID.writeonly',
    'identity.user.sap.writeonly',
    'identity.user.ids.read',
    'identity.user.core.read',
    'identity.user.enterprise.read',
  ],
};
const person: Profile = {
  userName: 'ada@example.com',
  active: true,
  'name.givenName': 'Ada',
  'name.familyName': 'Lovelace',
  'emails[work].value': 'ada@example.com',
  'emails[work].type': 'work',
  [`${ENTERPRISE}:companyId`]: COMPANY,
  [`${ENTERPRISE}:employeeNumber`]: '7',
};
const operation = (set: Profile, more: Partial<OutgoingOperation> = {}): OutgoingOperation => ({
  ...create(),
  difference: { set, remove: [] },
  desired: set,
  ...more,
});

describe('where a company grants identity scopes only', () => {
  it('creates and changes people in Identity, and asks about nothing afterwards', async () => {
    const { simulator, concur, calls } = await start(identityOnly);
    const created = await concur.send(operation(person));
    expect(created).toMatchObject({
      outcome: { kind: 'identity_confirmed', provisionId: null },
      httpStatus: 200,
    });
    const ada = simulator.state.find('ada@example.com');
    if (ada === undefined) throw new Error('nobody was created');
    expect(created.outcome).toMatchObject({ concurId: ada.id });

    const set = { title: 'Countess', [`${SAP}:userUuid`]: randomUUID() };
    const change = { method: 'PATCH', concurId: ada.id, base: person } as const;
    expect(await concur.send(operation(set, change))).toMatchObject({
      outcome: { kind: 'identity_confirmed', concurId: ada.id, provisionId: null },
    });
    expect(simulator.state.find(ada.id)).toMatchObject({ identity: { title: 'Countess' } });
    expect(calls()).toEqual([
      'POST /profile/identity/v4.1/Users',
      `PATCH /profile/identity/v4.1/Users/${ada.id}`,
    ]);
    expect(simulator.violations).toEqual([]);
  });

  it('sends nothing of spend and travel, and no operation that is nothing else', async () => {
    const { simulator, concur, calls } = await start(identityOnly);
    const spend = { [`${SPEND}:country`]: 'US' };
    const { outcome } = await concur.send(operation({ ...person, ...spend }));
    expect(outcome.kind).toBe('identity_confirmed');
    expect(JSON.stringify(simulator.requests.at(-1)?.body)).not.toContain('spend');
    expect(await concur.send(operation(spend, { method: 'PATCH', concurId: USER }))).toMatchObject({
      outcome: { kind: 'retry', why: 'token', message: expect.stringContaining(PROVISION_WRITE) },
      httpStatus: null,
    });
    expect(calls()).toHaveLength(1);
  });

  it('hands over a refusal', async () => {
    const { concur } = await start(identityOnly);
    await concur.send(operation(person));
    const twin = { ...person, [`${ENTERPRISE}:employeeNumber`]: '8' };
    expect((await concur.send(operation(twin))).outcome).toMatchObject({ kind: 'refused', uniqueness: true });
  });

  it('says so from the first token on, and from the start where it is stored', async () => {
    const { concur } = await start(identityOnly);
    expect(concur.granted().writeApi).toBe('provisioning');
    await concur.find([{ userName: 'ada@example.com', externalId: null, employeeNumber: null }]);
    expect(concur.granted().writeApi).toBe('identity');
    expect(concur.granted().missingFor(`${SPEND}:country`)).toBe(PROVISION_WRITE);
    expect(concur.granted().missingFor('emails[work].verified')).toBe(
      'identity.user.emails.verified.writeonly',
    );
    expect(concur.granted().missingFor('title')).toBeNull();

    const held = credential('seed', { scopes: identityOnly.scopes });
    expect((await start(identityOnly, { held })).concur.granted().writeApi).toBe('identity');
  });
});

describe('the configured write API', () => {
  it('identity wins over what is granted', async () => {
    const { concur, calls } = await start(COMPANY_CLIENT, { writeApi: 'identity' });
    expect(concur.granted().writeApi).toBe('identity');
    await concur.send(operation(person));
    expect(calls()).toEqual(['POST /profile/identity/v4.1/Users']);
  });

  it('provisioning is used even where its scope is missing', async () => {
    const { concur, calls } = await start(identityOnly, { writeApi: 'provisioning' });
    expect((await concur.send(operation(person))).outcome).toMatchObject({ kind: 'retry', why: 'token' });
    expect(concur.granted()).toMatchObject({ writeApi: 'provisioning' });
    expect(new Set(calls())).toEqual(new Set(['POST /profile/v4/Users']));
  });

  it('auto is User Provisioning where its scope is granted', async () => {
    const { concur, calls } = await start(COMPANY_CLIENT);
    await concur.send(operation(person));
    expect(calls()).toEqual(['POST /profile/v4/Users']);
  });
});

describe('an answer of Identity', () => {
  const answering = async (status: number, body: unknown) => {
    const server = await scriptedServer((request) => (isToken(request) ? token() : { status, body }));
    const { concur } = client(server.url, { writeApi: 'identity' });
    const set = { active: false };
    return (await concur.send(operation(set, { method: 'PATCH', concurId: USER }))).outcome;
  };

  it.each([
    ['another user', 200, { id: '3df11695-e8bb-40ff-8e98-c85913ab2789' }],
    ['nobody', 200, {}],
    ['nothing', 204, null],
    ['an internal error', 500, {}],
  ])('that names %s leaves the outcome unknown', async (_name, status, body) => {
    expect(await answering(status, body)).toMatchObject({ kind: 'unknown' });
  });

  it('names no request that goes on, whatever its meta says', async () => {
    expect(await answering(201, { id: USER, meta: { provisionId: 'p' } })).toMatchObject({
      provisionId: null,
    });
  });

  it('says that a user is missing', async () => {
    expect(await answering(404, NOT_FOUND)).toMatchObject({ kind: 'missing' });
  });
});
