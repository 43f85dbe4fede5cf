import type { Store } from './store.ts';

/** Asks the database for one row, as cheaply as can be. Fails when it does not answer. */
export async function checkDatabase({ db }: Pick<Store, 'db'>): Promise<void> {
  await db.selectFrom('connections').select('name').limit(1).execute();
}
