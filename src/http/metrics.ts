import type { RequestHandler, Router } from 'express';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { adminAuthorization } from './admin/authorization.ts';
import type { HttpConnection } from './connection.ts';
import { routeOf } from './request-log.ts';
import { route } from './route.ts';

/** The metrics of one server. */
export interface Metrics {
  /** Counts a request and measures its duration; comes after the request log. */
  readonly observe: RequestHandler;
  /** Everything as text in the exposition format of Prometheus; people and tokens are counted now. */
  render(): Promise<{ readonly contentType: string; readonly text: string }>;
}

let ofProcess: Registry | undefined;

/** The metrics of the process itself, which any number of servers in it share. */
function processRegistry(): Registry {
  if (ofProcess === undefined) {
    ofProcess = new Registry();
    collectDefaultMetrics({ register: ofProcess });
  }
  return ofProcess;
}

/** Makes the metrics of a server; times are in seconds, as is the custom of Prometheus. */
export function createMetrics(connections: readonly HttpConnection[], now: () => number): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const people = new Gauge({
    name: 'bridge_people',
    help: 'People by the state of their provisioning',
    labelNames: ['connection', 'state'],
    registers,
  });
  const deactivation = new Gauge({
    name: 'bridge_oldest_open_deactivation_seconds',
    help: 'For how long the oldest deactivation is not confirmed by Concur; 0: none is open',
    labelNames: ['connection'],
    registers,
  });
  const took = new Gauge({
    name: 'bridge_deactivation_seconds',
    help: 'How long deactivations of the last 24 hours took from acceptance to confirmation; absent: there was none',
    labelNames: ['connection', 'quantile'],
    registers,
  });
  const confirmed = new Gauge({
    name: 'bridge_deactivations_confirmed',
    help: 'Deactivations that Concur confirmed in the last 24 hours',
    labelNames: ['connection'],
    registers,
  });
  const guarded = new Gauge({
    name: 'bridge_guard_held_people',
    help: 'People who were to lose access and are held by the deactivation guard until an admin decides',
    labelNames: ['connection'],
    registers,
  });
  const expiry = new Gauge({
    name: 'bridge_refresh_token_expires_in_seconds',
    help: 'How long the refresh token still lives, negative when it has run out; absent: not known',
    labelNames: ['connection'],
    registers,
  });
  const requests = new Counter({
    name: 'bridge_http_requests_total',
    help: 'Requests that were answered; route is the pattern, status 0 is a connection that was cut',
    labelNames: ['route', 'method', 'status'],
    registers,
  });
  const duration = new Histogram({
    name: 'bridge_http_request_duration_seconds',
    help: 'How long requests took',
    labelNames: ['route', 'method'],
    registers,
  });

  async function count({ name, reports, credential }: HttpConnection): Promise<void> {
    const [{ states, reasons, oldestOpenDeactivation, deactivations }, connected] = await Promise.all([
      reports.summary(),
      credential(),
    ]);
    for (const [state, number] of Object.entries(states)) people.set({ connection: name, state }, number);
    const open = oldestOpenDeactivation === null ? 0 : now() - oldestOpenDeactivation;
    deactivation.set({ connection: name }, open / 1000);
    confirmed.set({ connection: name }, deactivations.confirmed);
    guarded.set({ connection: name }, reasons.guard ?? 0);
    for (const [quantile, duration] of [
      ['0.5', deactivations.p50],
      ['0.99', deactivations.p99],
    ] as const) {
      if (duration === null) took.remove({ connection: name, quantile });
      else took.set({ connection: name, quantile }, duration / 1000);
    }
    const expiresAt = connected?.expiresAt ?? null;
    if (expiresAt === null) expiry.remove({ connection: name });
    else expiry.set({ connection: name }, (expiresAt - now()) / 1000);
  }

  return {
    observe: ({ method }, res, next) => {
      const started = performance.now();
      res.once('close', () => {
        // An address where there is nothing is not repeated: anybody may make up any number of them.
        const labels = { route: routeOf(res) ?? 'none', method };
        requests.inc({ ...labels, status: res.headersSent ? res.statusCode : 0 });
        duration.observe(labels, (performance.now() - started) / 1000);
      });
      next();
    },
    render: async () => {
      await Promise.all(connections.map(count));
      const all = Registry.merge([processRegistry(), registry]);
      return { contentType: all.contentType, text: await all.metrics() };
    },
  };
}

/** Serves `/metrics` to the admin token: how many people work somewhere is nobody else's business. */
export function serveMetrics(router: Router, adminToken: string | null, metrics: Metrics): void {
  router.use('/metrics', adminAuthorization(adminToken));
  route(router, '/metrics', {
    GET: async (_req, res) => {
      const { contentType, text } = await metrics.render();
      res.set('Content-Type', contentType).send(text);
    },
  });
}
