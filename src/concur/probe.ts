import type { ConnectionSecrets, ConnectionSettings } from '../domain/connection.ts';
import type { Credential, CredentialStore } from '../domain/credential.ts';
import { type Granted, grantedBy, type WriteApi } from '../domain/granted.ts';
import { isJsonObject } from '../domain/json.ts';
import type { LearnedSchemas } from '../domain/learned-schemas.ts';
import type { Log } from '../domain/log.ts';
import type { Answer, SchemasRead } from '../domain/ports.ts';
import { messageOf } from '../domain/refusal.ts';
import { findUsers } from './identity.ts';
import { createTokens } from './oauth.ts';
import { oauthCode } from './oauth-codes.ts';
import { readSchemas } from './schemas.ts';
import { createSession } from './session.ts';
import { createTransport } from './transport.ts';

/** What became of a refresh. */
export type TokenFound =
  | {
      readonly kind: 'given';
      /** As it is stored now. */
      readonly credential: Credential;
      readonly granted: Granted;
    }
  | {
      readonly kind: 'refused';
      /** Null: Concur gave no code, or the bridge itself will not have it so. */
      readonly code: number | null;
      /** What is wrong, in a whole sentence. */
      readonly explanation: string;
      /** What to do about it; null where the explanation says it. */
      readonly remedy: string | null;
      /** Whether it passes by itself. */
      readonly passing: boolean;
      readonly httpStatus: number | null;
      readonly correlationId: string | null;
    }
  | { readonly kind: 'unreachable'; readonly message: string; readonly correlationId: string | null }
  | { readonly kind: 'not connected' };

/** What a service answered. */
export interface ServiceFound {
  readonly ok: boolean;
  readonly httpStatus: number | null;
  /** Why it is not as it should be, for an admin; null when it is. */
  readonly message: string | null;
  readonly correlationId: string;
}

/**
 * Steps of a checklist: each reads one thing, changes nothing in Concur, and rejects only when the credential store
 * fails.
 */
export interface Probe {
  /** Asks for an access token; what Concur rotates is stored, as it must be. */
  token(): Promise<TokenFound>;
  /** Reads what a service says of itself (RFC 7644 §4). */
  discovery(api: WriteApi): Promise<ServiceFound>;
  /** Reads what Concur itself says of the attributes that its users have. */
  schemas(api: WriteApi): Promise<ServiceFound & { readonly schemas: LearnedSchemas | null }>;
  /** Searches Identity for somebody who does not exist, as before every create: proves the scopes for reading. */
  search(): Promise<ServiceFound>;
  close(): Promise<void>;
}

/** "The web service should return a response within 60 seconds" (Concur, HTTP Status Codes); nobody watches that long. */
const TIMEOUT = 30_000;

const BASES: Readonly<Record<WriteApi, string>> = {
  provisioning: '/profile/v4',
  identity: '/profile/identity/v4.1',
};

const NAMES: Readonly<Record<WriteApi, string>> = {
  provisioning: 'User Provisioning Service',
  identity: 'Identity service',
};

/** RFC 2606 §2: a name under `.invalid` is nobody's. */
const NOBODY = { userName: 'doctor@concur-scim-bridge.invalid', externalId: null, employeeNumber: null };

/**
 * Makes the probe of one connection, without flow control: one call after the other, each by hand.
 *
 * @param options.timeout how long Concur may take for an answer, in ms
 */
export function createProbe(options: {
  settings: ConnectionSettings;
  secrets: ConnectionSecrets;
  credentials: CredentialStore;
  clock: () => number;
  newId: () => string;
  log: Log;
  timeout?: number;
}): Probe {
  const { settings, secrets, credentials, clock, newId, log, timeout = TIMEOUT } = options;
  const transport = createTransport({ allowedHosts: settings.allowedHosts, timeout, newId });
  const tokens = createTokens({ settings, secrets, credentials, scopes: null, transport, clock, log });
  const session = createSession({ tokens, transport, clock, newId });

  async function token(): Promise<TokenFound> {
    const access = await tokens.access();
    if (access.kind === 'access') {
      const credential = await credentials.read();
      if (credential === null) return { kind: 'not connected' };
      return { kind: 'given', credential, granted: grantedBy(access.scopes, settings.writeApi) };
    }
    const { reason, code, failure, httpStatus, correlationId } = access;
    const message = failure.kind === 'refused' ? messageOf(failure) : failure.message;
    switch (reason) {
      case 'not connected':
        return { kind: reason };
      case 'unreachable':
        return { kind: reason, message, correlationId };
      case 'refused': {
        const { meaning, remedy, passing } = oauthCode(code);
        const words =
          code === null ? { explanation: message, remedy: null } : { explanation: meaning, remedy };
        return { kind: reason, code, ...words, passing, httpStatus, correlationId };
      }
    }
  }

  return {
    token,
    discovery: async (api) => {
      const answer = await session.call<{ readonly kind: 'found' }>(
        {
          service: api,
          method: 'GET',
          path: `${BASES[api]}/ServiceProviderConfig`,
          write: false,
          missing: `Concur does not offer the ${NAMES[api]} at this address`,
          canMiss: false,
        },
        ({ status, body }) => (status === 200 && isJsonObject(body) ? { kind: 'found' } : undefined),
      );
      return serviceFound(answer);
    },
    schemas: async (api) => {
      const answer = await readSchemas(session, api);
      const { outcome } = answer;
      return { ...serviceFound(answer), schemas: outcome.kind === 'schemas' ? outcome.schemas : null };
    },
    search: async () => serviceFound(await findUsers(session, [NOBODY])),
    close: () => transport.close(),
  };
}

function serviceFound({
  outcome,
  httpStatus,
  correlationId,
}: Answer<{ readonly kind: 'found' } | SchemasRead>): ServiceFound {
  if (outcome.kind === 'found' || outcome.kind === 'schemas')
    return { ok: true, httpStatus, message: null, correlationId };
  const message = outcome.kind === 'refused' ? messageOf(outcome) : outcome.message;
  return { ok: false, httpStatus, message, correlationId };
}
