import express, { type Router } from 'express';
import { isAttributes, type Json } from './attributes.ts';
import { setupRoutes } from './control-setup.ts';
import type { FaultRule, Faults } from './faults.ts';
import type { Simulator } from './simulator.ts';

const KINDS = ['status', 'drop-before', 'drop-after', 'delay', 'hang', 'malformed', 'stuck', 'late'];

/**
 * The simulator's own routes below `/simulator`, for a test that runs it as another process. They are no part of Concur and
 * need no token: the simulator listens on the loopback address only.
 */
export function controlRouter(simulator: Omit<Simulator, 'url' | 'close' | 'deliverEvents'>): Router {
  const router = express.Router();
  router.use(express.json({ limit: '50mb' }));
  setupRoutes(router, simulator);
  router.post('/faults', (request, response) => {
    const body: Json | undefined = request.body;
    const rule = isAttributes(body) ? readRule(body, simulator.faults) : undefined;
    if (rule === undefined)
      response
        .status(400)
        .json({ error: `kind must be one of ${KINDS.join(', ')}, or forget a provision's id` });
    else response.status(201).json({ id: rule });
  });
  router.delete('/faults', (_request, response) => {
    simulator.faults.clear();
    response.status(204).end();
  });
  router.get('/state', (_request, response) => {
    const { users, provisions, tokens } = simulator.state;
    response.json({
      users: [...users.values()],
      provisions: [...provisions.values()].map(({ id, kind, created, completed, operations }) => ({
        id,
        kind,
        created,
        completed: completed ?? null,
        operations: operations.map(({ bulkId, method, userId, success }) => ({
          bulkId,
          method,
          userId,
          success: success ?? null,
        })),
      })),
      tokens: { access: tokens.access.size, refresh: [...tokens.refresh.keys()] },
      violations: simulator.violations,
    });
  });
  router.get('/requests', (_request, response) => {
    response.json(simulator.requests);
  });
  router.post('/users', (request, response) => {
    const body: Json | undefined = request.body;
    try {
      const people = (Array.isArray(body) ? body : [body]).map((person) => {
        if (!isAttributes(person)) throw new Error('a person must be an object');
        return simulator.state.seed(person);
      });
      response.status(201).json(people.map(({ id }) => ({ id })));
    } catch (error) {
      response.status(400).json({ error: error instanceof Error ? error.message : String(error) });
    }
  });
  return router;
}

function readRule(body: Record<string, Json>, faults: Faults): number | undefined {
  if (typeof body.forget === 'string') {
    faults.forget(body.forget);
    return 0;
  }
  if (!KINDS.includes(String(body.kind))) return undefined;
  // A rule from the test's own process: its kind was checked, the rest is the test's business.
  return faults.add(body as unknown as FaultRule);
}
