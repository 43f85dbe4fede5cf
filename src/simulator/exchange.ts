import type { IncomingHttpHeaders } from 'node:http';
import { isAttributes, type Json } from './attributes.ts';
import { type Answer, errorAnswer, Refusal, refuse } from './errors.ts';
import type { Fault } from './faults.ts';
import type { Tokens } from './oauth.ts';
import { elsewhere, type World } from './world.ts';

/** One request as the routes see it. */
export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly correlationId: string;
  /** The fault that hits this request; the routes look at how long it makes a provisioning request take. */
  readonly fault: Fault | undefined;
  /** One parameter of the path. */
  param(name: string): string;
}

/** A route: what it answers to a request. Throws `Refusal` to end with an error. */
export type Route = (exchange: Exchange) => Answer | Promise<Answer>;

/**
 * The scopes of the caller's token.
 * @param anyOf the token must hold at least one of these scopes
 * Refuses with 401 and 403 as http-status-codes.markdown says: 401 "The Authorization header is not included", 403 "The
 * Oauth token has expired or been revoked" or has no access. "This API supports company-level access tokens." The pages do
 * not say how a person's or an application's token is refused, nor one at a data centre where its company does not live:
 * assumed is what they say of 403, "not been allowed access to the requested company". 503 is "down for maintenance".
 */
export function authorize(
  exchange: Exchange,
  world: World,
  tokens: Tokens,
  ...anyOf: string[]
): ReadonlySet<string> {
  const bearer = /^Bearer (.+)$/i.exec(exchange.headers.authorization ?? '')?.[1];
  const token = bearer === undefined ? undefined : tokens.access.get(bearer);
  if (!token) refuse(401, 'Unauthorized');
  if (token.revoked || token.expires <= world.now())
    refuse(403, 'The access token has expired or been revoked');
  if (token.principal !== 'company') refuse(403, 'A company-level access token is required');
  if (elsewhere(world) !== undefined) refuse(403, 'The company does not live in this data center');
  if (world.company.maintenance) refuse(503, 'The company undergoes scheduled maintenance');
  if (anyOf.length > 0 && !anyOf.some((scope) => token.scopes.has(scope))) {
    refuse(403, `Insufficient scope: ${anyOf.join(' or ')} is required`);
  }
  return token.scopes;
}

/** The JSON of a request's body; refuses what is not JSON. */
export function jsonBody(exchange: Exchange): Json {
  const type = exchange.headers['content-type'] ?? '';
  // "Ex: application/json, application/scim+json" (spend/v4.spend-user-provisioning.md, "Headers")
  if (!/^application\/(scim\+)?json\b/i.test(type)) {
    throw new Refusal(errorAnswer(415, { detail: `Unsupported content type '${type}'` }));
  }
  try {
    return JSON.parse(exchange.body.toString('utf8')) as Json;
  } catch {
    return refuse(400, 'The body is not JSON', 'invalidSyntax');
  }
}

/** Refuses a body whose `schemas` does not name the message that the endpoint takes. */
export function requireSchema(body: Json, urn: string): void {
  const schemas = isAttributes(body) ? body.schemas : undefined;
  if (!Array.isArray(schemas) || !schemas.includes(urn))
    refuse(400, `schemas must name ${urn}`, 'invalidSyntax');
}

/** A whole number of the query within limits, or the default; refuses anything else. */
export function integerParameter(
  exchange: Exchange,
  name: string,
  limits: { least: number; most: number; otherwise: number },
): number {
  const text = exchange.query.get(name);
  if (text === null) return limits.otherwise;
  const value = Number(text);
  if (!Number.isInteger(value) || value < limits.least || value > limits.most) {
    refuse(400, `${name} must be from ${limits.least} to ${limits.most}`, 'invalidValue');
  }
  return value;
}
