import type { RequestHandler, Router } from 'express';
import { ScimError } from '../scim/error.ts';
import { noteRoute } from './request-log.ts';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** The methods of one path. Express answers HEAD where GET is served. */
export type Methods<Params> = { readonly [method in Method]?: RequestHandler<Params> };

/**
 * Serves a path. Any other method is refused with 405 and `Allow` (RFC 9110 §15.5.6).
 *
 * @param path the pattern, which is also what the request log says
 */
export function route<Params>(router: Router, path: string, methods: Methods<Params>): void {
  const allowed = Object.keys(methods).flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
  router.all(path, (req, res, next) => {
    noteRoute(res, `${req.baseUrl}${path}`);
    if (allowed.includes(req.method)) return next();
    res.set('Allow', allowed.join(', '));
    throw new ScimError(405, undefined, `This address knows ${allowed.join(', ')} only.`);
  });
  if (methods.GET) router.get(path, methods.GET);
  if (methods.POST) router.post(path, methods.POST);
  if (methods.PUT) router.put(path, methods.PUT);
  if (methods.PATCH) router.patch(path, methods.PATCH);
  if (methods.DELETE) router.delete(path, methods.DELETE);
}

/** Refuses every method of a path, with the error that `refusal` makes. */
export function refuse(router: Router, path: string, refusal: () => ScimError): void {
  router.all(path, (req, res) => {
    noteRoute(res, `${req.baseUrl}${path}`);
    throw refusal();
  });
}
