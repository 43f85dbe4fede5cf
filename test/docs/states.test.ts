import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { REASONS, STATES } from '../../src/domain/provisioning.ts';

const page = readFileSync(resolve(import.meta.dirname, '../../docs/states.md'), 'utf8');
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
});
