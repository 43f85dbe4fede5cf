import type { Router } from 'express';
import { isAttributes, type Json } from './attributes.ts';
import type { Company } from './company.ts';
import type { Simulator } from './simulator.ts';
import { isTokenErrorCode } from './token-errors.ts';

type Check = (value: Json) => boolean;
const text: Check = (value) => typeof value === 'string' && value !== '';
const texts: Check = (value) => Array.isArray(value) && value.every(text);
const flag: Check = (value) => typeof value === 'boolean';
const baseUri: Check = (value) => value === null || (typeof value === 'string' && URL.canParse(value));

/** As `NewerSchemas`; the definitions in it are the test's business. */
const newerSchemas: Check = (value) =>
  isAttributes(value) &&
  isAttributes(value.attributes) &&
  Object.values(value.attributes).every(isAttributes) &&
  isAttributes(value.canonicalValues) &&
  Object.values(value.canonicalValues).every(texts) &&
  texts(value.calledRequired ?? null);

/** What of the company can be changed from outside; null takes away what need not be there. */
const CHANGES: Partial<Record<keyof Company, Check>> = {
  clientId: text,
  clientSecret: text,
  scopes: texts,
  grants: texts,
  geolocation: baseUri,
  livesAt: baseUri,
  maintenance: flag,
  provisioningOffered: flag,
  newerSchemas,
  tokenRefusal: (value) => value === null || (typeof value === 'number' && isTokenErrorCode(value)),
};

/**
 * Adds the routes that change, while the simulator runs, how the company is set up in Concur:
 * - `GET`, `PATCH /company`: the company; an access token that was given out keeps its scopes;
 * - `DELETE /tokens/access`, `DELETE /tokens/refresh`: every token of the kind is revoked;
 * - `DELETE /tokens/request`: the company request token expires; `POST` gives out another;
 * - `PATCH /clock` `{dateSkew}`: the `Date` header goes wrong by so many milliseconds.
 */
export function setupRoutes(
  router: Router,
  simulator: Pick<Simulator, 'company' | 'state' | 'dateSkew'>,
): void {
  const { company, state } = simulator;
  router.get('/company', (_request, response) => {
    response.json(company);
  });
  router.patch('/company', (request, response) => {
    const changes: Json | undefined = request.body;
    const wrong = isAttributes(changes) ? wrongChange(changes) : 'the body';
    if (wrong !== undefined) {
      response.status(400).json({ error: `${wrong} cannot be changed so` });
      return;
    }
    Object.assign(company, changes);
    response.json(company);
  });
  router.patch('/clock', (request, response) => {
    const changes: Json | undefined = request.body;
    const dateSkew = isAttributes(changes) ? changes.dateSkew : undefined;
    if (typeof dateSkew !== 'number' || !Number.isSafeInteger(dateSkew)) {
      response.status(400).json({ error: 'dateSkew must be whole milliseconds' });
      return;
    }
    simulator.dateSkew = dateSkew;
    response.json({ dateSkew });
  });
  for (const kind of ['access', 'refresh'] as const) {
    router.delete(`/tokens/${kind}`, (_request, response) => {
      state.tokens.revoke(kind);
      response.status(204).end();
    });
  }
  router
    .route('/tokens/request')
    .delete((_request, response) => {
      state.tokens.expireRequestToken();
      response.status(204).end();
    })
    .post((_request, response) => {
      response.status(201).json({ requestToken: state.tokens.renewRequestToken() });
    });
}

function wrongChange(changes: Record<string, Json>): string | undefined {
  const checks = new Map<string, Check>(Object.entries(CHANGES));
  return Object.entries(changes).find(([name, value]) => checks.get(name)?.(value) !== true)?.[0];
}
