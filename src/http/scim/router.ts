import express, { type Router } from 'express';
import { notFound } from '../../scim/error.ts';
import { authentication } from '../authentication.ts';
import type { HttpConnection } from '../connection.ts';
import { tokenRateLimit } from '../rate-limit.ts';
import { serveBulk } from './bulk.ts';
import { serveCatalogue } from './catalogue.ts';
import { serveDiscovery } from './discovery.ts';
import { serveEndpoint } from './endpoint.ts';
import { groupEndpoint } from './groups.ts';
import { serveNotOffered } from './not-offered.ts';
import { serveRootSearch } from './search.ts';
import { userEndpoint } from './users.ts';

/**
 * The SCIM endpoints of one connection, open to its own tokens only.
 *
 * @param newId makes ids of resources, UUIDs
 */
export function scimRouter(
  connection: HttpConnection,
  publicUrl: string | null,
  newId: () => string,
): Router {
  const router = express.Router();
  router.use(authentication((token) => connection.tokens.verify(token)));
  router.use(tokenRateLimit(() => connection.rateLimit));
  serveNotOffered(router);
  const endpoints = [userEndpoint(connection), groupEndpoint(connection)];
  for (const endpoint of endpoints) serveEndpoint(router, endpoint, publicUrl);
  serveRootSearch(router, endpoints, publicUrl);
  serveBulk(router, connection, publicUrl, newId);
  serveCatalogue(router, publicUrl);
  serveDiscovery(router, publicUrl);
  router.use(() => {
    throw notFound('There is no such SCIM endpoint.');
  });
  return router;
}
