import type { RequestHandler, Router } from 'express';
import {
  resourceTypeDescription,
  resourceTypes,
  schemaDescription,
  schemas,
  serviceProviderConfig,
} from '../../scim/discovery.ts';
import { forbidden, notFound } from '../../scim/error.ts';
import { allResourceTypes, findSchema } from '../../scim/registry.ts';
import { route } from '../route.ts';
import { answer, baseUrlOf } from './answer.ts';

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
    const type = allResourceTypes.find(({ id }) => id === req.params.id);
    if (type === undefined) throw notFound('There is no such resource type.');
    answer(req, res, 200, resourceTypeDescription(type, baseUrlOf(req, publicUrl)));
  };
  const schema: RequestHandler<{ id: string }> = (req, res) => {
    const found = allResourceTypes
      .map((type) => findSchema(type, req.params.id))
      .find((known) => known !== undefined);
    if (found === undefined) throw notFound('There is no such schema.');
    answer(req, res, 200, schemaDescription(found, baseUrlOf(req, publicUrl)));
  };

  route(router, '/ServiceProviderConfig', {
    GET: whole(serviceProviderConfig),
  });
  route(router, '/ResourceTypes', { GET: whole((baseUrl) => resourceTypes(allResourceTypes, baseUrl)) });
  route(router, '/ResourceTypes/:id', { GET: resourceType });
  route(router, '/Schemas', { GET: whole((baseUrl) => schemas(allResourceTypes, baseUrl)) });
  route(router, '/Schemas/:id', { GET: schema });
}
