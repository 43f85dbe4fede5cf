import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** The root of the repository. */
export const ROOT = resolve(import.meta.dirname, '../..');

/** The text of a file, by its path from the root of the repository. */
export function textOf(path: string): string {
  return readFileSync(resolve(ROOT, path), 'utf8');
}

/** The rows of every table of a page, each as its cells; the lines under the heads are left out. */
export function rowsOf(page: string): readonly (readonly string[])[] {
  return page
    .split('\n')
    .filter((line) => line.startsWith('|') && !line.startsWith('|---'))
    .map((line) => line.slice(1, -1).split('|'))
    .map((cells) => cells.map((cell) => cell.trim()));
}

/** The text under a heading of a page, up to the next heading of the same or a higher level. */
export function sectionOf(page: string, heading: string): string {
  const level = /^#+/.exec(heading)?.[0].length ?? 0;
  const [, after] = `\n${page}`.split(`\n${heading}\n`);
  if (after === undefined) throw new Error(`The page has no heading "${heading}"`);
  const end = after.search(new RegExp(`^#{1,${level}} `, 'm'));
  return end === -1 ? after : after.slice(0, end);
}

/** The fenced code blocks of one language, in their order. */
export function blocksOf(page: string, language: string): readonly string[] {
  return [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, 'gm'))].map(
    ([, text = '']) => text,
  );
}

/** Everything in backticks in a text. */
export function codeOf(text: string): readonly string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
}
