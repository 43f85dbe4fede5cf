import { excerpt, invalidFilter } from '../error.ts';

/** A piece of a filter. `position` counts characters from 0; `text` is the piece as written. */
export interface Token {
  readonly kind: 'word' | 'string' | 'punctuation' | 'end';
  readonly text: string;
  readonly position: number;
}

const pattern = /\s*(?:("(?:[^"\\]|\\.)*")|([()[\]])|([^\s()[\]"]+)|$)/sy;

/**
 * Takes a filter apart: JSON strings, brackets, and words (paths, operators, literals), closed by an `end` token.
 * Fails with ScimError 400 invalidFilter at a string that is not closed.
 */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  pattern.lastIndex = 0;
  for (;;) {
    const match = pattern.exec(text);
    if (!match) {
      throw invalidFilter(`The filter has a string that is not closed: ${remainder(text, tokens.at(-1))}.`);
    }
    const [, string, punctuation, word] = match;
    const piece = string ?? punctuation ?? word ?? '';
    const position = pattern.lastIndex - piece.length;
    if (string !== undefined) tokens.push({ kind: 'string', text: string, position });
    else if (punctuation !== undefined) tokens.push({ kind: 'punctuation', text: punctuation, position });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word, position });
    else {
      tokens.push({ kind: 'end', text: '', position: text.length });
      return tokens;
    }
  }
}

/** The token as an error text names it. */
export function describeToken(token: Token): string {
  return token.kind === 'end'
    ? 'the end of the filter'
    : `${excerpt(token.text)} at position ${token.position}`;
}

function remainder(text: string, last: Token | undefined): string {
  const rest = text.slice(last ? last.position + last.text.length : 0).trimStart();
  return `${rest.slice(0, 40)} at position ${text.length - rest.length}`;
}
