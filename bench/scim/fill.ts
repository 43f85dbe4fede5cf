import { randomUUID } from 'node:crypto';
import type { Write } from '../../src/scim/directory.ts';
import { bindConnection, openStore } from '../../src/store/store.ts';
import { idOf, resourceOf } from './people.ts';

/** The group that members are added to, and how many it has before. */
export const GROUP = { id: '00000000-0000-4000-8000-000000000001', members: 50_000 } as const;

/** Writes that one transaction holds. */
const BATCH = 1_000;

const ACTOR = { kind: 'cli', name: 'bench' } as const;

/** What the database is opened with. */
export interface Filled {
  readonly url: string;
  readonly secretKey: Buffer;
  readonly companyId: string;
}

/** Makes a database with so many people, numbered from 0, and the group. Its members are nobody whom a run adds. */
export async function fill({ url, secretKey, companyId }: Filled, people: number): Promise<void> {
  const store = await openStore({ url, secretKey, clock: Date.now, newId: randomUUID });
  try {
    await bindConnection(store, 'default', companyId);
    const { directory } = store.connection('default');
    for (let start = 0; start < people; start += BATCH) {
      const numbers = Array.from({ length: Math.min(BATCH, people - start) }, (_, offset) => start + offset);
      const results = await directory.accept(numbers.map(creation));
      if (results.some(({ kind }) => kind !== 'written')) throw new Error('Somebody was not written');
    }
    const [group] = await directory.groups.accept([
      {
        kind: 'create',
        actor: ACTOR,
        id: GROUP.id,
        resource: { displayName: 'Everybody' },
        members: Array.from({ length: GROUP.members }, () => randomUUID()),
        unknownMembers: 'accept',
      },
    ]);
    if (group?.kind !== 'written') throw new Error('The group was not written');
  } finally {
    await store.close();
  }
}

function creation(number: number): Write {
  return { kind: 'create', actor: ACTOR, id: idOf(number), resource: resourceOf(number) };
}
