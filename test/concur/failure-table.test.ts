import { describe, expect, it } from 'vitest';
import { FAILURES } from '../../src/concur/failures.ts';
import type { Failure } from '../../src/domain/outcome.ts';
import {
  client,
  create,
  ERROR_EXTENSION,
  isToken,
  NOT_FOUND,
  type Reply,
  scriptedServer,
  token,
  USER,
} from './scripted-server.ts';

const MINUTE = 60_000;

/** An outcome without its words. */
type Expected =
  | { readonly kind: 'refused'; readonly uniqueness: boolean }
  | { readonly kind: 'missing' }
  | { readonly kind: 'retry'; readonly why: string; readonly after: number | null }
  | { readonly kind: 'unknown'; readonly after: number };

interface Case {
  readonly reply: Reply;
  readonly write: Expected;
  readonly read: Expected;
}

/** A wait, or a credential, is the same for a write and for a read. */
const again = (reply: Reply, why: string, after: number | null): Case => {
  const expected = { kind: 'retry', why, after } as const;
  return { reply, write: expected, read: expected };
};
const lost = (reply: Reply, after: number): Case => ({
  reply,
  write: { kind: 'unknown', after },
  read: { kind: 'retry', why: 'transient', after },
});
/** `Retry-After` counts for a read at once, and for a write only where it is the longer wait. */
const lostUntil = (status: number, seconds: number, after: number): Case => ({
  reply: { status, headers: { 'retry-after': String(seconds) } },
  write: { kind: 'unknown', after },
  read: { kind: 'retry', why: 'transient', after: seconds * 1000 },
});
const refused = (reply: Reply, uniqueness: boolean): Case => {
  const expected = { kind: 'refused', uniqueness } as const;
  return { reply, write: expected, read: expected };
};

const said = (text: string, schemaPath: string | null = null) => ({
  [ERROR_EXTENSION]: { messages: [{ code: 'X', message: text, schemaPath, type: 'error' }] },
});

/** The row of the table with these statuses and condition, as a test names it. */
function nameOf({ statuses: [first, last], words, about }: (typeof FAILURES)[number]): string {
  const statuses = first === last ? `${first}` : `${first}–${last}`;
  return [statuses, words?.source, about].filter((one) => one !== undefined).join(' ');
}

/** What provokes each row of `FAILURES`: the first case of a row, and more that fall into it. */
const PROVOKED: Readonly<Record<string, readonly Case[]>> = {
  '429': [
    again({ status: 429 }, 'rate', null),
    again({ status: 429, headers: { 'retry-after': '7' } }, 'rate', 7_000),
  ],
  '400 request limit|number of requests|too many requests|rate limit': [
    again({ status: 400, body: { detail: 'The request limit was exceeded' } }, 'rate', null),
    again({ status: 400, body: said('Too many requests') }, 'rate', null),
    again({ status: 400, body: said('The number of requests is too high') }, 'rate', null),
    again({ status: 400, body: said('Rate limit reached') }, 'rate', null),
  ],
  '400 deadlock': [
    again({ status: 400, body: said('database DEADLOCK') }, 'transient', null),
    again({ status: 400, body: said('deadlock'), headers: { 'retry-after': '7' } }, 'transient', 7_000),
  ],
  '401': [again({ status: 401 }, 'token', null)],
  '403 attribute': [refused({ status: 403, body: said('No access to it', 'externalId') }, false)],
  '403': [
    again({ status: 403 }, 'token', null),
    again({ status: 403, body: said('No access') }, 'token', null),
  ],
  '404': [
    { reply: { status: 404, body: NOT_FOUND }, write: { kind: 'missing' }, read: { kind: 'missing' } },
    again({ status: 404, body: '<html>Not Found</html>' }, 'transient', null),
  ],
  '408': [lost({ status: 408 }, MINUTE), lostUntil(408, 90, 90_000), lostUntil(408, 7, MINUTE)],
  '400–499': [
    refused({ status: 400, body: said('Invalid value', 'userName') }, false),
    refused({ status: 400, body: { scimType: 'uniqueness', detail: 'no' } }, true),
    refused({ status: 400, body: said('userName is already in use') }, true),
    refused({ status: 409 }, true),
    refused({ status: 413 }, false),
    refused({ status: 499 }, false),
  ],
  '503': [
    again({ status: 503 }, 'maintenance', 5 * MINUTE),
    again({ status: 503, headers: { 'retry-after': '90' } }, 'maintenance', 90_000),
  ],
  '502': [
    lost({ status: 502, body: '<html>Bad Gateway</html>' }, MINUTE),
    lostUntil(502, 90, 90_000),
    lostUntil(502, 7, MINUTE),
  ],
  '504': [lost({ status: 504 }, MINUTE), lostUntil(504, 90, 90_000), lostUntil(504, 7, MINUTE)],
  '500–599': [
    lost({ status: 500, body: said('oops') }, MINUTE),
    lost({ status: 599 }, MINUTE),
    lostUntil(500, 90, 90_000),
    lostUntil(500, 0, MINUTE),
  ],
};

