import express, { type Router } from 'express';
import { notFound } from '../../scim/error.ts';
import { authentication } from '../authentication.ts';
import type { HttpConnection } from '../connection.ts';
import { serveDiscovery } from './discovery.ts';
import { serveNotOffered } from './not-offered.ts';
import { serveUsers } from './users.ts';

/** The SCIM endpoints of one connection, open to its own tokens only. */
export function scimRouter(connection: HttpConnection, publicUrl: string | null): Router {
  const router = express.Router();
  router.use(authentication((token) => connection.tokens.verify(token)));
  serveNotOffered(router);
  serveUsers(router, connection, publicUrl);
  serveDiscovery(router, publicUrl);
  router.use(() => {
    throw notFound('There is no such SCIM endpoint.');
  });
  return router;
}
