import { expect, test } from 'vitest';
import { findConcurTarget, findSwitch } from '../../../src/mapping/concur-schema/schema.ts';

test.each([
  ['spend:ledgercode', 'spend:ledgerCode'],
  ['spend:legderCode', 'spend:ledgerCode'],
  ['ledgerCode', 'spend:ledgerCode'],
  ['enterprise:ledgerCode', 'spend:ledgerCode'],
  ['titel', 'title'],
  ['spend:customDat[custom1]', 'spend:customData[…]'],
])('%s is said to mean %s', (name, meant) => {
  const message = expect.stringMatching(/^is no attribute of Concur's \(did you mean /);
  expect(findConcurTarget(name)).toMatchObject({ kind: 'problem', message });
  expect(findConcurTarget(name)).toMatchObject({
    message: expect.stringContaining(`did you mean ${meant}?`),
  });
  expect(findSwitch(name)).toMatchObject({ message: expect.stringContaining(`did you mean ${meant}?`) });
});

test('what is like nothing is said to mean nothing', () => {
  expect(findConcurTarget('x')).toMatchObject({ message: "is no attribute of Concur's" });
  expect(findSwitch('x')).toMatchObject({ message: "is no attribute of Concur's" });
});
