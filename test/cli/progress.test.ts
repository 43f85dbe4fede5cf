import { expect, it } from 'vitest';
import { createProgress } from '../../src/cli/progress.ts';

function watch(isTTY: boolean) {
  const written: string[] = [];
  const write = (text: string | Uint8Array) => {
    written.push(String(text));
    return true;
  };
  const progress = createProgress({ isTTY, columns: 60, write });
  progress.begin('created');
  for (let done = 0; done <= 64; done++) progress.update(done, 64, '');
  progress.end();
  return written;
}

it('prints plain lines into a file: one for every quarter, without control characters', () => {
  expect(watch(false)).toEqual([
    'created: 0/64\n',
    'created: 16/64\n',
    'created: 32/64\n',
    'created: 48/64\n',
    'created: 64/64\n',
  ]);
});

it('redraws one line on a terminal, never wider than it', () => {
  const written = watch(true);
  expect(written.at(-1)).toBe('\n');
  expect(written.filter((text) => text.includes('\n'))).toHaveLength(1);
  const last = written.at(-2) ?? '';
  expect(last).toMatch(/^\r/);
  expect(last).toContain('64/64 created');
  for (const text of written) expect(text.replace('\r\u001b[2K', '').length).toBeLessThan(60);
});
