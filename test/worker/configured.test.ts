import { expect, test } from 'vitest';
import { SPEND, SPEND_APPROVER } from '../../src/domain/extensions.ts';
import { EVERYTHING } from '../../src/domain/granted.ts';
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
const settings = { companyId: 'c', defaults: {}, currencies: {}, attributes };
const resource = {
  userName: 'ada@example.com',
  name: { givenName: 'Ada', familyName: 'Lovelace' },
  title: 'l-1',
  locale: 'en-GB',
  addresses: [{ type: 'work', country: 'GB' }],
};
const { person } = record({ concurId: null });
const ada = { ...person, resource, override: null, deleted: null };
const approver = `${SPEND_APPROVER}:report[primary].approver.value`;

test('what the configuration maps is wanted, and a person in it waits until Concur holds them', async () => {
  const nobody = async (references: readonly string[]) => new Map(references.map((one) => [one, null]));
  const waiting = await wantedOf({ person: ada }, settings, nobody, EVERYTHING);
  expect(waiting.profile[`${SPEND}:ledgerCode`]).toBe('L-1');
  expect(waiting.waiting).toEqual([{ key: approver, reference: '10001' }]);
  expect(waiting.profile).not.toHaveProperty(approver);

  const somebody = async (references: readonly string[]) => new Map(references.map((one) => [one, 'u-1']));
  const found = await wantedOf({ person: ada }, settings, somebody, EVERYTHING);
  expect(found.waiting).toEqual([]);
  expect(found.profile[approver]).toBe('u-1');
});
