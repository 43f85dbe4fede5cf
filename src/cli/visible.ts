/** A colour code, or a character that a terminal obeys instead of showing it. */
const OBEYED = new RegExp(
  `${String.fromCodePoint(27)}\\[[\\d;]*m|[\\p{Cc}\\u202a-\\u202e\\u2066-\\u2069]`,
  'gu',
);

/**
 * Makes a text safe for a terminal: data from clients and from Concur must not move the cursor, clear
 * the screen or forge a row. Colours stay; everything else that a terminal would obey is shown.
 *
 * @param kept characters that stay as they are
 */
export function visible(text: string, kept = ''): string {
  return text.replace(OBEYED, (found) => {
    if (found.length > 1 || kept.includes(found)) return found;
    return `\\u{${found.codePointAt(0)?.toString(16) ?? ''}}`;
  });
}
