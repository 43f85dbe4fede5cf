import express, { type Router } from 'express';
import type { HttpConnection } from '../connection.ts';
import { adminAuthorization } from './authorization.ts';
import { connectionLookup, serveConnections } from './connections.ts';
import { serveAdminRequests } from './requests.ts';
import { serveAdminUsers } from './users.ts';

/** What the admin API is made of. */
interface AdminOptions {
  readonly connections: readonly HttpConnection[];
  readonly adminToken: string | null;
  readonly now: () => number;
}

/** The admin API, open to the admin token alone. */
export function adminRouter({ connections, adminToken, now }: AdminOptions): Router {
  const router = express.Router();
  router.use(adminAuthorization(adminToken));
  const connectionOf = connectionLookup(connections);
  serveConnections(router, connections, connectionOf, now);
  serveAdminUsers(router, connectionOf, now);
  serveAdminRequests(router, connectionOf);
  return router;
}
