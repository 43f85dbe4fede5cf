import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';

const MODULE = new URL('../src/small-heap.ts', import.meta.url);
const SCRIPT = `
  import { syncBuiltinESMExports } from 'node:module';
  import v8 from 'node:v8';
  const flags = [];
  v8.setFlagsFromString = (flag) => flags.push(flag);
  syncBuiltinESMExports();
  const { ensureSmallHeap } = await import('${MODULE}');
  if (process.env.HAS_PARENT) process.send = () => true;
  const begun = process.env.BEGUN ??= String(process.pid);
  ensureSmallHeap(process);
  const malloc = Object.entries(process.env).filter(([name]) => name.startsWith('MALLOC_'));
  console.log(JSON.stringify({ malloc: Object.fromEntries(malloc), isSame: begun === String(process.pid), options: process.execArgv.slice(0, -3), flags }));
`;

const FLAGS = ['--heap-growing-percent=30', '--no-allocation-site-pretenuring'];

function started(options: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const script = ['--input-type=module', '--eval', SCRIPT];
  const { stdout, stderr } = spawnSync(process.execPath, [...options, ...script], {
    encoding: 'utf8',
    env,
  });
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

it.runIf(process.platform === 'linux')(
  'starts the program again in the same process with a small heap',
  () => {
    expect(started(['--no-deprecation'])).toEqual({
      isSame: true,
      options: ['--max-semi-space-size=8', '--no-deprecation'],
      flags: FLAGS,
      malloc: { MALLOC_ARENA_MAX: '1', MALLOC_MMAP_THRESHOLD_: '131072', MALLOC_TRIM_THRESHOLD_: '131072' },
    });
    const { malloc } = started([], { MALLOC_ARENA_MAX: '4' });
    expect(malloc).toMatchObject({ MALLOC_ARENA_MAX: '4', MALLOC_MMAP_THRESHOLD_: '131072' });
  },
);

it.for([
  [['--max-old-space-size=500'], ''],
  [['--max-semi-space-size=32'], ''],
  [['--max_semi_space_size=32'], ''],
  [[], '--max-old-space-size=500'],
  [[], '"--max-semi-space-size=32"'],
] as const)('leaves alone what an operator chose: %s %s', ([options, nodeOptions]) => {
  const found = started(options, { NODE_OPTIONS: nodeOptions });
  expect(found).toEqual({ isSame: true, options, flags: [], malloc: {} });
});

it('does not start again under a parent that talks to it', () => {
  expect(started([], { HAS_PARENT: 'yes' })).toEqual({ isSame: true, options: [], flags: FLAGS, malloc: {} });
});
