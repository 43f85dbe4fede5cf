import type { Request, RequestHandler, Response, Router } from 'express';
import { StoreUnavailable } from '../../domain/store-unavailable.ts';
import type { Actor, ListQuery, Page } from '../../scim/directory.ts';
import { notFound, preconditionFailed, ScimError } from '../../scim/error.ts';
import { type Projection, parseProjection } from '../../scim/projection.ts';
import type { ResourceType } from '../../scim/registry.ts';
import { cursorResponse, entityTag, listResponse } from '../../scim/representation.ts';
import { readBody } from '../body.ts';
import { tokenOf } from '../request-log.ts';
import { route } from '../route.ts';
import { baseUrlOf, resourceUrl } from './answer.ts';
import { answerList, answerShown, type Shown, type ShownList } from './json-text.ts';
import { type ListParameters, listQuery, queryParameters, searchParameters } from './list-query.ts';
import type { Operation } from './operation.ts';
import { preferredWait } from './prefer.ts';

/** How a client wants to see resources. */
export interface View {
  /** The address that the SCIM endpoints are below. */
  readonly baseUrl: string;
  readonly projection: Projection | undefined;
}

/** A resource as a client sees it. */
export interface Seen {
  readonly version: number;
  readonly resource: Shown;
}

/** What a write made. */
export interface Written {
  readonly id: string;
  readonly version: number;
  see(view: View): Promise<Seen>;
}

/** The resources of one type, as the addresses of RFC 7644 §3.2 offer them. What fails, fails with a ScimError. */
export interface Endpoint {
  readonly type: ResourceType;
  /** What a PATCH is answered with (RFC 7644 §3.5.2): the resource, or nothing unless `attributes` asks for some. */
  readonly patched: 'resource' | 'nothing';
  /** How many bytes the body of one resource may have. */
  readonly largestBody: number;
  /** How long a write of one resource waits for Concur's verdict unless its client says otherwise, in ms; 0: never. */
  readonly verdictWindow: number;
  list(query: ListQuery, view: View): Promise<Page<Shown>>;
  get(id: string, view: View): Promise<Seen | null>;
  /** @param wait how long the write may wait for Concur's verdict, in ms */
  write(operation: Operation, actor: Actor, wait: number): Promise<Written>;
}

/** Serves the address of a type of resources, those of its resources, and `.search` (RFC 7644 §3.3 to §3.6). */
export function serveEndpoint(router: Router, endpoint: Endpoint, publicUrl: string | null): void {
  const { type } = endpoint;
  const viewOf = (req: Pick<Request, 'query'> & Parameters<typeof baseUrlOf>[0]): View => ({
    baseUrl: baseUrlOf(req, publicUrl),
    projection: parseProjection(req.query, type),
  });

  /** How long a write of this request may wait, in ms. RFC 7240 §3: the answer names the preferences that were followed. */
  const patience = (req: Pick<Request, 'get'>, res: Response): number => {
    const { verdictWindow } = endpoint;
    const preferred = verdictWindow === 0 ? null : preferredWait(req.get('prefer'));
    if (preferred === null) return verdictWindow;
    res.set('Preference-Applied', preferred.applied);
    return preferred.wait;
  };

  const list: RequestHandler = async (req, res) => {
    await answerList(req, res, await listed(endpoint, queryParameters(req.query), baseUrlOf(req, publicUrl)));
  };

  const search: RequestHandler = async (req, res) => {
    const asked = searchParameters(await readBody(req, res, endpoint.largestBody));
    await answerList(req, res, await listed(endpoint, asked, baseUrlOf(req, publicUrl)));
  };

  const create: RequestHandler = async (req, res) => {
    const view = viewOf(req);
    const body = await readBody(req, res, endpoint.largestBody);
    const operation = { method: 'POST', body } as const;
    const written = await endpoint.write(operation, actorOf(res), patience(req, res));
    res.set('Location', resourceUrl(view.baseUrl, type, written.id));
    await show(req, res, 201, await seeWritten(written, view));
  };

  const read: RequestHandler<Target> = async (req, res) => {
    const seen = await endpoint.get(req.params.id, viewOf(req));
    if (seen === null) throw notFound(`No ${type.name} has this id.`);
    await show(req, res, 200, seen);
  };

  const change =
    (method: 'PUT' | 'PATCH'): RequestHandler<Target> =>
    async (req, res) => {
      const view = viewOf(req);
      const body = await readBody(req, res, endpoint.largestBody);
      await checkIfNoneMatch(req, endpoint, view);
      const operation = { method, id: req.params.id, body, ifMatch: req.get('if-match') };
      const written = await endpoint.write(operation, actorOf(res), patience(req, res));
      if (method === 'PUT' || endpoint.patched === 'resource' || view.projection?.kind === 'attributes') {
        await show(req, res, 200, await seeWritten(written, view));
      } else {
        res.set('ETag', entityTag(written.version)).status(204).end();
      }
    };

  const remove: RequestHandler<Target> = async (req, res) => {
    const operation = { method: 'DELETE', id: req.params.id, ifMatch: req.get('if-match') } as const;
    await endpoint.write(operation, actorOf(res), 0);
    res.status(204).end();
  };

  route(router, type.endpoint, { GET: list, POST: create });
  route(router, `${type.endpoint}/.search`, { POST: search });
  route(router, `${type.endpoint}/:id`, {
    GET: read,
    PUT: change('PUT'),
    PATCH: change('PATCH'),
    DELETE: remove,
  });
}

type Target = { id: string };

/**
 * RFC 9110 §13.1.2: `If-None-Match: *` asks for a write only where nothing is, and these change what is.
 *
 * @throws ScimError 412
 */
async function checkIfNoneMatch(
  req: Pick<Request<Target>, 'get' | 'params'>,
  endpoint: Endpoint,
  view: View,
) {
  if (req.get('if-none-match')?.trim() !== '*') return;
  if ((await endpoint.get(req.params.id, view)) === null) return;
  throw preconditionFailed(`There is a ${endpoint.type.name} with this id, which If-None-Match: * forbids.`);
}

/** What was written, as the client sees it. A client that is told of a failure here must not believe that nothing changed. */
async function seeWritten(written: Written, view: View): Promise<Seen> {
  try {
    return await written.see(view);
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    const detail =
      'The change was accepted; only the answer could not be made. Read the resource instead of sending it again.';
    throw new ScimError(503, undefined, detail, error);
  }
}

/** RFC 7644 §3.4.2: nothing that matches is an empty list, not 404; Entra goes into quarantine otherwise. */
async function listed(endpoint: Endpoint, asked: ListParameters, baseUrl: string): Promise<ShownList> {
  const projection = parseProjection(asked, endpoint.type);
  const query = listQuery(asked, endpoint.type);
  const { total, items, nextCursor } = await endpoint.list(query, { baseUrl, projection });
  return query.paging.kind === 'index'
    ? listResponse(items, total, query.paging.startIndex)
    : cursorResponse(items, total, nextCursor);
}

function actorOf(res: Response): Actor {
  return { kind: 'scim', name: tokenOf(res) };
}

// With the ETag set, Express itself answers 304 to a GET whose If-None-Match names it (RFC 9110 §13.1.2). The tag is
// meta.version (RFC 7643 §3.1) and weak (RFC 9110 §8.8.1): what is not the resource's own, such as a person's groups
// and state, changes without it.
async function show(
  req: Parameters<typeof answerShown>[0],
  res: Response,
  status: number,
  { version, resource }: Seen,
): Promise<void> {
  res.set('ETag', entityTag(version));
  await answerShown(req, res, status, resource);
}
