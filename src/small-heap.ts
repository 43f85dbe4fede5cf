/**
 * How V8 is to use memory: it would let garbage lie while the machine has room, some hundred MB of it. Short-lived
 * objects have 16 MB, and the others are looked through when they have grown by two fifths.
 */
const OPTIONS: readonly string[] = ['--max-semi-space-size=8', '--heap-growing-percent=40'];

/** The C library (glibc) would give every thread a heap of its own, of which most is garbage as well. */
const ENVIRONMENT = { MALLOC_ARENA_MAX: '1' };

/**
 * Starts the program again in the same process with those options, as they count from the start only. Returns where it
 * runs with options about the heap already, an operator's own included, where a parent talks to it, which would lose it,
 * and where the system cannot do that.
 */
export function ensureSmallHeap(process: NodeJS.Process): void {
  const { execPath, argv, env, execArgv, execve, platform, permission, send } = process;
  const given = [...execArgv, ...(env.NODE_OPTIONS ?? '').split(' ')];
  const isAble = execve !== undefined && platform !== 'win32' && permission?.has('child') !== false;
  if (!isAble || send !== undefined || given.some(isAboutHeap)) return;
  execve(execPath, [execPath, ...OPTIONS, ...execArgv, ...argv.slice(1)], { ...ENVIRONMENT, ...env });
}

/** V8 takes underscores for hyphens, and NODE_OPTIONS may hold quotes. */
function isAboutHeap(option: string): boolean {
  const name = option.replace(/^["']+/, '').replaceAll('_', '-');
  return /^--((max|min)-semi-space-size|semi-space-growth|(max|initial)-old-space|(max|initial)-heap-size|heap-growing)/.test(
    name,
  );
}
