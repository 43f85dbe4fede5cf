import BetterSqlite from 'better-sqlite3';
import { expect, it, vi } from 'vitest';
import { SPEND } from '../../src/domain/extensions.ts';
import { seededNumbers } from '../seeded-numbers.ts';
import { Delivery, resource, spend } from './harness.ts';
import { Storm } from './storm.ts';

/** A walk through all that a table, or an index of it, holds of the connection, or of everybody who was ever deleted. */
const WALK = /^SCAN |^SEARCH .*\(connection=\?( AND deleted>\?)?\)/;

/**
 * What is no table, a table with few rows, a list that ends at its limit, and what refers to a person, which is looked
 * at only where one is removed.
 */
const FINE =
  /^(SCAN|SEARCH) (CONSTANT ROW|\d+-ROW VALUES|texts VIRTUAL|next$|credentials|connections|deactivations$|provisioning_requests USING INDEX provisioning_requests_sent)/;

/** `in ()` is nobody: SQLite sees that before it looks at any row. */
const OF_NOBODY = /\bin \(\)/;

it('nothing that a delivery does walks through all of a connection', async () => {
  const delivery = await Delivery.prepare();
  const prepare = vi.spyOn(BetterSqlite.prototype, 'prepare');
  delivery.start();
  const storm = new Storm(delivery, seededNumbers(20));
  await storm.blow();
  await storm.calm();
  // Nothing has to be sent for who was there before, so that the write could still be withdrawn.
  delivery.makeByHand('late', { [SPEND]: spend('USD') });
  const [late = ''] = await delivery.create(resource('late', { [SPEND]: spend('USD') }));
  await delivery.comesTo(late, 'in_sync');
  await delivery.decide(late, () => ({
    kind: 'withdraw',
    to: null,
    changed: ['userName'],
    reason: 'refused',
  }));
  const texts = [...new Set(prepare.mock.calls.map(([text]) => text))];
  // In memory there is one connection to the database.
  const [database] = prepare.mock.contexts as BetterSqlite.Database[];
  prepare.mockRestore();
  if (database === undefined) throw new Error('No statement was prepared');
  const planned = texts.filter(
    (text) => /^(select|update|delete|insert|with)\b/.test(text) && !OF_NOBODY.test(text),
  );
  expect(planned.length).toBeGreaterThan(50);
  const walks = planned.flatMap((text) => {
    const values = Array.from(text.matchAll(/\?/g), () => null);
    const plan = database
      .prepare<readonly unknown[], { detail: string }>(`explain query plan ${text}`)
      .all(values);
    return plan
      .filter(({ detail }) => WALK.test(detail) && !FINE.test(detail))
      .map(({ detail }) => `${detail}: ${text}`);
  });
  expect(walks).toEqual([]);
}, 90_000);
