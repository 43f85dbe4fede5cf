import type { Router } from 'express';
import { route } from './route.ts';

/** `/healthz`: the process answers. `/readyz`: 503 until everything it needs is there. */
export function serveHealth(router: Router, ready: () => boolean): void {
  route(router, '/healthz', { GET: (_req, res) => void res.json({ status: 'ok' }) });
  route(router, '/readyz', {
    GET: (_req, res) => {
      const status = ready() ? 'ready' : 'starting';
      res.status(status === 'ready' ? 200 : 503).json({ status });
    },
  });
}
