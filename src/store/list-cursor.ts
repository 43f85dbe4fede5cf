import { hkdfSync } from 'node:crypto';
import type { ListQuery } from '../scim/directory.ts';
import { expiredCursor, invalidCursor } from '../scim/error.ts';
import { CURSOR_TIMEOUT } from '../scim/limits.ts';
import type { SortKey } from './filter/sort.ts';
import { open, SecretKeyError, seal } from './sealed.ts';

/** How long a cursor is good for, in ms. */
const CURSOR_LIFETIME = 1_000 * CURSOR_TIMEOUT;

/** Where a page ended. */
export interface ListPlace {
  /** The last item of the page. */
  readonly last: SortKey;
  /** How many the list had when its first page was read: to count them takes longer than to read a page. */
  readonly total: number;
}

/**
 * Makes and reads the cursors of lists (RFC 9865). A cursor is encrypted: what a list is sorted by may be personal, and
 * cursors stand in addresses, which are logged.
 */
export interface ListCursors {
  /**
   * A cursor for the page after a place.
   *
   * @param list names the list, see `listName`
   */
  write(list: string, place: ListPlace): string;
  /**
   * What `write` was given. Fails with ScimError 400 expiredCursor an hour after it was given out, and invalidCursor for what
   * is no cursor of this list.
   */
  read(list: string, cursor: string): ListPlace;
}

/**
 * The cursors of a store, good for all processes with the same secret key, before and after a restart.
 *
 * @param secretKey 32 bytes; a key for this purpose alone is derived from it
 */
export function listCursors(secretKey: Buffer, clock: () => number): ListCursors {
  const key = Buffer.from(hkdfSync('sha256', secretKey, '', 'list cursors', 32));
  return {
    write(list, { last: { value, created, id }, total }) {
      const secret = JSON.stringify([value, created, id, total, clock() + CURSOR_LIFETIME]);
      return Buffer.from(seal(secret, key, list), 'base64').toString('base64url');
    },
    read(list, cursor) {
      const [value, created, id, total, expires] = JSON.parse(opened(cursor, key, list));
      if (clock() >= expires) {
        throw expiredCursor('The cursor was given out more than an hour ago: begin the list anew.');
      }
      return { last: { value, created, id }, total };
    },
  };
}

/**
 * A text that is the same for two queries if and only if the one's cursors are good for the other: those of the same
 * connection, kind of resource, filter and order.
 */
export function listName(connection: string, table: string, { filter, sort }: ListQuery): string {
  const order = sort === null ? null : [sort.reference.path, sort.order];
  return JSON.stringify([connection, table, order, filter], (name, value) =>
    // The path says the same; and the schemas behind it are large.
    name === 'reference' ? undefined : value,
  );
}

function opened(cursor: string, key: Buffer, list: string): string {
  try {
    return open(Buffer.from(cursor, 'base64url').toString('base64'), key, list);
  } catch (error) {
    // Too short for a nonce and a tag: a TypeError or RangeError of node:crypto's.
    if (error instanceof SecretKeyError || error instanceof TypeError || error instanceof RangeError) {
      throw invalidCursor('The cursor is none that this list gave out.');
    }
    throw error;
  }
}
