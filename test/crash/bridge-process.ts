import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import type { CrashOrder } from './crashing-bridge.ts';

const BRIDGE = resolve(import.meta.dirname, 'crashing-bridge.ts');

/** How a process ended. */
export interface End {
  readonly code: number | null;
  readonly signal: string | null;
  /** All that it wrote. */
  readonly output: string;
}

/** A bridge in a process of its own. */
export interface BridgeProcess {
  /** Resolves when its worker works. */
  readonly working: Promise<void>;
  readonly ended: Promise<End>;
  /** Tells a process that waits for its word to live the rest of the day. */
  goOn(): void;
  /** Tells a process that waits for its word to stop. */
  stop(): void;
}

/** Starts a bridge; it ends by itself, or as its order says. */
export function startBridge(order: CrashOrder): BridgeProcess {
  const child = spawn(process.execPath, [BRIDGE, JSON.stringify(order)]);
  const working = Promise.withResolvers<void>();
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes('working\n')) working.resolve();
    });
  }
  // Whoever was cut reads nothing any more.
  child.stdin.on('error', () => undefined);
  const ended = once(child, 'close').then(([code, signal]): End => {
    working.resolve();
    return { code, signal, output };
  });
  return {
    working: working.promise,
    ended,
    goOn: () => child.stdin.write('go on\n'),
    stop: () => child.stdin.end(),
  };
}
