import type { Request, RequestHandler, Router } from 'express';
import { notFound } from '../../scim/error.ts';
import { readBody } from '../body.ts';
import { DEFAULT_CONNECTION, type HttpConnection } from '../connection.ts';
import { route } from '../route.ts';
import { connectionReport, pageReport, summaryReport } from './presenters.ts';
import { parse, switching } from './query.ts';

/** The connection that a request's `?connection=` names; `default` otherwise. Fails with ScimError 404. */
export type ConnectionOf = (req: Pick<Request, 'query'>) => HttpConnection;

/** Looks connections up by the query of a request. */
export function connectionLookup(connections: readonly HttpConnection[]): ConnectionOf {
  return ({ query }) => {
    const name = query.connection ?? DEFAULT_CONNECTION;
    const found = connections.find((connection) => connection.name === name);
    if (found === undefined) {
      throw notFound(
        `There is no such connection; there are: ${connections.map((one) => one.name).join(', ')}.`,
      );
    }
    return found;
  };
}

/** A path that names a connection. */
type Target = { readonly name: string };

/** Serves the list of connections, with how each is connected to Concur, its delivery switch, and the summary of one. */
export function serveConnections(
  router: Router,
  connections: readonly HttpConnection[],
  connectionOf: ConnectionOf,
  now: () => number,
): void {
  const show = async (one: HttpConnection) =>
    connectionReport(one, await one.credential(), await one.delivery(), now());

  const turn: RequestHandler<Target> = async (req, res) => {
    const connection = connectionOf({ query: { connection: req.params.name } });
    const { delivery } = parse(switching, await readBody(req, res));
    await connection.switchDelivery(delivery);
    res.json(await show(connection));
  };

  route(router, '/connections', {
    GET: async (_req, res) => {
      const items = await Promise.all(connections.map(show));
      res.json(pageReport({ items, nextCursor: null }, (item) => item));
    },
  });
  route(router, '/connections/:name', { PUT: turn });
  route(router, '/summary', {
    GET: async (req, res) => {
      res.json(summaryReport(await connectionOf(req).reports.summary()));
    },
  });
}
