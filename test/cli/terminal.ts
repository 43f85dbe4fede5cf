import { spawn, spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { Ended } from './child.ts';

const PROGRAM = resolve(import.meta.dirname, '../../src/bin.ts');
/** After this a run is killed, so that a failed test leaves nothing behind, in ms. */
const LONGEST = 60_000;

export const ENTER = '\r';
export const UP = '\u001b[A';
/** Takes away what stands in a line. */
export const CLEAR = '\u0015';
export const CONTROL_C = '\u0003';

/** A program that somebody sits in front of. */
export interface Terminal {
  /** Waits until the program shows `question` after all that was typed so far, and then types. */
  type(question: string | RegExp, keys: string): Promise<void>;
  /** What stood on the screen, without colours; all of it is in `stdout`. */
  readonly ended: Promise<Ended>;
}

/**
 * Starts the real program at a terminal of its own, with nothing else in its environment, as a person does. Needs
 * `script` of util-linux, which every Debian has.
 */
export function atTerminal(
  args: readonly string[],
  { cwd, env = {} }: { cwd: string; env?: Readonly<Record<string, string>> },
): Terminal {
  if (spawnSync('script', ['--version']).status !== 0) {
    throw new Error('This test needs the program "script" (Debian: apt-get install bsdutils) for a terminal');
  }
  const words = [process.execPath, PROGRAM, ...args].map((word) => `'${word.replaceAll("'", "'\\''")}'`);
  // A terminal that is made without a window has no columns, and prompts would wrap after every letter.
  const line = `stty rows 50 cols 240; exec ${words.join(' ')}`;
  const child = spawn('script', ['--quiet', '--flush', '--return', '--command', line, '/dev/null'], {
    env: { PATH: process.env.PATH ?? '', TERM: 'xterm', SHELL: '/bin/sh', LANG: 'C.UTF-8', ...env },
    cwd,
    stdio: ['pipe', 'pipe', 'inherit'],
    timeout: LONGEST,
    killSignal: 'SIGKILL',
  });
  let screen = '';
  let read = 0;
  const watchers = new Set<() => void>();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    screen += text;
    for (const look of watchers) look();
  });
  const shown = () => stripVTControlCharacters(screen).replaceAll('\r', '');
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code) => resolve({ code, stdout: shown(), stderr: '' }));
  });
  return {
    type: (question, keys) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const at = shown().slice(read).search(question);
          if (at === -1) return;
          watchers.delete(look);
          read = shown().length;
          child.stdin.write(keys);
          resolve();
        };
        watchers.add(look);
        look();
        void ended.then(() => reject(new Error(`It ended before it asked ${question}: ${shown()}`)));
      }),
    ended,
  };
}
