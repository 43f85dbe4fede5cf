import type { Request, Router } from 'express';
import { notFound } from '../../scim/error.ts';
import { DEFAULT_CONNECTION, type HttpConnection } from '../connection.ts';
import { route } from '../route.ts';
import { connectionReport, pageReport, summaryReport } from './presenters.ts';

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

/** Serves the list of connections, with how each is connected to Concur, and the summary of one. */
export function serveConnections(
  router: Router,
  connections: readonly HttpConnection[],
  connectionOf: ConnectionOf,
  now: () => number,
): void {
  route(router, '/connections', {
    GET: async (_req, res) => {
      const items = await Promise.all(
        connections.map(async (one) => connectionReport(one, await one.credential(), now())),
      );
      res.json(pageReport({ items, nextCursor: null }, (item) => item));
    },
  });
  route(router, '/summary', {
    GET: async (req, res) => {
      res.json(summaryReport(await connectionOf(req).reports.summary()));
    },
  });
}
