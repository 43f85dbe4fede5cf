import type { Kysely } from 'kysely';
import type { DeliverySwitch } from '../domain/delivery.ts';
import type { Database } from './tables.ts';

/** The delivery switch of one connection. */
export function deliverySwitch(db: Kysely<Database>, connection: string): DeliverySwitch {
  return {
    read: async () => ((await isSwitchedOff(db, connection)) ? 'off' : 'on'),
    set: async (to) => {
      await db.updateTable('connections').set({ delivery: to }).where('name', '=', connection).execute();
    },
  };
}

/** Whether nothing may be sent for a connection; also inside the transaction that is to be sure of it. */
export async function isSwitchedOff(db: Kysely<Database>, connection: string): Promise<boolean> {
  const row = await db
    .selectFrom('connections')
    .select('delivery')
    .where('name', '=', connection)
    .executeTakeFirst();
  return row?.delivery === 'off';
}
