import { expect, it } from 'vitest';
import { seededNumbers } from '../seeded-numbers.ts';
import { Delivery } from './harness.ts';
import { Storm } from './storm.ts';

it('after any storm Concur holds what is desired of everybody, and nobody twice', async () => {
  const seed = Number(process.env.STORM_SEED ?? Math.floor(Math.random() * 2 ** 32));
  const delivery = await Delivery.begin();
  const storm = new Storm(delivery, seededNumbers(seed));
  await storm.blow();
  await storm.calm();
  const { desired, held } = await storm.outcome();
  expect(held, `STORM_SEED=${seed} begins the same storm`).toEqual(desired);
}, 90_000);
