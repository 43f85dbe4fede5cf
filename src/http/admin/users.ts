import type { RequestHandler, Response, Router } from 'express';
import type { PersonRecord } from '../../domain/person.ts';
import type { Actor } from '../../scim/directory.ts';
import { notFound, ScimError } from '../../scim/error.ts';
import { accept } from '../accept.ts';
import { readBody } from '../body.ts';
import type { HttpConnection } from '../connection.ts';
import { route } from '../route.ts';
import type { ConnectionOf } from './connections.ts';
import { type Decide, lift, offboard, release, retry } from './decisions.ts';
import { lookUpPerson, readPersonReport } from './person.ts';
import { pageReport, personLine } from './presenters.ts';
import { offboarding, parse, parseQuery, releasing, usersQuery } from './query.ts';

/** How much of a person's history their report holds. */
const HISTORY = 20;
const ACTOR: Actor = { kind: 'admin', name: 'api' };

type Target = { id: string };

/** Serves the people of a connection: the list, one person's report, and what an admin can decide about them. */
export function serveAdminUsers(router: Router, connectionOf: ConnectionOf, now: () => number): void {
  const list: RequestHandler = async (req, res) => {
    const { reports } = connectionOf(req);
    const { search, state, reason, cursor, limit } = parseQuery(usersQuery, req.query);
    const narrowed = { limit, ...(state === undefined ? {} : { state }) };
    if (search === undefined) {
      const page = await reports.people({
        ...narrowed,
        ...(reason === undefined ? {} : { reason }),
        ...(cursor === undefined ? {} : { cursor }),
      });
      return void res.json(pageReport(page, personLine));
    }
    const items = await reports.search({ key: search, ...narrowed });
    res.json(pageReport({ items, nextCursor: null }, personLine));
  };

  const read: RequestHandler<Target> = async (req, res) => {
    const connection = connectionOf(req);
    await show(res, connection, await findPerson(connection, req.params.id));
  };

  const retryOne: RequestHandler<Target> = async (req, res) => {
    await decide(res, connectionOf(req), req.params.id, retry);
  };

  const releaseOne: RequestHandler<Target> = async (req, res) => {
    const connection = connectionOf(req);
    const { concurId } = parse(releasing, await readBody(req, res));
    await decide(res, connection, req.params.id, release(concurId));
  };

  const offboardOne: RequestHandler<Target> = async (req, res) => {
    const connection = connectionOf(req);
    const { reason } = parse(offboarding, await readBody(req, res));
    await decide(res, connection, req.params.id, offboard(reason, ACTOR, now()));
  };

  const liftOne: RequestHandler<Target> = async (req, res) => {
    await decide(res, connectionOf(req), req.params.id, lift);
  };

  route(router, '/users', { GET: list });
  route(router, '/users/:id', { GET: read });
  route(router, '/users/:id/retry', { POST: retryOne });
  route(router, '/users/:id/release', { POST: releaseOne });
  route(router, '/users/:id/offboard', { POST: offboardOne, DELETE: liftOne });
}

async function decide(
  res: Response,
  connection: HttpConnection,
  key: string,
  decision: Decide,
): Promise<void> {
  const { person } = await findPerson(connection, key);
  await show(
    res,
    connection,
    await accept(connection, { kind: 'change', actor: ACTOR, id: person.id, decide: decision }),
  );
}

async function show(res: Response, connection: HttpConnection, record: PersonRecord): Promise<void> {
  res.json(await readPersonReport(connection, record, HISTORY));
}

/**
 * The person whom an admin names by SCIM id, userName, e-mail, employee number or externalId: see `lookUpPerson`.
 *
 * @throws ScimError 404 for nobody, 409 naming the ids when several match
 */
export async function findPerson(
  connection: Pick<HttpConnection, 'reports'>,
  key: string,
): Promise<PersonRecord> {
  const found = await lookUpPerson(connection, key);
  switch (found.kind) {
    case 'one':
      return found.record;
    case 'nobody':
      throw notFound('Nobody here has this id, userName, e-mail, employee number or externalId.');
    case 'several': {
      const ids = found.records.map(({ person }) => person.id);
      throw new ScimError(409, undefined, `Several people match; name one by id: ${ids.join(', ')}.`);
    }
  }
}
