import type { Lease } from '../domain/ports.ts';
import type { AttributeKey } from '../domain/profile.ts';
import type { Context } from './context.ts';
import { advance, type Item } from './item.ts';

/** How often it is looked whether the guard holds anybody, in ms. */
const LOOK_INTERVAL = 60_000;

/** How often it is said that it still does, in ms. */
const SAY_INTERVAL = 3_600_000;

/** The guard of one process: it lets no more people lose access at once than the settings allow. */
export interface Guard {
  /** Tells of people that the guard has just begun to hold. */
  tell(held: number): void;
  /** Says at most once an hour how many people it holds, whichever process began to. Never finds more to do: 0. */
  look(): Promise<number>;
}

/** Makes the guard of a process. */
export function createGuard({
  store,
  settings,
  clock,
  log,
}: Pick<Context, 'store' | 'settings' | 'clock' | 'log'>): Guard {
  let lookedAt: number | null = null;
  /** When it is to be said again; null: the guard holds nobody, as far as is known. */
  let sayAt: number | null = null;
  return {
    tell: (held) => {
      if (held === 0 || sayAt !== null) return;
      sayAt = clock() + LOOK_INTERVAL;
      log.error(
        { limits: settings.deactivationGuard },
        'the deactivation guard has tripped: more people were to lose access than it allows; the rest is held (hold list)',
      );
    },
    look: async () => {
      const now = clock();
      if (lookedAt !== null && now - lookedAt < LOOK_INTERVAL) return 0;
      lookedAt = now;
      const people = await store.heldByGuard();
      if (people === 0) sayAt = null;
      else if (sayAt === null || now >= sayAt) {
        sayAt = now + SAY_INTERVAL;
        log.error(
          { people },
          'the deactivation guard holds people until an admin decides (hold list, hold release --guard, hold discard)',
        );
      }
      return 0;
    },
  };
}

/** Somebody with what they are about to lose. */
interface Losing {
  readonly item: Item;
  readonly keys: readonly AttributeKey[];
}

/**
 * Asks the guard about those who are about to lose access, in one transaction; nobody is asked about where the settings
 * have none.
 *
 * @returns the people as the guard left them, by id; whoever is not in it has nothing to lose
 */
export async function askGuard(
  { store, settings: { deactivationGuard }, clock, guard }: Context,
  lease: Lease,
  losing: readonly Losing[],
): Promise<ReadonlyMap<string, Item>> {
  if (deactivationGuard === null || losing.length === 0) return new Map();
  const asked = losing.map(({ item, keys }) => ({ personId: item.record.person.id, keys }));
  const { losses, held } = await store.admitLosses(asked, deactivationGuard, lease, clock());
  guard.tell(held);
  return new Map(
    losing.flatMap(({ item }) => {
      const { id } = item.record.person;
      const after = losses.get(id);
      return after === undefined ? [] : [[id, advance(item, { losses: after })]];
    }),
  );
}
