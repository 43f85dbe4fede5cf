import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const PROGRAM = resolve(import.meta.dirname, '../../src/bin.ts');
/** After this a run is killed, so that a failed test leaves nothing behind, in ms. */
const LONGEST = 180_000;

/** What a run of the program left. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program that runs on. */
export interface Running {
  /** Waits for the first line of its output that matches. */
  line(pattern: RegExp): Promise<string>;
  /** What it has printed so far. */
  output(): string;
  signal(name: NodeJS.Signals): void;
  readonly ended: Promise<Ended>;
}

/** Where programs run: nothing is in it, no bridge.yaml of somebody who tries the program out either. */
const EMPTY = mkdtempSync(join(tmpdir(), 'bridge-nowhere-'));
process.once('exit', () => rmSync(EMPTY, { recursive: true }));

/** Where a program runs, else in an empty folder, and what it reads on stdin. */
export interface Place {
  readonly cwd?: string;
  readonly input?: string;
}

/** Starts the real program with nothing in its environment but `env`. */
export function start(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  { cwd = EMPTY, input = '' }: Place = {},
): Running {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    env,
    cwd,
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: LONGEST,
    killSignal: 'SIGKILL',
  });
  // One that ends without reading is no fault here: its exit code says what it was.
  child.stdin.on('error', () => {}).end(input);
  let stdout = '';
  let stderr = '';
  const watchers = new Set<() => void>();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    for (const look of watchers) look();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
  return {
    line: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = stdout
            .split('\n')
            .slice(0, -1)
            .find((line) => pattern.test(line));
          if (found === undefined) return;
          watchers.delete(look);
          resolve(found);
        };
        watchers.add(look);
        look();
        void ended.then(() => reject(new Error(`It ended without ${pattern}: ${stdout}${stderr}`)));
      }),
    output: () => stdout,
    signal: (name) => {
      child.kill(name);
    },
    ended,
  };
}

/** Runs the real program to its end. */
export function run(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  place: Place = {},
): Promise<Ended> {
  return start(args, env, place).ended;
}
