/**
 * What the service allows, in one place: /ServiceProviderConfig says so to clients (RFC 7643 §5), and elsewhere it is
 * enforced.
 */

/** How many resources a page holds when the client does not say. */
export const DEFAULT_PAGE_SIZE = 100;

/** How many resources a page holds at most. */
export const MAX_PAGE_SIZE = 200;

/** How long a cursor of a list is good, in seconds (RFC 9865 §4). */
export const CURSOR_TIMEOUT = 3_600;

/** How many operations one Bulk request may have, as /ServiceProviderConfig says (RFC 7644 §3.7.4). */
export const BULK_MAX_OPERATIONS = 1_000;

/** How many bytes a Bulk request may have, as /ServiceProviderConfig says (RFC 7644 §3.7.4). */
export const BULK_MAX_PAYLOAD = 4_194_304;

/** How many bytes one person may have in a request. */
export const USER_MAX_PAYLOAD = 1_048_576;

/** How many bytes a request about a group may have: 10,000 members with their names and addresses fit. */
export const GROUP_MAX_PAYLOAD = 4_194_304;
