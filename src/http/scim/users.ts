import type { Request, RequestHandler, Response, Router } from 'express';
import type { PersonRecord } from '../../domain/person.ts';
import type { Modification } from '../../scim/change.ts';
import type { Actor, Decision } from '../../scim/directory.ts';
import { notFound } from '../../scim/error.ts';
import { applyPatch } from '../../scim/patch/apply.ts';
import { type Projection, parseProjection } from '../../scim/projection.ts';
import { userResourceType } from '../../scim/registry.ts';
import { replaceResource } from '../../scim/replace.ts';
import { entityTag, listResponse } from '../../scim/representation.ts';
import { parseResource } from '../../scim/resource.ts';
import { accept } from '../accept.ts';
import { readBody } from '../body.ts';
import type { HttpConnection } from '../connection.ts';
import { tokenOf } from '../request-log.ts';
import { route } from '../route.ts';
import { answer, baseUrlOf } from './answer.ts';
import { parseListQuery } from './list-query.ts';
import { personResource, userUrl } from './person-resource.ts';
import { checkIfMatch } from './precondition.ts';

/** Serves `/Users` and `/Users/{id}` of one connection (RFC 7644 §3.3 to §3.6). */
export function serveUsers(router: Router, connection: HttpConnection, publicUrl: string | null): void {
  const { directory } = connection;

  const list: RequestHandler = async (req, res) => {
    const projection = projectionOf(req);
    const query = parseListQuery(req.query);
    const { total, items } = await directory.list(query);
    const baseUrl = baseUrlOf(req, publicUrl);
    const resources = items.map((record) => personResource(record, baseUrl, projection));
    // RFC 7644 §3.4.2: nobody who matches is an empty list, not 404; Entra goes into quarantine otherwise.
    answer(
      req,
      res,
      200,
      listResponse(resources, total, query.paging.kind === 'index' ? query.paging.startIndex : 1),
    );
  };

  const create: RequestHandler = async (req, res) => {
    const projection = projectionOf(req);
    const resource = parseResource(userResourceType, await readBody(req, res));
    const record = await accept(connection, { kind: 'create', actor: actorOf(res), resource });
    res.set('Location', userUrl(baseUrlOf(req, publicUrl), record.person.id));
    show(req, res, 201, record, projection);
  };

  const read: RequestHandler<Target> = async (req, res) => {
    const projection = projectionOf(req);
    const record = await directory.get(req.params.id);
    if (record === null) throw notFound('No User has this id.');
    show(req, res, 200, record, projection);
  };

  const replace: RequestHandler<Target> = async (req, res) => {
    const body = await readBody(req, res);
    await change(req, res, ({ person }) =>
      decisionFor(replaceResource(userResourceType, person.resource, body)),
    );
  };

  const patch: RequestHandler<Target> = async (req, res) => {
    const body = await readBody(req, res);
    await change(req, res, ({ person }) =>
      decisionFor(applyPatch(userResourceType, person.resource, body, person.id)),
    );
  };

  const remove: RequestHandler<Target> = async (req, res) => {
    await accept(
      connection,
      write(req, res, () => ({ kind: 'delete' })),
    );
    res.status(204).end();
  };

  route(router, '/Users', { GET: list, POST: create });
  route(router, '/Users/:id', { GET: read, PUT: replace, PATCH: patch, DELETE: remove });

  async function change(req: Request<Target>, res: Response, decide: Decide): Promise<void> {
    const projection = projectionOf(req);
    show(req, res, 200, await accept(connection, write(req, res, decide)), projection);
  }

  // RFC 7644 §3.14: the condition is checked on the person as they are inside the transaction.
  function write(req: Request<Target>, res: Response, decide: Decide) {
    const ifMatch = req.get('if-match');
    return {
      kind: 'change',
      actor: actorOf(res),
      id: req.params.id,
      decide: (record: PersonRecord): Decision => {
        checkIfMatch(ifMatch, record.person.version);
        return decide(record);
      },
    } as const;
  }

  // With the ETag set, Express itself answers 304 to a GET whose If-None-Match names it (RFC 9110 §13.1.2).
  function show(
    req: Request<Target> | Request,
    res: Response,
    status: number,
    record: PersonRecord,
    projection: Projection | undefined,
  ): void {
    res.set('ETag', entityTag(record.person.version));
    answer(req, res, status, personResource(record, baseUrlOf(req, publicUrl), projection));
  }
}

type Target = { id: string };
type Decide = (record: PersonRecord) => Decision;

function projectionOf(req: Pick<Request, 'query'>): Projection | undefined {
  return parseProjection(req.query, userResourceType);
}

function actorOf(res: Response): Actor {
  return { kind: 'scim', name: tokenOf(res) };
}

function decisionFor({ resource, changed }: Modification): Decision {
  return changed.length === 0 ? { kind: 'unchanged' } : { kind: 'replace', resource, changed };
}
