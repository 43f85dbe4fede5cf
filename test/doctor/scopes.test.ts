import { describe, expect, it } from 'vitest';
import { SAP, SPEND, TRAVEL } from '../../src/domain/extensions.ts';
import {
  EXTERNAL_ID_WRITE,
  IDENTITY_WRITE,
  PROVISION_READ,
  PROVISION_WRITE,
  SAP_WRITE,
  SCOPES,
  SPEND_WRITE,
  VERIFIED_WRITE,
} from '../../src/domain/granted.ts';
import { ALL_SCOPES } from '../../src/simulator/company.ts';
import { openClinic, person } from './clinic.ts';

/** Scopes without which nobody is provisioned. */
const ALWAYS: readonly string[] = [
  IDENTITY_WRITE,
  'identity.user.ids.read',
  'identity.user.core.read',
  'identity.user.coresensitive.read',
  'identity.user.enterprise.read',
];

/** For each of the others a value that needs it. */
const NEEDED_FOR: Readonly<Record<string, Readonly<Record<string, string | boolean>>>> = {
  [PROVISION_WRITE]: { [`${SPEND}:ledgerCode`]: 'DEFAULT' },
  [PROVISION_READ]: { [`${SPEND}:ledgerCode`]: 'DEFAULT' },
  [EXTERNAL_ID_WRITE]: { externalId: 'everybody' },
  [SAP_WRITE]: { [`${SAP}:userUuid`]: 'everybody' },
  'identity.user.sap.read': { [`${SAP}:userUuid`]: 'everybody' },
  [SPEND_WRITE]: { [`${SPEND}:ledgerCode`]: 'DEFAULT' },
  'spend.user.general.read': { [`${SPEND}:ledgerCode`]: 'DEFAULT' },
  'travel.user.general.read': { [`${TRAVEL}:gender`]: 'F' },
};

const without = (scope: string) =>
  openClinic({ company: { scopes: ALL_SCOPES.filter((one) => one !== scope) } });

it('knows for every scope what becomes of it', () => {
  expect([...ALWAYS, VERIFIED_WRITE, ...Object.keys(NEEDED_FOR)].sort()).toEqual(
    SCOPES.map(({ name }) => name).sort(),
  );
});

describe.each(SCOPES)('without $name', ({ name, lost }) => {
  it('says what is lost, and where to grant it', async () => {
    const clinic = await without(name);
    const { ok, of } = await clinic.examine();
    expect(of('scopes')).toMatchObject({
      state: ALWAYS.includes(name) ? 'failed' : 'warning',
      found: `${name}: without it, ${lost}.`,
      remedy: expect.stringContaining('Allowed Scopes'),
    });
    expect(ok).toBe(!ALWAYS.includes(name));
  });
});

describe.each(Object.entries(NEEDED_FOR))('without %s', (name, defaults) => {
  it('fails where the mapping needs it, and names the attribute', async () => {
    const clinic = await without(name);
    const diagnosis = await clinic.examine({ file: { connections: { default: { mapping: { defaults } } } } });
    expect(diagnosis.in('failed')).toEqual(['mapping-scopes']);
    const { found, remedy } = diagnosis.of('mapping-scopes');
    const [attribute = ''] = Object.keys(defaults).map((key) => /(\w+)(\[.*)?$/.exec(key)?.[1]);
    expect(found).toMatch(new RegExp(`^${name} is lacking for .*\\b${attribute}$`));
    expect(remedy).toMatch(/Allowed Scopes.*out of the mapping/);
  });
});

describe('what the configuration asks for', () => {
  it.each([
    [
      'an attribute that it maps',
      { mapping: { attributes: { 'spend:ledgerCode': { value: 'DEFAULT' } } } },
      'ledgerCode',
    ],
    [
      'a role that a group gives',
      { groups: { rules: [{ group: 'Approvers', roles: ['EXP_APPROVER'] }] } },
      'roles',
    ],
  ])('needs the scopes for %s', async (_what, settings, attribute) => {
    const clinic = await without(SPEND_WRITE);
    const diagnosis = await clinic.examine({ file: { connections: { default: settings } } });
    expect(diagnosis.in('failed')).toEqual(['mapping-scopes']);
    expect(diagnosis.of('mapping-scopes').found).toMatch(
      new RegExp(`^${SPEND_WRITE} is lacking for .*\\b${attribute}$`),
    );
  });
});

describe('what people in the directory have', () => {
  it('needs the scopes for it', async () => {
    const clinic = await without(SPEND_WRITE);
    await clinic.add(
      person('ada', { preferredLanguage: 'en-US', addresses: [{ type: 'work', country: 'US' }] }),
    );
    const diagnosis = await clinic.examine();
    expect(diagnosis.in('failed')).toEqual(['mapping-scopes']);
    expect(diagnosis.of('mapping-scopes').found).toBe(
      `${SPEND_WRITE} is lacking for spend:country, spend:locale, spend:reimbursementCurrency`,
    );
  });

  it('is whole without externalId, which is quietly left out', async () => {
    const clinic = await without(EXTERNAL_ID_WRITE);
    await clinic.add(person('ada', { externalId: 'external-ada' }));
    const diagnosis = await clinic.examine();
    expect(diagnosis.of('mapping-scopes')).toMatchObject({
      state: 'warning',
      found: `${EXTERNAL_ID_WRITE} is lacking for externalId`,
    });
    expect(diagnosis.ok).toBe(true);
  });
});

describe('a bridge that is to write identity only', () => {
  const identity = { writeApi: 'identity' };

  it('warns of what people have beyond that', async () => {
    const clinic = await openClinic();
    await clinic.add(
      person('ada', { preferredLanguage: 'en-US', addresses: [{ type: 'work', country: 'US' }] }),
    );
    const diagnosis = await clinic.examine({ file: { connections: { default: identity } } });
    expect(diagnosis.of('mapping-scopes')).toMatchObject({
      state: 'warning',
      found: expect.stringMatching(/^writeApi is identity, which does not write spend:country/),
      remedy: expect.stringMatching(/^Set writeApi to auto/),
    });
    expect(diagnosis.ok).toBe(true);
  });

  it('fails where the mapping itself asks for more', async () => {
    const clinic = await openClinic();
    const mapping = { defaults: { [`${SPEND}:ledgerCode`]: 'DEFAULT' } };
    const diagnosis = await clinic.examine({ file: { connections: { default: { ...identity, mapping } } } });
    expect(diagnosis.in('failed')).toEqual(['mapping-scopes']);
  });
});

it('fails without the scope of the service that the configuration insists on', async () => {
  const clinic = await without(PROVISION_WRITE);
  const { of } = await clinic.examine({ file: { connections: { default: { writeApi: 'provisioning' } } } });
  expect(of('scopes').state).toBe('failed');
});

it('asks for the scope to delete only where people are to be deleted', async () => {
  const clinic = await without('identity.user.delete');
  expect((await clinic.examine()).of('scopes').state).toBe('ok');
  const file = { connections: { default: { deletion: 'delete' } } };
  expect((await clinic.examine({ file })).of('scopes')).toMatchObject({
    state: 'warning',
    found: 'identity.user.delete: without it, nobody is deleted: leavers stay in Concur, deactivated.',
  });
});
