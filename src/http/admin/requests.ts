import type { RequestHandler, Router } from 'express';
import { notFound } from '../../scim/error.ts';
import type { HttpConnection } from '../connection.ts';
import { route } from '../route.ts';
import type { ConnectionOf } from './connections.ts';
import { changeReport, pageReport, requestReport } from './presenters.ts';
import { changesQuery, parseQuery, requestsQuery } from './query.ts';
import { findPerson } from './users.ts';

/** Serves the provisioning requests and the audit trail of a connection. */
export function serveAdminRequests(router: Router, connectionOf: ConnectionOf): void {
  const requests: RequestHandler = async (req, res) => {
    const connection = connectionOf(req);
    const { state, user, cursor, limit } = parseQuery(requestsQuery, req.query);
    const page = await connection.reports.requests({
      limit,
      ...(await personIn(connection, user)),
      ...(state === undefined ? {} : { state }),
      ...(cursor === undefined ? {} : { cursor }),
    });
    res.json(pageReport(page, requestReport));
  };

  const request: RequestHandler<{ id: string }> = async (req, res) => {
    const found = await connectionOf(req).reports.request(req.params.id);
    if (found === null) {
      throw notFound(
        'No provisioning request has this id, and not exactly one has an id that begins so, with 4 characters or more.',
      );
    }
    res.json(requestReport(found));
  };

  const changes: RequestHandler = async (req, res) => {
    const connection = connectionOf(req);
    const { user, cursor, limit } = parseQuery(changesQuery, req.query);
    const page = await connection.reports.changes({
      limit,
      ...(await personIn(connection, user)),
      ...(cursor === undefined ? {} : { cursor }),
    });
    res.json(pageReport(page, changeReport));
  };

  route(router, '/requests', { GET: requests });
  route(router, '/requests/:id', { GET: request });
  route(router, '/changes', { GET: changes });
}

async function personIn(
  connection: HttpConnection,
  user: string | undefined,
): Promise<{ personId?: string }> {
  return user === undefined ? {} : { personId: (await findPerson(connection, user)).person.id };
}