/** Every way in which no answer, or none that makes sense, comes back over a connection that stands. */
const SILENCES: Readonly<Record<string, Case>> = {
  'no answer at all': lost(() => undefined, 5 * MINUTE),
  'an answer that stops halfway': lost((response) => {
    response.writeHead(200);
    response.write('{');
  }, 5 * MINUTE),
  'a connection cut before the answer': lost((response) => response.socket?.destroy(), MINUTE),
  'a connection cut within the answer': lost((response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('{"id":', () => response.socket?.destroy());
  }, MINUTE),
  'a success without a body': lost({ status: 200, body: '' }, MINUTE),
  'a success that is no JSON': lost({ status: 201, body: '<html>Welcome</html>' }, MINUTE),
  'a success about somebody else': lost({ status: 200, body: { id: 'nobody', active: true } }, MINUTE),
  'a success of another kind': lost({ status: 204 }, MINUTE),
  'a redirect': lost({ status: 307, headers: { location: '/elsewhere' } }, MINUTE),
  'a permanent redirect': lost({ status: 308, headers: { location: '/elsewhere' } }, MINUTE),
};

/** A timeout that only silence meets: a test that awaits it takes this long. */
const SHORT = 250;

/** A client and what it sends, past tokens; `base` is where the token says that the services are. */
async function against(reply: Reply, base?: string) {
  const more = base === undefined ? {} : { geolocation: base };
  const server = await scriptedServer((request) => (isToken(request) ? token(1, more) : reply));
  const { concur } = client(server.url, { timeout: typeof reply === 'function' ? SHORT : 5000 });
  const sent = () => server.requests.filter((request) => !isToken(request)).map(({ method }) => method);
  return { concur, sent };
}

const patch = { ...create(), method: 'PATCH' as const, concurId: USER };

const CALLS = {
  write: { method: 'PATCH', make: ({ concur }: Awaited<ReturnType<typeof against>>) => concur.send(patch) },
  read: {
    method: 'GET',
    make: ({ concur }: Awaited<ReturnType<typeof against>>) => concur.read(USER, ['identity']),
  },
} as const;
const KINDS = ['write', 'read'] as const;

function expectOutcome(outcome: { readonly kind: string }, expected: Expected): void {
  const { message: _, messages: __, ...rest } = outcome as Record<string, unknown>;
  expect(rest).toEqual(expected);
}

describe('the failure table', () => {
  it('is provoked row by row', () => {
    expect(Object.keys(PROVOKED).sort()).toEqual(FAILURES.map(nameOf).sort());
    for (const [row, cases] of Object.entries(PROVOKED)) expect(cases.length, row).toBeGreaterThan(0);
  });

  const rows = FAILURES.flatMap((row) =>
    (PROVOKED[nameOf(row)] ?? []).flatMap((one, index) =>
      KINDS.map((kind) => [nameOf(row), index + 1, kind, one, row] as const),
    ),
  );
  it.each(rows)('%s, case %i, on a %s', async (_name, _index, kind, { reply, ...expected }, { means }) => {
    const bench = await against(reply);
    const { outcome } = await CALLS[kind].make(bench);
    expectOutcome(outcome, expected[kind]);
    if ('message' in means) expect((outcome as Failure & { message: string }).message).toBe(means.message);
    // A token is doubted once; nothing else is sent twice.
    const isDoubted = typeof reply !== 'function' && [401, 403].includes(reply.status);
    expect(bench.sent()).toEqual(Array(isDoubted ? 2 : 1).fill(CALLS[kind].method));
  });
});

describe('silence', () => {
  const cases = Object.entries(SILENCES).flatMap(([name, one]) =>
    KINDS.map((kind) => [name, kind, one] as const),
  );
  it.each(cases)('%s, on a %s', async (_name, kind, { reply, ...expected }) => {
    const bench = await against(reply);
    const { outcome } = await CALLS[kind].make(bench);
    expectOutcome(outcome, expected[kind]);
    expect(bench.sent()).toEqual([CALLS[kind].method]);
  });

  it.each(KINDS)('no connection, on a %s, means that nothing was sent', async (kind) => {
    const bench = await against({ status: 200 }, 'http://127.0.0.1:1');
    const { outcome } = await CALLS[kind].make(bench);
    expectOutcome(outcome, { kind: 'retry', why: 'transient', after: null });
    expect(bench.sent()).toEqual([]);
  });

  it.each(KINDS)('an address that is no place for tokens, on a %s, gets nothing', async (kind) => {
    const bench = await against({ status: 200 }, 'https://concur.example.com');
    const { outcome } = await CALLS[kind].make(bench);
    expectOutcome(outcome, { kind: 'retry', why: 'token', after: MINUTE });
    expect(bench.sent()).toEqual([]);
  });
});
