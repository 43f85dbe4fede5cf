import { setTimeout } from 'node:timers/promises';
import type { ConnectionSecrets, ConnectionSettings } from '../domain/connection.ts';
import type { Service } from '../domain/extensions.ts';
import type { Log } from '../domain/log.ts';
import type { Answer, Concur, ProfileRead } from '../domain/ports.ts';
import { bulkSize } from './encode.ts';
import { withFlowControl } from './flow.ts';
import { findUsers, readIdentity } from './identity.ts';
import { type CredentialStore, createTokens } from './oauth.ts';
import { requestStatus, sendBulk, sendOperation } from './provisioning-service.ts';
import { createSession, type Session } from './session.ts';
import { readSpend } from './spend.ts';
import { createTransport } from './transport.ts';
import { readTravel } from './travel.ts';

/** "The web service should return a response within 60 seconds" (Concur, HTTP Status Codes), in ms. */
const TIMEOUT = 60_000;

/** The client of one connection. */
export interface ConcurClient extends Concur {
  /** Waits for the calls under way. */
  close(): Promise<void>;
  /** Cuts the calls under way: their outcomes are then unknown. */
  abort(): void;
}

/**
 * Makes the client of one connection to SAP Concur. Its methods resolve to outcomes and reject only
 * when the credential store fails.
 *
 * @param options.timeout how long Concur may take for an answer, in ms
 */
export function createConcur(options: {
  settings: ConnectionSettings;
  secrets: ConnectionSecrets;
  credentials: CredentialStore;
  clock: () => number;
  newId: () => string;
  log: Log;
  timeout?: number;
}): ConcurClient {
  const { settings, secrets, credentials, clock, newId, log, timeout = TIMEOUT } = options;
  const wire = createTransport({ allowedHosts: settings.allowedHosts, timeout, newId });
  const transport = withFlowControl(wire, { clock, sleep: setTimeout, newId });
  const tokens = createTokens({ settings, secrets, credentials, transport, clock, log });
  const session = createSession({ tokens, transport, clock, newId });
  return {
    find: (keys) => findUsers(session, keys),
    read: (concurId, services) => readProfile(session, concurId, services),
    send: (operation) => sendOperation(session, operation),
    sendBulk: (operations) => sendBulk(session, operations),
    bulkSize,
    status: (provisionId) => requestStatus(session, provisionId),
    pause: (wanted) => transport.pause(wanted === 'deactivation'),
    close: () => transport.close(),
    abort: () => transport.abort(),
  };
}

const READS = { identity: readIdentity, spend: readSpend, travel: readTravel } as const;

/** Reads from several services at once; the first failure is the answer. */
async function readProfile(
  session: Session,
  concurId: string,
  services: readonly Service[],
): Promise<Answer<ProfileRead>> {
  const answers = await Promise.all(services.map((service) => READS[service](session, concurId)));
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
