import { describe, expect, it } from 'vitest';
import { failureOf } from '../../src/concur/failures.ts';
import type { Answered } from '../../src/concur/transport.ts';
import { ERROR_EXTENSION, NOT_FOUND } from './scripted-server.ts';

const now = Date.parse('2026-01-01T00:00:00Z');
const write = { write: true, missing: 'not there', canMiss: true };
const read = { write: false, missing: 'not there', canMiss: true };
const answered = (status: number, more: Partial<Answered> = {}): Answered => ({
  kind: 'answered',
  status,
  retryAfter: null,
  body: null,
  correlationId: 'c',
  ...more,
});
const said = (message: string, schemaPath: string | null = null) => ({
  [ERROR_EXTENSION]: { messages: [{ code: 'X', message, schemaPath }] },
});

describe('the failure table', () => {
  it.each([
    ['429', answered(429), { kind: 'retry', why: 'rate', after: null }],
    ['429 in seconds', answered(429, { retryAfter: '12' }), { kind: 'retry', why: 'rate', after: 12_000 }],
    [
      '429 with a date',
      answered(429, { retryAfter: 'Thu, 01 Jan 2026 00:00:30 GMT' }),
      { kind: 'retry', why: 'rate', after: 30_000 },
    ],
    [
      '429 with a date gone by',
      answered(429, { retryAfter: 'Wed, 31 Dec 2025 00:00:00 GMT' }),
      { kind: 'retry', why: 'rate', after: 0 },
    ],
    ['429 with nonsense', answered(429, { retryAfter: 'soon' }), { kind: 'retry', why: 'rate', after: null }],
    ['429 for years', answered(429, { retryAfter: '99999999' }), { kind: 'retry', after: 3_600_000 }],
    [
      '400 for the request limit',
      answered(400, { body: said('Request limit exceeded') }),
      { kind: 'retry', why: 'rate' },
    ],
    [
      '400 for a deadlock, in detail',
      answered(400, { body: { detail: 'The request encountered a database deadlock' } }),
      { kind: 'retry', why: 'transient' },
    ],
    ['400', answered(400, { body: said('Invalid value') }), { kind: 'refused', uniqueness: false }],
    ['401', answered(401), { kind: 'retry', why: 'token' }],
    ['403', answered(403), { kind: 'retry', why: 'token' }],
    ['404 of Concur', answered(404, { body: NOT_FOUND }), { kind: 'missing', message: 'not there' }],
    ['404 of a gateway', answered(404), { kind: 'retry', why: 'transient' }],
    [
      '403 about an attribute',
      answered(403, { body: said('No access', 'externalId') }),
      { kind: 'refused', uniqueness: false },
    ],
    ['408', answered(408), { kind: 'unknown', after: 60_000 }],
    ['409', answered(409), { kind: 'refused', uniqueness: true }],
    ['413', answered(413), { kind: 'refused', uniqueness: false }],
    ['500', answered(500), { kind: 'unknown', after: 60_000 }],
    ['502', answered(502), { kind: 'unknown', after: 60_000 }],
    ['503', answered(503), { kind: 'retry', why: 'maintenance', after: 300_000 }],
    ['504', answered(504), { kind: 'unknown', after: 60_000 }],
    ['a malformed success', answered(200), { kind: 'unknown', after: 60_000 }],
    ['a redirect', answered(307), { kind: 'unknown' }],
    ['no connection', { kind: 'no-connection', correlationId: 'c' }, { kind: 'retry', why: 'transient' }],
    ['silence', { kind: 'silent', correlationId: 'c' }, { kind: 'unknown', after: 300_000 }],
    ['a cut connection', { kind: 'lost', correlationId: 'c' }, { kind: 'unknown', after: 60_000 }],
    ['a foreign address', { kind: 'not-allowed', correlationId: 'c' }, { kind: 'retry', why: 'token' }],
  ] as const)('judges a write that got %s', (_name, sent, expected) => {
    expect(failureOf(sent, write, now)).toMatchObject(expected);
  });

  it.each([
    ['500', answered(500)],
    ['502', answered(502)],
    ['504', answered(504)],
    ['a malformed success', answered(200)],
    ['silence', { kind: 'silent', correlationId: 'c' }],
    ['a cut connection', { kind: 'lost', correlationId: 'c' }],
  ] as const)('repeats a read that got %s', (_name, sent) => {
    expect(failureOf(sent, read, now)).toMatchObject({ kind: 'retry', why: 'transient' });
  });
});

describe('a deactivation that travels alone', () => {
  const deactivation = { ...write, urgent: true };
  const lost = { kind: 'lost', correlationId: 'c' } as const;
  it.each([
    ['500', answered(500), null],
    ['502', answered(502), null],
    ['504', answered(504), null],
    ['408', answered(408), null],
    ['a malformed success', answered(200), null],
    ['a cut connection', lost, null],
    ['500 with Retry-After', answered(500, { retryAfter: '7' }), 7_000],
    ['silence', { kind: 'silent', correlationId: 'c' }, 300_000],
  ] as const)('is made again soon, or when Concur says, after %s', (_name, sent, after) => {
    expect(failureOf(sent, deactivation, now)).toMatchObject({ kind: 'unknown', after });
  });

  it('waits as everything else does while Concur is down for maintenance', () => {
    expect(failureOf(answered(503), deactivation, now)).toMatchObject({ kind: 'retry', after: 300_000 });
  });
});

describe('a refusal', () => {
  const messagesOf = (body: Answered['body'], status = 400) => {
    const failure = failureOf(answered(status, { body }), write, now);
    return failure.kind === 'refused' ? failure : expect.fail(`${failure.kind} is no refusal`);
  };

  it("carries Concur's messages word for word", () => {
    const message = {
      code: 'INVALID_VALUE',
      message: "Invalid 'locale' Size",
      schemaPath: 'urn:x:locale',
      type: 'error',
    };
    expect(messagesOf({ detail: 'other', [ERROR_EXTENSION]: { messages: [message] } }).messages).toEqual([
      message,
    ]);
  });

  it('takes one message that is no list, and a code without words', () => {
    const body = { [ERROR_EXTENSION]: { messages: { code: 'INVALID', type: 'error' } } };
    expect(messagesOf(body).messages).toEqual([
      { code: 'INVALID', message: 'INVALID', schemaPath: null, type: 'error' },
    ]);
  });

  it.each([
    [{ detail: 'No such country' }, 'No such country'],
    [{ detail: 'kept', [ERROR_EXTENSION]: { messages: 'broken' } }, 'kept'],
    [{ detail: { deep: 1 } }, 'Concur refused the request (HTTP 400)'],
    [null, 'Concur refused the request (HTTP 400)'],
    ['text', 'Concur refused the request (HTTP 400)'],
  ])('falls back to the detail, or to the status: %j', (body, message) => {
    expect(messagesOf(body).messages).toEqual([{ code: null, message, schemaPath: null, type: null }]);
  });

  it.each([
    [said('The userName is already in use'), true],
    [{ scimType: 'uniqueness', detail: 'no' }, true],
    [{ scimType: 'invalidValue', detail: 'no' }, false],
  ])('tells uniqueness: %j', (body, uniqueness) => {
    expect(messagesOf(body).uniqueness).toBe(uniqueness);
  });
});
