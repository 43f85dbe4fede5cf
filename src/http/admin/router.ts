import express, { type Router } from 'express';
import type { Reload } from '../../domain/reload.ts';
import type { HttpConnection } from '../connection.ts';
import { adminAuthorization } from './authorization.ts';
import { connectionLookup, serveConnections } from './connections.ts';
import { serveHolds } from './holds.ts';
import { serveReload } from './reload.ts';
import { serveAdminRequests } from './requests.ts';
import { serveAdminUsers } from './users.ts';

/** What the admin API is made of. */
interface AdminOptions {
  readonly connections: readonly HttpConnection[];
  readonly reload?: Reload;
  readonly adminToken: string | null;
  readonly now: () => number;
}

/** The admin API, open to the admin token alone. */
export function adminRouter({ connections, reload, adminToken, now }: AdminOptions): Router {
  const router = express.Router();
  router.use(adminAuthorization(adminToken));
  const connectionOf = connectionLookup(connections);
  serveConnections(router, connections, connectionOf, now);
  serveAdminUsers(router, connectionOf, now);
  serveHolds(router, connectionOf);
  serveAdminRequests(router, connectionOf);
  if (reload !== undefined) serveReload(router, reload);
  return router;
}
