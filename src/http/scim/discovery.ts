import type { RequestHandler, Router } from 'express';
import {
  resourceTypeDescription,
  resourceTypes,
  schemaDescription,
  schemas,
  serviceProviderConfig,
} from '../../scim/discovery.ts';
import { forbidden, notFound } from '../../scim/error.ts';
import { findSchema, type ResourceType, userResourceType } from '../../scim/registry.ts';
import { route } from '../route.ts';
import { answer, baseUrlOf } from './answer.ts';
import { MAX_COUNT } from './list-query.ts';

const TYPES: readonly ResourceType[] = [userResourceType];

/** Serves what the service says of itself: RFC 7644 §4. */
export function serveDiscovery(router: Router, publicUrl: string | null): void {
  const whole =
    (describe: (baseUrl: string) => object): RequestHandler =>
    (req, res) => {
      // RFC 7644 §4: discovery is not searched.
      if (req.query.filter !== undefined) throw forbidden('This endpoint cannot be filtered.');
      answer(req, res, 200, describe(baseUrlOf(req, publicUrl)));
    };
  const resourceType: RequestHandler<{ id: string }> = (req, res) => {
    const type = TYPES.find(({ id }) => id === req.params.id);
    if (type === undefined) throw notFound('There is no such resource type.');
    answer(req, res, 200, resourceTypeDescription(type, baseUrlOf(req, publicUrl)));
  };
  const schema: RequestHandler<{ id: string }> = (req, res) => {
    const found = findSchema(userResourceType, req.params.id);
    if (found === undefined) throw notFound('There is no such schema.');
    answer(req, res, 200, schemaDescription(found, baseUrlOf(req, publicUrl)));
  };

  route(router, '/ServiceProviderConfig', {
    GET: whole((baseUrl) => serviceProviderConfig({ baseUrl, maxResults: MAX_COUNT })),
  });
  route(router, '/ResourceTypes', { GET: whole((baseUrl) => resourceTypes(TYPES, baseUrl)) });
  route(router, '/ResourceTypes/:id', { GET: resourceType });
  route(router, '/Schemas', { GET: whole((baseUrl) => schemas(TYPES, baseUrl)) });
  route(router, '/Schemas/:id', { GET: schema });
}
