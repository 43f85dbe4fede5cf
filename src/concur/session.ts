import type { Service } from '../domain/extensions.ts';
import type { JsonValue } from '../domain/json.ts';
import type { Failure } from '../domain/outcome.ts';
import type { Answer } from '../domain/ports.ts';
import { type Call, failureOf } from './failures.ts';
import { type Access, NO_COMPANY, type NoAccess, type Tokens } from './oauth.ts';
import type { Answered, Sent, Transport } from './transport.ts';

/** A call to one of Concur's services, before it has a base URL and a token. */
export interface ServiceCall extends Call {
  readonly service: Service | 'provisioning';
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Path and query, beginning with a slash. */
  readonly path: string;
  readonly body?: JsonValue;
}

/** Calls Concur with a valid token. */
export interface Session {
  /**
   * Makes the call and lets `read` look at an answer; what `read` does not understand (undefined) is
   * judged by the failure table, as is everything that is no answer.
   */
  call<Success>(call: ServiceCall, read: (answer: Answered) => Success | undefined): Promise<Answer<Success>>;
  /** The answer of a call that cannot be made, for want of a token; null when there is one. */
  denied(): Promise<Answer<never> | null>;
  /** The scopes of the token; null when Concur did not name any, or there is no token. */
  scopes(): Promise<ReadonlySet<string> | null>;
  /** An id for an answer that needed no call. */
  newId(): string;
}

/** What was sent last, and with which token. */
interface Exchange {
  readonly kind: 'sent';
  readonly sent: Sent;
  readonly access: Access;
}

/** For how long a 403 that a fresh token did not cure is believed without asking for another token, in ms. */
const FORBIDDEN_FOR = 5 * 60_000;

/** Makes the session of a connection. */
export function createSession(options: {
  tokens: Tokens;
  transport: Transport;
  clock: () => number;
  newId: () => string;
}): Session {
  const { tokens, transport, clock, newId } = options;
  const forbidden = new Map<string, number>();

  async function exchange(call: ServiceCall): Promise<Exchange | NoAccess> {
    const access = await tokens.access();
    if (access.kind === 'no-access') return access;
    const first = await sendWith(access, call);
    if (!doubtsToken(first, call)) return { kind: 'sent', sent: first, access };
    const fresh = await tokens.access(access.token);
    if (fresh.kind === 'no-access') return fresh;
    const second = await sendWith(fresh, call);
    if (statusOf(second) === 403) forbidden.set(call.service, clock() + FORBIDDEN_FOR);
    return { kind: 'sent', sent: second, access: fresh };
  }

  /**
   * 401 is a bad token; 403 is an expired or revoked one, or a missing scope (HTTP Status Codes), so a
   * fresh token is worth one try, but not one for every person while a scope stays missing.
   */
  function doubtsToken(sent: Sent, { service }: ServiceCall): boolean {
    const status = statusOf(sent);
    return status === 401 || (status === 403 && clock() >= (forbidden.get(service) ?? 0));
  }

  function sendWith({ token, base }: Access, { method, path, body, urgent }: ServiceCall): Promise<Sent> {
    return transport.send({
      method,
      url: `${base}${path}`,
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { body: { type: 'application/json', text: JSON.stringify(body) } }),
      ...(urgent === undefined ? {} : { urgent }),
    });
  }

  async function call<Success>(
    wanted: ServiceCall,
    read: (answer: Answered) => Success | undefined,
  ): Promise<Answer<Success>> {
    const exchanged = await exchange(wanted);
    if (exchanged.kind === 'no-access') return denial(exchanged);
    const { sent, access } = exchanged;
    const outcome: Success | Failure =
      (sent.kind === 'answered' ? read(sent) : undefined) ??
      explained(failureOf(sent, wanted, clock()), sent, access);
    return { outcome, correlationId: sent.correlationId, httpStatus: statusOf(sent) };
  }

  function denial({ failure, correlationId, httpStatus }: NoAccess): Answer<never> {
    return { outcome: failure, correlationId: correlationId ?? newId(), httpStatus };
  }

  async function denied(): Promise<Answer<never> | null> {
    const access = await tokens.access();
    return access.kind === 'no-access' ? denial(access) : null;
  }

  async function scopes(): Promise<ReadonlySet<string> | null> {
    const access = await tokens.access();
    return access.kind === 'access' ? access.scopes : null;
  }

  return { call, denied, scopes, newId };
}

/**
 * "This API supports company-level access tokens" (User Provisioning): a denial that meets another token is no
 * matter of its scopes.
 */
function explained(failure: Failure, sent: Sent, { principal }: Access): Failure {
  const isDenied = failure.kind === 'retry' && [401, 403].includes(statusOf(sent) ?? 0);
  return isDenied && principal !== 'company' ? { ...failure, message: NO_COMPANY } : failure;
}

function statusOf(sent: Sent): number | null {
  return sent.kind === 'answered' ? sent.status : null;
}
