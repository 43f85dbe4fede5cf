import type { JsonValue } from '../domain/json.ts';
import type { Failure, Retry } from '../domain/outcome.ts';
import type { ConcurMessage } from '../domain/person.ts';
import { isUniqueness, wordless } from '../domain/refusal.ts';
import { concurError, errorAnswer, messagesOf } from './answers.ts';
import type { Answered, Sent } from './transport.ts';

const MINUTE = 60_000;

/** "If the request times out without a response, wait for 5 minutes" (Concur, HTTP Status Codes). */
const SILENCE = 5 * MINUTE;

/** Concur answers within 60 seconds (HTTP Status Codes): after that, a request that was cut off is over. */
const SETTLED = MINUTE;

/** The longest wait that `Retry-After` may ask for, so that a wrong one does not stop a connection for days. */
const LONGEST_WAIT = 60 * MINUTE;

/** What a failed call was about. */
export interface Call {
  /** A write whose answer is lost may have been carried out; a read is simply made again. */
  readonly write: boolean;
  /** The sentence for a 404. */
  readonly missing: string;
  /** A 404 in Concur's own form means that what was asked for is not there; otherwise it passes. */
  readonly canMiss: boolean;
  /** A deactivation that travels alone: flow control does not hold it up, and making it twice does no harm. */
  readonly urgent?: boolean;
}

type Meaning =
  | { readonly kind: 'refused' }
  | { readonly kind: 'missing' }
  | { readonly kind: 'lost'; readonly after: number; readonly message: string }
  | Retry;

interface Row {
  readonly statuses: readonly [first: number, last: number];
  /** What Concur's words must match for the row to apply. */
  readonly words?: RegExp;
  /** Concur's messages must name an attribute for the row to apply. */
  readonly about?: 'attribute';
  readonly means: Meaning;
}

const retry = (why: Retry['why'], after: number | null, message: string): Retry => ({
  kind: 'retry',
  why,
  after,
  message,
});
const lost = (after: number, message: string): Meaning => ({ kind: 'lost', after, message });

/**
 * What an HTTP status of Concur's means; the first row that fits counts. Two kinds of 400 are
 * documented as passing (Concur, HTTP Status Codes). A 500, 502 or 504 does not tell how far the
 * service came, and neither does an answer that is no answer to the request.
 */
export const FAILURES: readonly Row[] = [
  { statuses: [429, 429], means: retry('rate', null, 'Concur asks for fewer requests') },
  {
    statuses: [400, 400],
    words: /request limit|number of requests|too many requests|rate limit/i,
    means: retry('rate', null, 'Concur asks for fewer requests'),
  },
  {
    statuses: [400, 400],
    words: /deadlock/i,
    means: retry('transient', null, 'Concur reported a database deadlock'),
  },
  { statuses: [401, 401], means: retry('token', null, 'Concur did not accept a fresh access token') },
  {
    statuses: [403, 403],
    about: 'attribute',
    means: { kind: 'refused' },
  },
  {
    statuses: [403, 403],
    means: retry('token', null, 'Concur denies access: a scope is missing, or the access was revoked'),
  },
  { statuses: [404, 404], means: { kind: 'missing' } },
  { statuses: [408, 408], means: lost(SETTLED, 'Concur did not receive the request in time') },
  { statuses: [400, 499], means: { kind: 'refused' } },
  { statuses: [503, 503], means: retry('maintenance', 5 * MINUTE, 'Concur is down for maintenance') },
  { statuses: [502, 502], means: lost(SETTLED, 'A gateway of Concur got no usable answer') },
  { statuses: [504, 504], means: lost(SETTLED, 'A gateway of Concur got no answer in time') },
  { statuses: [500, 599], means: lost(SETTLED, 'Concur had an internal error') },
];

/** What any other status means: 2xx with a body that is not what was asked for, and redirects, which are not followed. */
const NOT_UNDERSTOOD: Meaning = lost(SETTLED, 'Concur gave an answer that cannot be understood');

/**
 * Judges a call that did not succeed, or whose success cannot be understood.
 *
 * @param now ms since the epoch, to which a date in `Retry-After` is compared
 */
