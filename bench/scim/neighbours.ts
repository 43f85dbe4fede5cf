import { randomUUID } from 'node:crypto';
import { GROUP } from './fill.ts';
import { load, type Measured, type Request } from './load.ts';
import { idOf, resourceOf } from './people.ts';
import type { Bridge } from './servers.ts';

/** How long somebody is looked up beside each neighbour, in ms. */
const DURATION = 3_000;

/** What a client who looks people up, one after the other, sees of another who asks for something large. */
export interface Beside {
  readonly neighbour: string;
  /** How many of the large requests were answered meanwhile. */
  readonly answered: number;
  readonly lookups: Measured;
  /** The 99th percentile of the event loop's delay, in ms. */
  readonly delay: number;
}

interface Neighbour {
  readonly name: string;
  /** Absent: nothing is asked for. */
  readonly request?: () => Request;
}

/** Measures the lookups of one client beside each of some neighbours. Writes: the group of the benchmark, and new people. */
export async function besideNeighbours(bridge: Bridge, people: number): Promise<readonly Beside[]> {
  const found: Beside[] = [];
  for (const { name, request } of neighbours()) {
    await bridge.delay();
    const lookups = load(bridge.origin, bridge.headers, 1, DURATION, () => ({
      method: 'GET',
      path: `/scim/v2/Users/${idOf(Math.floor(Math.random() * people))}`,
    }));
    const neighbour = request && load(bridge.origin, bridge.headers, 1, DURATION, request, isAnswered);
    found.push({
      neighbour: name,
      answered: (await neighbour)?.times.length ?? 0,
      lookups: await lookups,
      delay: await bridge.delay(),
    });
  }
  return found;
}

/** A search that takes too long is answered 400 tooMany. */
function isAnswered(status: number): boolean {
  return status <= 400;
}

function neighbours(): readonly Neighbour[] {
  const group = `/scim/v2/Groups/${GROUP.id}`;
  const everybody = Array.from({ length: GROUP.members }, () => ({ value: randomUUID() }));
  let puts = 0;
  return [
    { name: 'nobody' },
    {
      name: 'a search that no index serves',
      request: () => ({
        method: 'GET',
        path: `/scim/v2/Users?filter=${encodeURIComponent('title co "nobody has this"')}`,
      }),
    },
    {
      name: 'reading a group of 50,000',
      request: () => ({ method: 'GET', path: group }),
    },
    {
      name: 'emptying and filling a group of 50,000',
      request: () => ({
        method: 'PUT',
        path: group,
        body: JSON.stringify({
          schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
          displayName: 'Everybody',
          members: puts++ % 2 === 0 ? [] : everybody,
        }),
      }),
    },
    {
      name: 'a Bulk of 1,000 creates',
      request: () => ({ method: 'POST', path: '/scim/v2/Bulk', body: JSON.stringify(bulk()) }),
    },
  ];
}

function bulk(): object {
  const first = Math.floor(Math.random() * Number.MAX_SAFE_INTEGER - 1_000);
  return {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
    Operations: Array.from({ length: 1_000 }, (_, index) => ({
      method: 'POST',
      path: '/Users',
      bulkId: String(index),
      data: resourceOf(first + index),
    })),
  };
}
