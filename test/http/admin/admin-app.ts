import request, { type Response } from 'supertest';
import { ENTERPRISE } from '../../../src/domain/extensions.ts';
import type { RequestReport } from '../../../src/domain/reports.ts';
import { fakeApp, NOW } from '../fake-app.ts';
import { type FakeConnection, fakeConnection } from '../fake-connection.ts';

/** The admin API over a connection with three people, and over one with nobody. */
export interface AdminApp {
  readonly connection: FakeConnection;
  readonly app: ReturnType<typeof fakeApp>['app'];
  /** The ids of Ada, Bob and Eve. */
  readonly ids: readonly string[];
  call(
    method: 'get' | 'post' | 'delete' | 'put',
    path: string,
    body?: object,
  ): Promise<Pick<Response, 'status' | 'body'>>;
}

/** Makes the API, and the people. */
export async function adminApp(): Promise<AdminApp> {
  const connection = fakeConnection();
  const connections = [connection, fakeConnection('emea', {})];
  const { app } = fakeApp({ connections, adminToken: 'secret-admin' });
  const ids: string[] = [];
  for (const userName of ['ada@example.com', 'bob@example.com', 'eve@example.com']) {
    const resource = { userName, active: true, [ENTERPRISE]: { employeeNumber: userName.slice(0, 3) } };
    const [result] = await connection.directory.accept([
      { kind: 'create', actor: { kind: 'scim', name: 'okta' }, resource },
    ]);
    if (result?.kind === 'written') ids.push(result.record.person.id);
  }
  return {
    connection,
    app,
    ids,
    call: async (method, path, body) => {
      const sent = request(app)[method](`/api/v1${path}`).set('Authorization', 'Bearer secret-admin');
      const { status, body: answered } = await (body === undefined ? sent : sent.send(body));
      return { status, body: answered };
    },
  };
}

/** A request to Concur about one person, which is open. */
export function requestOf(id: string, personId: string): RequestReport {
  return {
    id,
    kind: 'user',
    state: 'open',
    provisionId: null,
    correlationId: null,
    httpStatus: 201,
    message: null,
    sentAt: NOW,
    completedAt: null,
    polls: 0,
    operations: [
      {
        id: `${id}-1`,
        personId,
        userName: 'x',
        method: 'POST',
        state: 'open',
        difference: { set: {}, remove: [] },
        results: [],
      },
    ],
  };
}
