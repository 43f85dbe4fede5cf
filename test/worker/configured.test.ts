import { expect, test } from 'vitest';
import { SPEND, SPEND_APPROVER } from '../../src/domain/extensions.ts';
import { EVERYTHING } from '../../src/domain/granted.ts';
import type { Referenced } from '../../src/domain/ports.ts';
import { compileMapping } from '../../src/mapping/configured/compile.ts';
import { wantedOf } from '../../src/worker/wanted.ts';
import { record } from '../domain/records.ts';

const { attributes } = compileMapping({
  attributes: {
    'spend:ledgerCode': { expression: '$uppercase(title)' },
    'approver:report[primary]': { value: '10001' },
  },
  placeOf: () => 'bridge.yaml:1',
  readFile: () => '',
});
const mapping = { companyId: 'c', defaults: {}, currencies: {}, attributes };
const settings = { mapping, deletion: 'deactivate', scopeExit: 'deactivate' } as const;
const resource = {
  userName: 'ada@example.com',
  name: { givenName: 'Ada', familyName: 'Lovelace' },
  title: 'l-1',
  locale: 'en-GB',
  addresses: [{ type: 'work', country: 'GB' }],
};
const nobodyKnown = record({ concurId: null });
const ada = { ...nobodyKnown, person: { ...nobodyKnown.person, resource, override: null, deleted: null } };
const approver = `${SPEND_APPROVER}:report[primary].approver.value`;

const chief: Referenced = {
  personId: 'chief',
  concurId: 'u-1',
  hasAccess: true,
  applied: { profile: {}, unknown: [] },
  above: [],
};

test('what the configuration maps is wanted, and a person in it waits until Concur holds them', async () => {
  const nobody = async () => new Map();
  const waiting = await wantedOf(ada, settings, nobody, EVERYTHING);
  expect(waiting.profile[`${SPEND}:ledgerCode`]).toBe('L-1');
  expect(waiting.waiting).toEqual([{ key: approver, reference: '10001', until: 'who is not here yet' }]);
  expect(waiting.profile).not.toHaveProperty(approver);

  const somebody = async (references: readonly string[]) => new Map(references.map((one) => [one, chief]));
  const found = await wantedOf(ada, settings, somebody, EVERYTHING);
  expect(found.waiting).toEqual([]);
  expect(found.profile[approver]).toBe('u-1');
});
