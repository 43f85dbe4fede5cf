import type { KeyObject } from 'node:crypto';
import express, { type Express, type RequestHandler } from 'express';
import type { Logger } from 'pino';
import type { Reload } from '../domain/reload.ts';
import { notFound } from '../scim/error.ts';
import { answerAdminFailure } from './admin/failure.ts';
import { adminRouter } from './admin/router.ts';
import { concurEventsRouter } from './concur-events/router.ts';
import { PUBLISHED_KEYS } from './concur-events/signature.ts';
import { DEFAULT_CONNECTION, type HttpConnection } from './connection.ts';
import { serveHealth } from './health.ts';
import { createMetrics, serveMetrics } from './metrics.ts';
import { requestLog } from './request-log.ts';
import { answerScimFailure } from './scim/failure.ts';
import { scimRouter } from './scim/router.ts';

/** What the transport is made of. */
export interface AppOptions {
  readonly connections: readonly HttpConnection[];
  /** Reads the configuration again; absent: there is nothing to read it from. */
  readonly reload?: Reload;
  /** Opens the admin API; null keeps it shut. */
  readonly adminToken: string | null;
  /** How clients reach us from outside; null: as each request's own Host header says. */
  readonly publicUrl: string | null;
  /** The keys that Concur's events may be signed with; those that SAP publishes when absent. */
  readonly eventKeys?: readonly KeyObject[];
  readonly log: Logger;
  /** Makes the ids of requests, and of resources that are known before they are there (UUIDs). */
  readonly newId: () => string;
  /** The time, in ms since the epoch. */
  readonly now: () => number;
  /** Whether everything that requests need is there; never fails. */
  readonly ready: () => Promise<boolean>;
}

/** Builds the whole HTTP side: SCIM, Concur's events, the admin API, health, metrics. Every answer but the metrics is JSON. */
export function createApp(options: AppOptions): Express {
  const { connections, publicUrl } = options;
  const app = express();
  app.disable('x-powered-by');
  // Express would hash every answer; the only entity tags are the versions of resources.
  app.disable('etag');
  const metrics = createMetrics(connections, options.now);
  app.use(requestLog(options.log, options.newId), metrics.observe, securityHeaders);

  // SCIM comes first: Express looks at every layer before the one that a request is for.
  const routers = new Map(connections.map((one) => [one.name, scimRouter(one, publicUrl, options.newId)]));
  const scim: RequestHandler<{ connection?: string }> = (req, res, next) => {
    const router = routers.get(req.params.connection ?? DEFAULT_CONNECTION);
    if (router === undefined) throw notFound('There is no such connection.');
    router(req, res, next);
  };
  app.use(['/scim/v2', '/scim/:connection/v2'], scim);
  app.use('/scim', () => {
    throw notFound('SCIM is served below /scim/v2 and /scim/<connection>/v2.');
  });
  app.use('/scim', answerScimFailure);

  serveHealth(app, options.ready);
  serveMetrics(app, options.adminToken, metrics);
  app.use('/concur/events', concurEventsRouter(connections, options.eventKeys ?? PUBLISHED_KEYS));
  app.use('/api/v1', adminRouter(options));
  app.use(() => {
    throw notFound('There is nothing at this address.');
  });
  app.use(answerAdminFailure);
  return app;
}

const securityHeaders: RequestHandler = (_req, res, next) => {
  res.setHeader('X-Content-Type-Options', 'nosniff');
  res.setHeader('Cache-Control', 'no-store');
  next();
};
