import pino from 'pino';
import type { Reload } from '../../src/domain/reload.ts';
import { createApp } from '../../src/http/app.ts';
import { type FakeConnection, fakeConnection } from './fake-connection.ts';

export const NOW = Date.UTC(2026, 5, 1, 12);

/** The app over connections in memory, with what it logged. */
export function fakeApp(options: {
  connections?: readonly FakeConnection[];
  adminToken?: string | null;
  publicUrl?: string | null;
  ready?: () => Promise<boolean>;
  reload?: Reload;
}) {
  const lines: string[] = [];
  const connections = options.connections ?? [fakeConnection()];
  let requests = 0;
  const app = createApp({
    connections,
    ...(options.reload === undefined ? {} : { reload: options.reload }),
    adminToken: options.adminToken ?? null,
    publicUrl: options.publicUrl ?? null,
    log: pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) }),
    newId: () => `request-${++requests}`,
    now: () => NOW,
    ready: options.ready ?? (async () => true),
  });
  return { app, lines };
}
