import { expect, it } from 'vitest';
import { SPEND_USER } from '../../src/simulator/schemas.ts';
import { patch, person, SPEND, startCaller } from './caller.ts';

const BOSS = '11111111-1111-4111-8111-111111111111';
const CLERK = '22222222-2222-4222-8222-222222222222';

it('"No circular reporting among users is supported, field is nulled if logic in error."', async () => {
  const concur = await startCaller();
  const { state } = concur.simulator;
  state.seed({ ...person({}, { [SPEND_USER]: SPEND }), id: BOSS });
  state.seed({ ...person({}, { [SPEND_USER]: { ...SPEND, biManager: { value: BOSS } } }), id: CLERK });
  const above = (value: string) => patch({ op: 'add', path: `${SPEND_USER}:biManager`, value: { value } });
  const answer = await concur.call('PATCH', `/profile/v4/Users/${BOSS}`, above(CLERK));
  await concur.extension(answer.body.meta.provisionId, SPEND_USER);
  expect(state.find(BOSS)?.spend[SPEND_USER]).not.toHaveProperty('biManager');
  expect(state.find(CLERK)?.spend[SPEND_USER]).toMatchObject({ biManager: { value: BOSS } });
  await concur.simulator.close();
});
