/** Opens a store and closes it again many times, at every moment of its threads' start: `closing.ts FILE`. */
import { setTimeout } from 'node:timers/promises';
import { sql } from 'kysely';
import { openStore } from '../../src/store/store.ts';

const [, , path = ''] = process.argv;
const options = { url: `sqlite:${path}`, secretKey: Buffer.alloc(32), clock: Date.now, newId: () => '' };
for (let round = 0; round < 30; round++) {
  const store = await openStore(options);
  const query = { filter: null, sort: null, paging: { kind: 'index', startIndex: 1, count: 1 } } as const;
  const list = store.connection('default').directory.list(query);
  const ended = list.catch(() => undefined);
  for (let commit = 0; commit < 60; commit++) {
    await sql`insert into connections (name, company_id, created) values (${`${round} ${commit}`}, 'c', 0)`.execute(
      store.db,
    );
  }
  await setTimeout(4 * round);
  await store.close();
  await ended;
}
process.stdout.write('closed\n');
