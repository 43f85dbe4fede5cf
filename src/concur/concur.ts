import { setTimeout } from 'node:timers/promises';
import type { ConnectionSecrets, ConnectionSettings } from '../domain/connection.ts';
import type { CredentialStore } from '../domain/credential.ts';
import type { Service } from '../domain/extensions.ts';
import { grantedBy } from '../domain/granted.ts';
import type { Log } from '../domain/log.ts';
import type { Answer, Concur, ProfileRead } from '../domain/ports.ts';
import type { AttributeKey } from '../domain/profile.ts';
import { bulkSize } from './encode.ts';
import { withFlowControl } from './flow.ts';
import { deleteUser, findUsers, readIdentity } from './identity.ts';
import { createTokens, type Freshness } from './oauth.ts';
import { requestStatus, sendBulk } from './provisioning-service.ts';
import { readSchemas } from './schemas.ts';
import { createSession, type Session } from './session.ts';
import { readSpend } from './spend.ts';
import { createTransport } from './transport.ts';
import { readTravel } from './travel.ts';
import { writeUser } from './user-write.ts';

/** "The web service should return a response within 60 seconds" (Concur, HTTP Status Codes), in ms. */
const TIMEOUT = 60_000;

/** The client of one connection. */
export interface ConcurClient extends Concur {
  /**
   * Refreshes the credential if nobody did for a day, so that its six months never run out, and takes over
   * the scopes that another process stored; to be called every minute or so. Rejects only when the credential store fails.
   */
  keepFresh(): Promise<Freshness>;
  /** Waits for the calls under way. */
  close(): Promise<void>;
  /** Cuts the calls under way: their outcomes are then unknown. */
  abort(): void;
}

/**
 * Makes the client of one connection to SAP Concur. Its methods resolve to outcomes and reject only
 * when the credential store fails.
 *
 * @param options.scopes those of the stored credential; null, or left out: not known, so everything counts as granted
 * @param options.timeout how long Concur may take for an answer, in ms
 * @param options.monotonic the time by which waits are measured, in ms, which never goes back
 */
export function createConcur(options: {
  settings: ConnectionSettings;
  secrets: ConnectionSecrets;
  credentials: CredentialStore;
  scopes?: readonly string[] | null;
  clock: () => number;
  newId: () => string;
  log: Log;
  timeout?: number;
  monotonic?: () => number;
}): ConcurClient {
  const { settings, secrets, credentials, scopes = null, clock, newId, log, timeout = TIMEOUT } = options;
  const { monotonic = () => performance.now() } = options;
  const wire = createTransport({ allowedHosts: settings.allowedHosts, timeout, newId });
  const transport = withFlowControl(wire, {
    clock,
    monotonic,
    sleep: (ms, signal) => setTimeout(ms, undefined, { signal }),
    newId,
    log,
  });
  const tokens = createTokens({ settings, secrets, credentials, scopes, transport, clock, log });
  const session = createSession({ tokens, transport, clock, newId });
  const granted = () => grantedBy(tokens.scopes(), settings.writeApi);
  return {
    find: (keys) => findUsers(session, keys),
    read: (concurId, services) => readProfile(session, concurId, services, mappedKeys(settings)),
    schemas: async () => {
      // The first token of a connection tells which service it may write to.
      await session.scopes();
      return readSchemas(session, granted().writeApi);
    },
    granted,
    send: async (operation) => {
      // The first token of a connection tells which service it may write to.
      const denied = tokens.scopes() === null ? await session.denied() : null;
      return denied ?? writeUser(session, granted().writeApi, operation);
    },
    delete: (concurId) => deleteUser(session, concurId),
    sendBulk: (operations) => sendBulk(session, operations),
    bulkSize,
    status: (provisionId, wanted) => requestStatus(session, provisionId, wanted),
    pause: (wanted) => transport.pause(wanted === 'deactivation'),
    keepFresh: () => tokens.keepFresh(),
    close: () => transport.close(),
    abort: () => transport.abort(),
  };
}

const READS = { identity: readIdentity, spend: readSpend, travel: readTravel } as const;

/** The keys that the configuration maps by itself. */
function mappedKeys({ mapping: { attributes = [] } }: ConnectionSettings): readonly AttributeKey[] {
  return attributes.flatMap((attribute) => (attribute.kind === 'mapped' ? [attribute.key] : []));
}

/** Reads from several services at once; the first failure is the answer. */
async function readProfile(
  session: Session,
  concurId: string,
  services: readonly Service[],
  mapped: readonly AttributeKey[],
): Promise<Answer<ProfileRead>> {
  const answers = await Promise.all(services.map((service) => READS[service](session, concurId, mapped)));
  const read: Answer<ProfileRead> = {
    outcome: { kind: 'read', profile: {}, unreadable: [] },
    correlationId: session.newId(),
    httpStatus: null,
  };
  return answers.reduce((all, next) => {
    if (all.outcome.kind !== 'read') return all;
    if (next.outcome.kind !== 'read') return next;
    const { profile, unreadable } = all.outcome;
    return {
      ...next,
      outcome: {
        kind: 'read',
        profile: { ...profile, ...next.outcome.profile },
        unreadable: [...unreadable, ...next.outcome.unreadable],
      },
    };
  }, read);
}
