import type { RequestHandler, Response, Router } from 'express';
import type { PersonRecord } from '../../domain/person.ts';
import type { Actor, Decision } from '../../scim/directory.ts';
import { notFound, ScimError } from '../../scim/error.ts';
import { accept } from '../accept.ts';
import { readBody } from '../body.ts';
import type { HttpConnection } from '../connection.ts';
import { route } from '../route.ts';
import type { ConnectionOf } from './connections.ts';
import { lookUpPerson, readPersonReport } from './person.ts';
import { pageReport, personLine } from './presenters.ts';
import { offboarding, parse, usersQuery } from './query.ts';

/** How much of a person's history their report holds. */
const HISTORY = 20;
const ACTOR: Actor = { kind: 'admin', name: 'api' };

type Target = { id: string };

/** Serves the people of a connection: the list, one person's report, and what an admin can decide about them. */
export function serveAdminUsers(router: Router, connectionOf: ConnectionOf, now: () => number): void {
  const list: RequestHandler = async (req, res) => {
    const { directory, reports } = connectionOf(req);
    const { search, state, cursor, limit } = parse(usersQuery, req.query);
    if (search === undefined) {
      const page = await reports.people({
        limit,
        ...(state === undefined ? {} : { state }),
        ...(cursor === undefined ? {} : { cursor }),
      });
      return void res.json(pageReport(page, personLine));
    }
    const found = await directory.search(search);
    const wanted = found.filter(({ provisioning }) => state === undefined || provisioning.state === state);
    res.json(pageReport({ items: wanted.slice(0, limit), nextCursor: null }, personLine));
  };

  const read: RequestHandler<Target> = async (req, res) => {
    const connection = connectionOf(req);
    await show(res, connection, await findPerson(connection, req.params.id));
  };

  const retry: RequestHandler<Target> = async (req, res) => {
    const connection = connectionOf(req);
    await decide(res, connection, req.params.id, () => ({ kind: 'retry' }));
  };

  const offboard: RequestHandler<Target> = async (req, res) => {
    const connection = connectionOf(req);
    const { reason } = parse(offboarding, await readBody(req, res));
    const override = { active: false, reason, by: `${ACTOR.kind}:${ACTOR.name}`, since: now() } as const;
    await decide(res, connection, req.params.id, ({ person }) =>
      person.override?.reason === reason ? { kind: 'unchanged' } : { kind: 'override', override, reason },
    );
  };

  const lift: RequestHandler<Target> = async (req, res) => {
    const connection = connectionOf(req);
    await decide(res, connection, req.params.id, ({ person }) =>
      person.override === null
        ? { kind: 'unchanged' }
        : { kind: 'override', override: null, reason: `lifted: ${person.override.reason}` },
    );
  };

  route(router, '/users', { GET: list });
  route(router, '/users/:id', { GET: read });
  route(router, '/users/:id/retry', { POST: retry });
  route(router, '/users/:id/offboard', { POST: offboard, DELETE: lift });
}

async function decide(
  res: Response,
  connection: HttpConnection,
  key: string,
  decision: (record: PersonRecord) => Decision,
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
 * The person whom an admin names by SCIM id (deleted people too), userName, e-mail, employee number or externalId.
 *
 * @throws ScimError 404 for nobody, 409 naming the ids when several match
 */
export async function findPerson(
  connection: Pick<HttpConnection, 'directory' | 'reports'>,
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
