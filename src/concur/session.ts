import type { Service } from '../domain/extensions.ts';
import type { JsonValue } from '../domain/json.ts';
import type { Failure } from '../domain/outcome.ts';
import type { Answer } from '../domain/ports.ts';
import { type Call, failureOf } from './failures.ts';
import type { Access, NoAccess, Tokens } from './oauth.ts';
import type { Answered, Sent, Transport } from './transport.ts';

/** A call to one of Concur's services, before it has a base URL and a token. */
export interface ServiceCall extends Call {
  readonly service: Service | 'provisioning';
  readonly method: 'GET' | 'POST' | 'PATCH';
  /** Path and query, beginning with a slash. */
  readonly path: string;
  readonly body?: JsonValue;
  /** A deactivation, which flow control does not hold up. */
  readonly urgent?: boolean;
}

/** Calls Concur with a valid token. */
export interface Session {
  /**
   * Makes the call and lets `read` look at an answer; what `read` does not understand (undefined) is
   * judged by the failure table, as is everything that is no answer.
   */
  call<Success>(call: ServiceCall, read: (answer: Answered) => Success | undefined): Promise<Answer<Success>>;
  /** The scopes of the token; null when Concur did not name any, or there is no token. */
  scopes(): Promise<ReadonlySet<string> | null>;
  /** An id for an answer that needed no call. */
  newId(): string;
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

  async function exchange(call: ServiceCall): Promise<Sent | NoAccess> {
    const access = await tokens.access();
    if (access.kind === 'no-access') return access;
    const first = await sendWith(access, call);
    if (!doubtsToken(first, call)) return first;
    const fresh = await tokens.access(access.token);
    if (fresh.kind === 'no-access') return fresh;
    const second = await sendWith(fresh, call);
    if (statusOf(second) === 403) forbidden.set(call.service, clock() + FORBIDDEN_FOR);
    return second;
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
    const sent = await exchange(wanted);
    if (sent.kind === 'no-access') {
      const { failure, correlationId, httpStatus } = sent;
      return { outcome: failure, correlationId: correlationId ?? newId(), httpStatus };
    }
    const outcome: Success | Failure =
      (sent.kind === 'answered' ? read(sent) : undefined) ?? failureOf(sent, wanted, clock());
    return { outcome, correlationId: sent.correlationId, httpStatus: statusOf(sent) };
  }

  async function scopes(): Promise<ReadonlySet<string> | null> {
    const access = await tokens.access();
    return access.kind === 'access' ? access.scopes : null;
  }

  return { call, scopes, newId };
}

function statusOf(sent: Sent): number | null {
  return sent.kind === 'answered' ? sent.status : null;
}
