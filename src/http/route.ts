import type { Request, RequestHandler, Router } from 'express';
import { ScimError } from '../scim/error.ts';
import { noteRoute } from './request-log.ts';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** The methods of one path. HEAD is answered where GET is served. */
export type Methods<Params> = { readonly [method in Method]?: RequestHandler<Params> };

/**
 * Serves a path. Any other method is refused with 405 and `Allow` (RFC 9110 §15.5.6).
 *
 * @param path the pattern, which is also what the request log says
 */
export function route<Params>(router: Router, path: string, methods: Methods<Params>): void {
  const allowed = Object.keys(methods).flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
  // One layer for all methods: Express looks at every layer before the one that a request is for.
  router.all(path, (req: Request<Params>, res, next) => {
    noteRoute(res, `${req.baseUrl}${path}`);
    const serve = methodOf(methods, req.method);
    if (serve !== undefined) return serve(req, res, next);
    res.set('Allow', allowed.join(', '));
    throw new ScimError(405, undefined, `This address knows ${allowed.join(', ')} only.`);
  });
}

function methodOf<Params>(methods: Methods<Params>, method: string): RequestHandler<Params> | undefined {
  switch (method) {
    case 'HEAD':
      return methods.GET;
    case 'GET':
    case 'POST':
    case 'PUT':
    case 'PATCH':
    case 'DELETE':
      return methods[method];
    default:
      return undefined;
  }
}

/** Refuses every method of a path, with the error that `refusal` makes. */
export function refuse(router: Router, path: string, refusal: () => ScimError): void {
  router.all(path, (req, res) => {
    noteRoute(res, `${req.baseUrl}${path}`);
    throw refusal();
  });
}
