import { expect, test } from 'vitest';
import { nearestName } from '../../src/domain/nearest-name.ts';

const NAMES = ['spend:ledgerCode', 'spend:ledgerKey', 'title', 'timezone'];

test.each([
  ['spend:ledgercode', 'spend:ledgerCode'],
  ['spend:legderCode', 'spend:ledgerCode'],
  ['titel', 'title'],
  ['timeZone', 'timezone'],
  ['xq', undefined],
  ['costCenter', undefined],
])('%s is most likely %s', (name, meant) => {
  expect(nearestName(name, NAMES)).toBe(meant);
});

test('nothing is like no name', () => {
  expect(nearestName('title', [])).toBeUndefined();
});
