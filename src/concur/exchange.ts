import { type Credential, newCredential, type Principal } from '../domain/credential.ts';
import { isAllowedConcurUrl } from '../domain/hosts.ts';
import { type Grant, tokenRequest } from './grant.ts';
import { oauthCode } from './oauth-codes.ts';
import { originOf, tokenGiven } from './token-answer.ts';
import { livesAt, tokenFailure } from './token-refusal.ts';
import type { Sent, Transport } from './transport.ts';

/** What became of an exchange. */
export type Exchanged =
  | {
      readonly kind: 'connected';
      /** What is to be stored. */
      readonly credential: Credential;
      /** The UUID of the company that Concur named; null: it named none, or the token is not a company's. */
      readonly companyId: string | null;
      readonly correlationId: string;
    }
  | {
      readonly kind: 'refused';
      /** Null: Concur gave no code, or the bridge itself will not have it so. */
      readonly code: number | null;
      /** Two whole sentences for an admin: what is wrong, and what to do about it. */
      readonly explanation: string;
      readonly remedy: string;
      /** Whether it passes by itself. */
      readonly passing: boolean;
      readonly httpStatus: number | null;
      readonly correlationId: string;
    }
  | { readonly kind: 'unreachable'; readonly message: string; readonly correlationId: string };

/** The client, and where it asks. */
export interface ExchangeTarget {
  readonly baseUrl: string;
  readonly allowedHosts: readonly string[];
  readonly clientId: string;
  readonly clientSecret: string;
}

/** "Password (credtype = authtoken): Use the GLZ base URI" (Authentication, "Base URIs for Obtaining a Token"). */
const GLOBAL_LANDING_ZONE = 'https://glz.api.concursolutions.com';

/** How often one exchange may be sent on to another data centre. */
const HOPS = 3;

/** The client id is not known at the data centre that was asked. */
const UNKNOWN_CLIENT = 61;

/** Whom a token is for that a grant gives, until Concur says otherwise. */
const PRINCIPALS: Readonly<Record<Grant['kind'], Principal>> = {
  'company request token': 'company',
  'user password': 'user',
  'client credentials': 'application',
  'refresh token': 'company',
};

/**
 * Asks Concur for a first token; nothing is stored. A company request token is shown to SAP's global landing zone
 * first, and to the configured data centre where that does not answer with a token: clients of implementation sites
 * are known there only (Base URIs, "Implementation"). Never rejects for what Concur or the network does.
 */
export async function exchange(
  grant: Grant,
  target: ExchangeTarget,
  { transport, clock }: { transport: Transport; clock: () => number },
): Promise<Exchanged> {
  const home = originOf(target.baseUrl) ?? target.baseUrl;
  const atHome = () => exchangeAt(home, grant, target, transport, clock);
  if (grant.kind !== 'company request token' || !hasLandingZone(home)) return atHome();
  const first = await exchangeAt(GLOBAL_LANDING_ZONE, grant, target, transport, clock);
  if (first.kind === 'connected') return first;
  const second = await atHome();
  return second.kind === 'connected' || knowsClient(second) || !knowsClient(first) ? second : first;
}

async function exchangeAt(
  start: string,
  grant: Grant,
  target: ExchangeTarget,
  transport: Transport,
  clock: () => number,
): Promise<Exchanged> {
  let base = start;
  for (let hops = 0; ; hops += 1) {
    const sent = await transport.send(tokenRequest(base, grant, target));
    const elsewhere = livesAt(sent, target.allowedHosts);
    if (elsewhere === null || elsewhere === base || hops === HOPS)
      return judge(sent, grant, base, target, clock());
    base = elsewhere;
  }
}

function judge(sent: Sent, grant: Grant, base: string, target: ExchangeTarget, now: number): Exchanged {
  const { correlationId } = sent;
  const given = tokenGiven(sent, startOf(grant), base, target.allowedHosts, now);
  if (given === null) return refusal(sent, now);
  const { credential, companyId, isAllowed } = given;
  if (!isAllowed) {
    return ours(
      sent,
      'Concur names a base URL for the company that tokens may not be sent to.',
      "Only SAP Concur's own hosts and those in allowedHosts may get tokens: check baseUrl and allowedHosts.",
    );
  }
  if (credential.refreshToken === null && credential.principal !== 'application') {
    return ours(
      sent,
      'Concur gave out no refresh token: the client may not refresh tokens.',
      oauthCode(107).remedy,
    );
  }
  return { kind: 'connected', credential, companyId, correlationId };
}

function refusal(sent: Sent, now: number): Exchanged {
  const { correlationId } = sent;
  if (sent.kind === 'not-allowed') {
    return ours(
      sent,
      "baseUrl is neither an https address of SAP Concur's own hosts nor among the allowed hosts: nothing was sent.",
      'Set baseUrl to the base URI of the data centre, such as https://us2.api.concursolutions.com.',
    );
  }
  const { kind, code, failure } = tokenFailure(sent, now);
  if (kind === 'unreachable') {
    const message =
      failure.kind === 'refused' ? 'Concur gave no answer that can be understood' : failure.message;
    return { kind, message, correlationId };
  }
  const { meaning: explanation, remedy, passing } = oauthCode(code);
  return { kind: 'refused', code, explanation, remedy, passing, httpStatus: statusOf(sent), correlationId };
}

/** A refusal of the bridge's own. */
function ours(sent: Sent, explanation: string, remedy: string): Exchanged {
  const { correlationId } = sent;
  const httpStatus = statusOf(sent);
  return { kind: 'refused', code: null, explanation, remedy, passing: false, httpStatus, correlationId };
}

function statusOf(sent: Sent): number | null {
  return sent.kind === 'answered' ? sent.status : null;
}

function startOf(grant: Grant): Credential {
  const refreshToken = grant.kind === 'refresh token' ? grant.refreshToken : null;
  return newCredential(PRINCIPALS[grant.kind], refreshToken);
}

/** Not in China, which stands apart, and not for a simulator. */
function hasLandingZone(home: string): boolean {
  return (
    isAllowedConcurUrl(home, []) && home.endsWith('.concursolutions.com') && home !== GLOBAL_LANDING_ZONE
  );
}

/** Of two refusals the one counts that comes from where the client is known. */
function knowsClient(answer: Exchanged): boolean {
  return answer.kind === 'refused' && answer.code !== UNKNOWN_CLIENT;
}
