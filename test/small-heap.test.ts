import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';

const MODULE = new URL('../src/small-heap.ts', import.meta.url);
const SCRIPT = `
  import { ensureSmallHeap } from '${MODULE}';
  const begun = process.env.BEGUN ??= String(process.pid);
  ensureSmallHeap(process);
  console.log(JSON.stringify({ isSame: begun === String(process.pid), options: process.execArgv.slice(0, -3) }));
`;

function started(options: readonly string[], nodeOptions = '') {
  const script = ['--input-type=module', '--eval', SCRIPT];
  const { stdout, stderr } = spawnSync(process.execPath, [...options, ...script], {
    encoding: 'utf8',
    env: { NODE_OPTIONS: nodeOptions },
  });
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

it.runIf(process.platform === 'linux')(
  'starts the program again in the same process with a small heap',
  () => {
    expect(started(['--no-deprecation'])).toEqual({
      isSame: true,
      options: ['--max-semi-space-size=4', '--no-deprecation'],
    });
  },
);

it.for([
  [['--max-old-space-size=500'], ''],
  [['--max-semi-space-size=32'], ''],
  [['--max_semi_space_size=32'], ''],
  [[], '--max-old-space-size=500'],
  [[], '"--max-semi-space-size=32"'],
] as const)('leaves alone what an operator chose: %s %s', ([options, nodeOptions]) => {
  expect(started(options, nodeOptions)).toEqual({ isSame: true, options });
});
