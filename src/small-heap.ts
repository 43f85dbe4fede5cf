/**
 * How V8 is to use memory: it would let garbage lie while the machine has room, some hundred MB of it. Short-lived
 * objects have 16 MB, and the others are looked through when they have grown by half.
 */
const OPTIONS: readonly string[] = ['--max-semi-space-size=8', '--heap-growing-percent=50'];

/**
 * Starts the program again in the same process with those options, as they count from the start only; returns where it
 * runs with such options already, an operator's own included, and where the system cannot do that.
 *
 * @param options the options that Node was started with, from the command line and from NODE_OPTIONS
 */
export function ensureSmallHeap({ execPath, argv, env, execArgv, execve }: NodeJS.Process): void {
  const given = [...execArgv, ...(env.NODE_OPTIONS ?? '').split(' ')];
  const isChosen = given.some((option) => /^--(max-)?(semi-space|old-space|heap)/.test(option));
  if (isChosen || execve === undefined || process.platform === 'win32') return;
  execve(execPath, [execPath, ...OPTIONS, ...execArgv, ...argv.slice(1)], env);
}
