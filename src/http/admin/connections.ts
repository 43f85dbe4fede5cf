import type { Request, Router } from 'express';
import { notFound } from '../../scim/error.ts';
import { DEFAULT_CONNECTION, type HttpConnection } from '../connection.ts';
import { route } from '../route.ts';
import { pageReport, summaryReport } from './presenters.ts';

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

/** Serves the list of connections and the summary of one. */
export function serveConnections(
  router: Router,
  connections: readonly HttpConnection[],
  connectionOf: ConnectionOf,
): void {
  route(router, '/connections', {
    GET: (_req, res) => {
      const show = ({ name }: HttpConnection) => ({ name, scimPath: scimPath(name) });
      res.json(pageReport({ items: connections, nextCursor: null }, show));
    },
  });
  route(router, '/summary', {
    GET: async (req, res) => {
      res.json(summaryReport(await connectionOf(req).reports.summary()));
    },
  });
}

function scimPath(name: string): string {
  return name === DEFAULT_CONNECTION ? '/scim/v2' : `/scim/${name}/v2`;
}
