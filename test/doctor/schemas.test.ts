import { expect, it } from 'vitest';
import { SPEND } from '../../src/domain/extensions.ts';
import { openClinic } from './clinic.ts';

it("names what Concur's own schemas have beyond what is built in", async () => {
  const clinic = await openClinic({
    company: {
      newerSchemas: {
        attributes: {
          [SPEND]: { costObject: { type: 'string' }, cards: { type: 'string', multiValued: true } },
        },
        canonicalValues: { [`${SPEND}:reimbursementType`]: ['NEW_PAY'] },
        calledRequired: [],
      },
    },
  });
  const { state, found } = (await clinic.examine()).of('schemas');
  expect(state).toBe('ok');
  const [read, attributes, values, others] = found.split('\n');
  expect(read).toBe('They can be read.');
  expect(attributes).toMatch(/^Attributes that can be mapped .*\bspend:costObject\b/);
  expect(values).toBe('Further values: spend:reimbursementType NEW_PAY');
  expect(others).toMatch(/cannot map: .*spend:cards \(it is a list/);
});

it('fails for nobody whose Concur does not say what its users look like', async () => {
  const clinic = await openClinic();
  clinic.simulator.faults.add({ kind: 'status', status: 403, match: { path: /Schemas$/ }, times: 4 });
  const diagnosis = await clinic.examine();
  expect(diagnosis.of('schemas')).toMatchObject({
    state: 'warning',
    found: expect.stringMatching(/^They cannot be read: .*denies access/),
    remedy: expect.stringContaining('all the same'),
  });
  expect(diagnosis.ok).toBe(true);
});
