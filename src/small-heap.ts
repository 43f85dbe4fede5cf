import { setFlagsFromString } from 'node:v8';

/**
 * How V8 is to use memory. Left alone, it lets garbage lie while the machine has room, some hundred MB of it; so it is to
 * collect when the heap has grown by a third. And after a moment with many open requests it would take what every
 * later request makes for objects that live long, and collect it late.
 */
const FLAGS: readonly string[] = ['--heap-growing-percent=30', '--no-allocation-site-pretenuring'];

/** New objects have two halves of 8 MB. It counts from the start only, so that the program is to be started again with it. */
const OPTION = '--max-semi-space-size=8';

/**
 * The C library (glibc) would give every thread a heap of its own, of which most is garbage as well; and once a large
 * piece was given back it would cut later ones out of its heap, which then never shrinks.
 */
const ENVIRONMENT = {
  MALLOC_ARENA_MAX: '1',
  MALLOC_MMAP_THRESHOLD_: '131072',
  MALLOC_TRIM_THRESHOLD_: '131072',
};

/**
 * Keeps the heap small, for which the program is started again in the same process. It is not where a parent talks to
 * it, which would lose it, or where the system cannot do that; and where an operator chose how large the heap may be,
 * that alone counts.
 */
export function ensureSmallHeap(process: NodeJS.Process): void {
  const { execPath, argv, env, execArgv, execve, platform, permission, send } = process;
  const isAgain = execArgv.includes(OPTION);
  const given = [...execArgv, ...(env.NODE_OPTIONS ?? '').split(' ')];
  if (given.some(isAboutHeap) && !isAgain) return;
  for (const flag of FLAGS) setFlagsFromString(flag);
  const isAble = execve !== undefined && platform !== 'win32' && permission?.has('child') !== false;
  if (isAgain || !isAble || send !== undefined) return;
  execve(execPath, [execPath, OPTION, ...execArgv, ...argv.slice(1)], { ...ENVIRONMENT, ...env });
}

/** V8 takes underscores for hyphens, and NODE_OPTIONS may hold quotes. */
function isAboutHeap(option: string): boolean {
  const name = option.replace(/^["']+/, '').replaceAll('_', '-');
  return /^--((max|min)-semi-space-size|semi-space-growth|(max|initial)-old-space|(max|initial)-heap-size|heap-growing)/.test(
    name,
  );
}
