import type { Router } from 'express';
import { route } from './route.ts';

/** `/healthz`: the process answers. `/readyz`: 503 while something that it needs is not there. */
export function serveHealth(router: Router, ready: () => Promise<boolean>): void {
  route(router, '/healthz', { GET: (_req, res) => void res.json({ status: 'ok' }) });
  route(router, '/readyz', {
    GET: async (_req, res) => {
      const isReady = await ready();
      res.status(isReady ? 200 : 503).json({ status: isReady ? 'ready' : 'not_ready' });
    },
  });
}
