/** A time in ms since the epoch as ISO 8601 text in UTC, the form of SCIM's dateTime (RFC 7643 §2.3.5); null stays null. */
export function iso(time: number): string;
export function iso(time: number | null): string | null;
export function iso(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}
