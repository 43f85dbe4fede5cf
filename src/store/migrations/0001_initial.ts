import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { SerialColumn } from '../migrate.ts';
import { createProvisionings, createRequests } from './initial/delivery.ts';
import { createChanges, createGroups, createPeople } from './initial/directory.ts';
import { createLosses } from './initial/losses.ts';
import { createSecrets } from './initial/secrets.ts';
import { createTallies } from './initial/tallies.ts';

/**
 * The first tables. A migration never changes once it was released, so the closed lists are spelled
 * out in `initial/` and not imported.
 */
export function initial(serial: SerialColumn): Migration {
  return {
    async up(db: Kysely<unknown>) {
      await createPeople(db);
      await createGroups(db, serial);
      await createProvisionings(db);
      await createRequests(db);
      await createLosses(db);
      await createChanges(db, serial);
      await createSecrets(db);
      await createTallies(db);
    },
  };
}