export function failureOf(sent: Sent, call: Call, now: number): Failure {
  switch (sent.kind) {
    case 'answered':
      return judge(sent, call, now);
    case 'not-allowed':
      return retry('token', null, 'Concur is to be called at an address that is not among the allowed hosts');
    case 'no-connection':
      return retry('transient', null, 'Concur could not be reached');
    case 'silent':
      return lostAnswer(call, SILENCE, 'Concur did not answer in time', SILENCE);
    case 'lost':
      return lostAnswer(call, SETTLED, 'The connection to Concur broke before its answer was complete');
  }
}

/** The wait that `Retry-After` asks for (RFC 9110 §10.2.3: seconds, or a date), in ms; null without one. */
export function retryAfter(header: string | null, now: number): number | null {
  if (header === null) return null;
  const wait = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isNaN(wait) ? null : Math.min(Math.max(wait, 0), LONGEST_WAIT);
}

function judge(answer: Answered, call: Call, now: number): Failure {
  const messages = refusalMessages(answer);
  const words = messages.map(({ code, message }) => `${code ?? ''} ${message}`).join(' ');
  const row = FAILURES.find(
    ({ statuses: [first, last], words: wanted, about }) =>
      first <= answer.status &&
      answer.status <= last &&
      (wanted === undefined || wanted.test(words)) &&
      (about === undefined || messages.some(({ schemaPath }) => schemaPath !== null)),
  );
  const means = row?.means ?? NOT_UNDERSTOOD;
  const asked = retryAfter(answer.retryAfter, now);
  switch (means.kind) {
    case 'refused':
      return { kind: 'refused', messages, uniqueness: isTaken(answer, messages) };
    case 'missing':
      return call.canMiss && isConcurError(answer.body)
        ? { kind: 'missing', message: call.missing }
        : retry('transient', null, call.missing);
    case 'lost':
      return lostAnswer(call, means.after, means.message, asked);
    case 'retry':
      return { ...means, after: asked ?? means.after };
  }
}

/**
 * What a lost answer means. `Retry-After` is followed as it is for a read; what a write did is never looked for
 * before the write is over, or it would be seen as not done and sent a second time. A deactivation may be sent a
 * second time, so that it waits for no more than what Concur asks for.
 *
 * @param asked the wait that Concur asks for, in `Retry-After` or by its rules, in ms
 */
function lostAnswer(
  { write, urgent = false }: Call,
  after: number,
  message: string,
  asked: number | null = null,
): Failure {
  if (!write) return retry('transient', asked ?? after, message);
  return { kind: 'unknown', after: urgent ? asked : Math.max(after, asked ?? 0), message };
}

/** Whether a body is an error of Concur's own services; a gateway's 404 says nothing about a user. */
export function isConcurError(body: JsonValue): boolean {
  return concurError.safeParse(body).success;
}

/** Concur's own words, from its extension of the SCIM error; else the SCIM `detail`. */
function refusalMessages({ body, status }: Answered): readonly ConcurMessage[] {
  const error = errorAnswer.safeParse(body);
  const plain = (message: string): ConcurMessage => ({ code: null, message, schemaPath: null, type: null });
  if (!error.success) return [plain(wordless(status))];
  const messages = messagesOf(error.data).map(concurMessage);
  return messages.length > 0 ? messages : [plain(error.data.detail || wordless(status))];
}

/** A message in our form; Concur requires only its code, so a code stands in for missing words. */
export function concurMessage(from: {
  code?: string | null | undefined;
  message?: string | null | undefined;
  schemaPath?: string | null | undefined;
  type?: string | null | undefined;
}): ConcurMessage {
  return {
    code: from.code ?? null,
    message: from.message || from.code || 'Concur gave no reason',
    schemaPath: from.schemaPath ?? null,
    type: from.type ?? null,
  };
}

/** RFC 7644 §3.12: a value that is taken is refused with 409 or scimType `uniqueness`; Concur also says it in words. */
function isTaken({ status, body }: Answered, messages: readonly ConcurMessage[]): boolean {
  const error = errorAnswer.safeParse(body);
  return status === 409 || (error.success && error.data.scimType === 'uniqueness') || isUniqueness(messages);
}
