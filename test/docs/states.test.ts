import { describe, expect, it } from 'vitest';
import { REASONS, STATES } from '../../src/domain/provisioning.ts';
import { blocksOf, textOf } from './page.ts';

const page = textOf('docs/states.md');
const rows = page.split('\n').filter((line) => line.startsWith('|') && !line.startsWith('|---'));

describe('docs/states.md', () => {
  it('lists every state', () => {
    const listed = rows.flatMap((row) => /^\| `(\w+)` \|[^|]+\|$/.exec(row)?.[1] ?? []);
    expect(listed).toEqual([...STATES]);
  });

  it('has every reason in its table, and none that the program does not know', () => {
    const listed = rows.flatMap((row) => /^\|[^|]+\| `\w+` \| `(\w+)` \|/.exec(row)?.[1] ?? []);
    expect([...new Set(listed)].sort()).toEqual(Object.keys(REASONS).sort());
  });

  it('draws arrows between states only, each named, and into and out of every state', () => {
    const lines = blocksOf(page, 'mermaid').join('').trimEnd().split('\n').slice(1);
    const arrows = lines.map((line) => {
      const [, from, to] = /^ {2}(\[\*\]|\w+) --> (\w+): \S.*$/.exec(line) ?? [];
      return { line, from, to };
    });
    const known: readonly (string | undefined)[] = STATES;
    const wrong = arrows.filter(({ from, to }) => !known.includes(to) || !['[*]', ...known].includes(from));
    expect(wrong).toEqual([]);
    expect(STATES.filter((state) => !arrows.some(({ to }) => to === state))).toEqual([]);
    expect(STATES.filter((state) => !arrows.some(({ from }) => from === state))).toEqual([]);
  });
});
