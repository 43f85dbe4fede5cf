import BetterSqlite from 'better-sqlite3';
import { expect, it, vi } from 'vitest';
import { seededNumbers } from '../seeded-numbers.ts';
import { Delivery } from './harness.ts';
import { Storm } from './storm.ts';

/** A walk through all that the table, or an index of it, holds of the connection, or of everybody who was ever deleted. */
const WALK =
  /^SCAN (people|provisionings|person_\w+|operations|relations|changes)\b|^SEARCH (people|provisionings|person_\w+|operations|relations|changes) .*\(connection=\?( AND deleted>\?)?\)/;

/** `in ()` is nobody: SQLite sees that before it looks at any row. */
const OF_NOBODY = /\bin \(\)/;

it('nothing that a delivery does walks through everybody', async () => {
  const prepare = vi.spyOn(BetterSqlite.prototype, 'prepare');
  const delivery = await Delivery.begin();
  const storm = new Storm(delivery, seededNumbers(20));
  await storm.blow();
  await storm.calm();
  const texts = [...new Set(prepare.mock.calls.map(([text]) => text))];
  // In memory there is one connection to the database.
  const [database] = prepare.mock.contexts as BetterSqlite.Database[];
  prepare.mockRestore();
  if (database === undefined) throw new Error('No statement was prepared');
  const planned = texts.filter((text) => /^(select|update|delete)\b/.test(text) && !OF_NOBODY.test(text));
  expect(planned.length).toBeGreaterThan(50);
  const walks = planned.flatMap((text) => {
    const values = Array.from(text.matchAll(/\?/g), () => null);
    const plan = database
      .prepare<readonly unknown[], { detail: string }>(`explain query plan ${text}`)
      .all(values);
    return plan.filter(({ detail }) => WALK.test(detail)).map(({ detail }) => `${detail}: ${text}`);
  });
  expect(walks).toEqual([]);
}, 90_000);
