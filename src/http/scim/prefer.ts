/** The longest that a client may have a write wait, in ms: identity providers give up after some 60 s. */
const LONGEST = 50_000;

/** How long a client prefers to wait. */
export interface PreferredWait {
  /** In ms. */
  readonly wait: number;
  /** What `Preference-Applied` says. */
  readonly applied: string;
}

// RFC 7240 §2: `token [ BWS "=" BWS word ]`, then parameters, which neither preference here has.
const PREFERENCE = /^\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*(?:=\s*("(?:[^"\\]|\\.)*"|[^\s;"]*)\s*)?(?:;.*)?$/;

/**
 * Reads `Prefer` (RFC 7240): `wait` (§4.3) says after how many seconds at most the client wants its answer, and
 * `respond-async` (§4.1) that it wants it at once, or, beside `wait`, after that. Null when it says neither.
 */
export function preferredWait(header: string | undefined): PreferredWait | null {
  const preferences = new Map<string, string>();
  for (const one of (header ?? '').match(/(?:"(?:[^"\\]|\\.)*"|[^,"])+/g) ?? []) {
    const [, name = '', value = ''] = PREFERENCE.exec(one) ?? [];
    const key = name.toLowerCase();
    // RFC 7240 §2: of several of one name the first counts.
    if (!preferences.has(key)) preferences.set(key, value.replace(/^"(.*)"$/, '$1'));
  }
  const isAsync = preferences.has('respond-async');
  const seconds = preferences.get('wait');
  if (seconds === undefined || !/^\d+$/.test(seconds)) {
    return isAsync ? { wait: 0, applied: 'respond-async' } : null;
  }
  const wait = Math.min(Number(seconds) * 1_000, LONGEST);
  return { wait, applied: `${isAsync ? 'respond-async, ' : ''}wait=${wait / 1_000}` };
}
