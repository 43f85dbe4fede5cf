import { isAllowedConcurUrl } from '../domain/hosts.ts';
import type { Failure, Retry } from '../domain/outcome.ts';
import { tokenRefusal } from './answers.ts';
import { failureOf } from './failures.ts';
import { COMPANY_MAINTENANCE, explainCode, LIVES_ELSEWHERE, oauthCode } from './oauth-codes.ts';
import { originOf } from './token-answer.ts';
import type { Sent } from './transport.ts';

/** Why a request for a token gave none: it was refused, or there was no answer that decides anything. */
export interface TokenFailure {
  readonly kind: 'refused' | 'unreachable';
  /** The code of a refusal; null without one. */
  readonly code: number | null;
  readonly failure: Failure;
}

/** A refused credential is not tried again before this, in ms, so that a backlog does not hammer Concur. */
export const PAUSE = 60_000;

/** A request for a token that got no answer is simply made again: the token that is stored is all there is. */
const READ = { write: false, missing: 'Concur does not offer tokens at this address', canMiss: false };

/** Judges a request for a token that gave none (Authentication, "Response Codes"). */
export function tokenFailure(sent: Sent, now: number): TokenFailure {
  const failure = failureOf(sent, READ, now);
  if (sent.kind === 'not-allowed') return { kind: 'refused', code: null, failure };
  if (sent.kind !== 'answered' || sent.status < 400 || sent.status >= 500) return unreachable(failure);
  if (failure.kind === 'retry' && failure.why !== 'token' && sent.status !== 404) return unreachable(failure);
  const code = codeOf(sent);
  if (!oauthCode(code).passing) return { kind: 'refused', code, failure: final(explainCode(code)) };
  const why = code === COMPANY_MAINTENANCE ? 'maintenance' : 'transient';
  return { kind: 'refused', code, failure: { kind: 'retry', why, after: null, message: explainCode(code) } };
}

/** The base URL where the company lives, when the refusal says so and tokens may be sent there; else null. */
export function livesAt(sent: Sent, allowedHosts: readonly string[]): string | null {
  const refusal = tokenRefusal.safeParse(sent.kind === 'answered' && sent.status >= 400 ? sent.body : null);
  if (!refusal.success || refusal.data.code !== LIVES_ELSEWHERE) return null;
  const named = refusal.data.geolocation ? originOf(refusal.data.geolocation) : null;
  return named !== null && isAllowedConcurUrl(named, allowedHosts) ? named : null;
}

/** A refusal that stays until somebody does something about it. */
export function final(message: string): Retry {
  return { kind: 'retry', why: 'token', after: PAUSE, message };
}

function codeOf(sent: Sent): number | null {
  const refusal = tokenRefusal.safeParse(sent.kind === 'answered' ? sent.body : null);
  return refusal.success && refusal.data.code !== 0 ? refusal.data.code : null;
}

function unreachable(failure: Failure): TokenFailure {
  return { kind: 'unreachable', code: null, failure };
}
