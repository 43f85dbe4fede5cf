import type { RequestHandler, Router } from 'express';
import { notFound, notImplemented } from '../../scim/error.ts';
import { listResponse } from '../../scim/representation.ts';
import { refuse, route } from '../route.ts';
import { answer } from './answer.ts';

/**
 * Serves the parts of SCIM that this service does not offer. Okta's import and OneLogin ask for the groups: there
 * are none. RFC 7644 §3.11, §3.7 and §3.4.3 let a service leave out the others with 501.
 */
export function serveNotOffered(router: Router): void {
  const noGroups: RequestHandler = (req, res) => answer(req, res, 200, listResponse([], 0, 1));
  const noGroup: RequestHandler = () => {
    throw notFound('No Group has this id.');
  };
  const noProvisioning: RequestHandler = () => {
    throw notImplemented('Groups are not provisioned yet; assign the application to people instead.');
  };
  route(router, '/Groups', { GET: noGroups, POST: noProvisioning });
  route(router, '/Groups/:id', {
    GET: noGroup,
    PUT: noProvisioning,
    PATCH: noProvisioning,
    DELETE: noProvisioning,
  });
  for (const path of ['/Me', '/Bulk', '/.search', '/Users/.search']) {
    refuse(router, path, () => notImplemented(`${path} is not offered here.`));
  }
}
