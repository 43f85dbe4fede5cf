import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { MAX_PAGE_SIZE } from '../../src/scim/limits.ts';
import { GROUP } from './fill.ts';
import type { Request } from './load.ts';
import { idOf, keysOf, resourceOf } from './people.ts';
import type { Server } from './servers.ts';

/** One kind of request, as both servers are asked it. */
export interface Operation {
  readonly name: string;
  request(): Request;
  /** The same of the bare server; absent where there is nothing to compare with. */
  readonly bare?: () => Request;
  /** What is done before the first request. */
  readonly prepare?: (bridge: Pick<Server, 'origin' | 'headers'>) => Promise<void>;
}

/** The operations on a database of so many people; each request is about somebody else. */
export function operations(people: number): readonly Operation[] {
  const somebody = () => Math.floor(Math.random() * people);
  const lookup = (attribute: string, value: (number: number) => string) => () => ({
    method: 'GET' as const,
    path: `/scim/v2/Users?filter=${encodeURIComponent(`${attribute} eq "${value(somebody())}"`)}`,
  });
  let newcomers = people;
  const newcomer = (path: string) => () => ({
    method: 'POST' as const,
    path,
    body: JSON.stringify(resourceOf(newcomers++)),
  });
  let patches = 0;
  let cursor = '';
  return [
    {
      name: 'GET by id',
      request: () => ({ method: 'GET', path: `/scim/v2/Users/${idOf(somebody())}` }),
      bare: () => ({ method: 'GET', path: `/people/${idOf(somebody())}` }),
    },
    {
      name: 'filter by userName',
      request: lookup('userName', (number) => keysOf(number).userName),
      bare: () => ({
        method: 'GET',
        path: `/people?userName=${encodeURIComponent(keysOf(somebody()).userName)}`,
      }),
    },
    {
      name: 'filter by externalId',
      request: lookup('externalId', (number) => keysOf(number).externalId),
    },
    {
      name: 'filter by work e-mail',
      request: lookup('emails[type eq "work"].value', (number) => keysOf(number).workEmail),
    },
    {
      name: 'page of 100 in the middle',
      request: () => ({
        method: 'GET',
        path: `/scim/v2/Users?startIndex=${Math.floor(people / 2)}&count=100`,
      }),
    },
    {
      name: 'page of 100 in the middle, by cursor',
      prepare: async (bridge) => {
        cursor = await cursorAfter(bridge, Math.floor(people / 2));
      },
      request: () => ({ method: 'GET', path: `/scim/v2/Users?cursor=${cursor}&count=100` }),
    },
    {
      name: 'PATCH active',
      request: () => ({
        method: 'PATCH',
        path: `/scim/v2/Users/${idOf(somebody())}`,
        body: patch({ op: 'Replace', path: 'active', value: patches++ % 2 === 1 }),
      }),
    },
    {
      name: 'POST',
      request: newcomer('/scim/v2/Users'),
      bare: newcomer('/people'),
    },
    {
      name: 'one member more in a group of 50,000',
      request: () => ({
        method: 'PATCH',
        path: `/scim/v2/Groups/${GROUP.id}`,
        // Somebody whom the directory does not know yet, as there are few who could join in a small one.
        body: patch({ op: 'Add', path: 'members', value: [{ value: randomUUID() }] }),
      }),
    },
  ];
}

/** Follows the cursors through so many people. */
async function cursorAfter(
  { origin, headers }: Pick<Server, 'origin' | 'headers'>,
  people: number,
): Promise<string> {
  let cursor = '';
  for (let seen = 0; seen < people; seen += MAX_PAGE_SIZE) {
    const count = Math.min(MAX_PAGE_SIZE, people - seen);
    const path = `/scim/v2/Users?attributes=id&count=${count}&cursor=${cursor}`;
    const page = await fetch(`${origin}${path}`, { headers });
    const { nextCursor } = z.object({ nextCursor: z.string() }).parse(await page.json());
    cursor = encodeURIComponent(nextCursor);
  }
  return cursor;
}

function patch(operation: object): string {
  return JSON.stringify({
    schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
    Operations: [operation],
  });
}
