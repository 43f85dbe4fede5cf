import type { RequestHandler, Router } from 'express';
import type { Actor } from '../../scim/directory.ts';
import { readBody } from '../body.ts';
import { route } from '../route.ts';
import type { ConnectionOf } from './connections.ts';
import { type GuardDecision, judgeAll, judgeThese } from './held.ts';
import { holdReport, pageReport } from './presenters.ts';
import { holdsQuery, judging, parse, parseQuery } from './query.ts';
import { findPerson } from './users.ts';

const ACTOR: Actor = { kind: 'admin', name: 'api' };

/** Serves the people about whom an admin must decide, and the decisions about those whom the guard holds. */
export function serveHolds(router: Router, connectionOf: ConnectionOf): void {
  const holds: RequestHandler = async (req, res) => {
    const { reason, cursor, limit } = parseQuery(holdsQuery, req.query);
    const page = await connectionOf(req).reports.people({
      state: 'held',
      limit,
      ...(reason === undefined ? {} : { reason }),
      ...(cursor === undefined ? {} : { cursor }),
    });
    res.json(pageReport(page, holdReport));
  };

  const judge =
    (verdict: GuardDecision['verdict']): RequestHandler =>
    async (req, res) => {
      const connection = connectionOf(req);
      const { users, reason } = parse(judging, await readBody(req, res));
      const judgement = { verdict, actor: ACTOR, reason: reason ?? null };
      const people =
        users === undefined
          ? await judgeAll(connection, judgement)
          : await judgeThese(
              connection,
              await Promise.all(users.map((user) => findPerson(connection, user))),
              judgement,
            );
      connection.onAccepted();
      res.json({ [verdict]: people });
    };

  route(router, '/holds', { GET: holds });
  route(router, '/holds/release', { POST: judge('released') });
  route(router, '/holds/discard', { POST: judge('discarded') });
}
