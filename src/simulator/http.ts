import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import { controlRouter } from './control.ts';
import {
  identityConfig,
  provisioningConfig,
  resourceTypes,
  schemaList,
  schemaResource,
} from './discovery.ts';
import { type Answer, errorAnswer, Refusal } from './errors.ts';
import { authorize, type Exchange, type Route } from './exchange.ts';
import type { Fault, FaultRules } from './faults.ts';
import { identityRoutes } from './identity-routes.ts';
import { type Tokens, unsupportedFormat } from './oauth.ts';
import { provisioningRoutes } from './provisioning-routes.ts';
import type { Pace, Provisions } from './provisions.ts';
import type { Simulator } from './simulator.ts';
import { spendRoutes } from './spend-routes.ts';
import { travelRoutes } from './travel-routes.ts';
import { violate, type World } from './world.ts';

/** One request that arrived, for tests to look at. */
export interface LoggedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The JSON of the body, or its text when it is not JSON. */
  readonly body: unknown;
  readonly at: number;
  /** The status answered; 0 when the connection was cut or nothing was answered. */
  status: number;
}

interface Parts {
  readonly world: World;
  readonly tokens: Tokens;
  readonly provisions: Provisions;
  readonly rules: FaultRules;
  readonly simulator: Omit<Simulator, 'url' | 'close' | 'deliverEvents'>;
  readonly pace: Pace;
  readonly pollInterval: number;
}

const MAX_LOGGED = 5000;

/** Builds the HTTP application: the rules for every request, then Concur's routes and the simulator's own. */
export function createApplication(parts: Parts): Express {
  const { world, tokens, provisions, pace, pollInterval, simulator } = parts;
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use((_request, response, next) => {
    // RFC 9110 section 6.6.1: an origin server with a clock sends Date.
    response.set('Date', new Date(world.now() + world.dateSkew).toUTCString());
    next();
  });
  app.use('/simulator', controlRouter(simulator));
  app.use(express.raw({ type: () => true, limit: '10mb' }));

  const route = (method: 'get' | 'post' | 'put' | 'patch' | 'delete', path: string, handler: Route): void => {
    app[method](path, (request, response) => serve(parts, request, response, handler));
  };

  route('post', '/oauth2/v0/token', (exchange) => {
    const type = exchange.headers['content-type'] ?? '';
    if (!/^application\/x-www-form-urlencoded\b/i.test(type)) return unsupportedFormat();
    return tokens.grant(new URLSearchParams(exchange.body.toString('utf8')));
  });

  const provisioning = provisioningRoutes(world, tokens, provisions, pace, pollInterval);
  // The service answers under both names.
  for (const base of ['/profile/v4', '/provisioning/v4']) {
    route('post', `${base}/Users`, provisioning.create);
    route('patch', `${base}/Users/:id`, provisioning.patch);
    route('put', `${base}/Users/:id`, provisioning.put);
    route('delete', `${base}/Users/:id`, provisioning.remove);
    route('post', `${base}/Bulk`, provisioning.bulk);
    route('get', `${base}/provisions/:id/status`, provisioning.status);
    discoveryRoutes(base, ['identity', 'spend', 'travel'], provisioningConfig, 'user.provision.read');
  }

  const identity = identityRoutes(world, tokens);
  const identityBase = '/profile/identity/v4.1';
  route('get', `${identityBase}/Users`, identity.list);
  route('post', `${identityBase}/Users/.search`, identity.search);
  route('post', `${identityBase}/Users`, identity.create);
  route('get', `${identityBase}/Users/:id`, identity.get);
  route('patch', `${identityBase}/Users/:id`, identity.patch);
  route('put', `${identityBase}/Users/:id`, identity.put);
  route('delete', `${identityBase}/Users/:id`, identity.remove);
  discoveryRoutes(identityBase, ['identity'], identityConfig);

  const spend = spendRoutes(world, tokens);
  route('get', '/profile/spend/v4.1/Users', spend.list);
  route('get', '/profile/spend/v4.1/Users/:id', spend.get);
  route('get', '/profile/travel/v4/Users/:id', travelRoutes(world, tokens).get);

  app.use((request, response) =>
    serve(parts, request, response, () => errorAnswer(404, { detail: 'Not found' })),
  );
  app.use((error: unknown, _request: Request, response: Response, _next: NextFunction) => {
    // What express itself refuses: a body beyond the limit, one that cannot be decompressed, a path that cannot be decoded.
    const status =
      typeof error === 'object' && error !== null && 'status' in error ? Number(error.status) : 500;
    response.status(status).json(errorAnswer(status, { detail: 'The request cannot be read' }).body);
  });
  return app;

  function discoveryRoutes(
    base: string,
    services: readonly string[],
    config: () => unknown,
    ...scopes: string[]
  ): void {
    const guarded =
      (answer: (exchange: Exchange) => Answer): Route =>
      (exchange) => {
        authorize(exchange, world, tokens, ...scopes);
        return answer(exchange);
      };
    const here = (): string => `${world.baseUrl()}${base}`;
    route(
      'get',
      `${base}/Schemas`,
      guarded(() => ({ status: 200, body: schemaList(services, here(), world.company) })),
    );
    route(
      'get',
      `${base}/Schemas/:id`,
      guarded((exchange) => {
        const schema = schemaResource(exchange.param('id'), services, here(), world.company);
        return schema ? { status: 200, body: schema } : errorAnswer(404, { detail: 'Not found' });
      }),
    );
    route(
      'get',
      `${base}/ResourceTypes`,
      guarded(() => ({ status: 200, body: resourceTypes(services, here()) })),
    );
    route(
      'get',
      `${base}/ServiceProviderConfig`,
      guarded(() => ({ status: 200, body: config() })),
    );
  }
}

/** Serves one request: logs it, lets the fault that hits it happen, checks what holds for every request, answers. */
async function serve(parts: Parts, request: Request, response: Response, route: Route): Promise<void> {
  const { world, provisions, rules, simulator } = parts;
  const logged = logRequest(world, simulator.requests, request);
  const fault = rules.take(request.method, request.path);
  if (fault?.kind === 'hang') {
    if (fault.ms !== undefined) setTimeout(() => request.socket.destroy(), fault.ms).unref();
    return;
  }
  if (fault?.kind === 'drop-before') {
    request.socket.destroy();
    return;
  }
  if (fault?.kind === 'delay') await new Promise((resolve) => setTimeout(resolve, fault.ms));

  // Concur echoes the caller's correlation id, or makes one up (authentication/apidoc.markdown, "Troubleshooting").
  const correlationId = request.get('concur-correlationid') ?? world.newId();
  const exchange: Exchange = {
    method: request.method,
    path: request.path,
    query: new URL(request.originalUrl, 'http://simulator').searchParams,
    headers: request.headers,
    body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
    correlationId,
    fault,
    param: (name) => String(request.params[name] ?? ''),
  };
  provisions.settle();
  const answer = await answerTo(world, exchange, route);
  if (fault?.kind === 'drop-after') {
    request.socket.destroy();
    return;
  }
  const whole = answer.body === undefined ? '' : JSON.stringify(answer.body);
  const text = fault?.kind === 'malformed' ? malformed(whole, fault.as) : whole;
  logged.status = answer.status;
  response
    .status(answer.status)
    .set('concur-correlationid', correlationId)
    .set(answer.headers ?? {});
  if (text !== '')
    response.set('Content-Type', 'application/json').set('Content-Length', String(Buffer.byteLength(text)));
  response.end(text);
}

async function answerTo(world: World, exchange: Exchange, route: Route): Promise<Answer> {
  if (exchange.fault?.kind === 'status') return faultAnswer(exchange.fault);
  const refused = checkOffered(world, exchange) ?? checkTransfer(world, exchange);
  if (refused) return refused;
  try {
    return await route(exchange);
  } catch (error) {
    if (error instanceof Refusal) return error.answer;
    throw error;
  }
}

function malformed(text: string, as: Extract<Fault, { kind: 'malformed' }>['as'] = 'no-json'): string {
  switch (as) {
    case 'no-json':
      return '<html>{"unfinished": ';
    case 'cut':
      return text.slice(0, Math.floor(text.length / 2));
    case 'empty':
      return '';
  }
}

function faultAnswer({ status, retryAfter, body }: Extract<Fault, { kind: 'status' }>): Answer {
  const headers = retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) };
  return body === undefined
    ? errorAnswer(status, { detail: `Simulated ${status}`, headers })
    : { status, body, headers };
}

// What a data centre answers for a service that it does not have is not documented: a gateway's 404 is assumed, not in
// Concur's own error form.
function checkOffered({ company }: World, { path }: Exchange): Answer | undefined {
  if (company.provisioningOffered || !/^\/(profile|provisioning)\/v4\//.test(path)) return undefined;
  return { status: 404, body: { message: 'no Route matched with those values' } };
}

// http-status-codes.markdown, 400: "Concur does not support Chunked Transfer-Encoding." So every body has its length.
function checkTransfer(world: World, { method, path, headers }: Exchange): Answer | undefined {
  if (headers['transfer-encoding'] !== undefined) {
    violate(world, 'chunked-body', `${method} ${path}`);
    return errorAnswer(411, { detail: 'Chunked Transfer-Encoding is not supported' });
  }
  if (method !== 'GET' && method !== 'DELETE' && headers['content-length'] === undefined) {
    violate(world, 'content-length-missing', `${method} ${path}`);
    return errorAnswer(411, { detail: 'Content-Length is required' });
  }
  return undefined;
}

function logRequest(world: World, requests: LoggedRequest[], request: Request): LoggedRequest {
  const text = Buffer.isBuffer(request.body) ? request.body.toString('utf8') : '';
  const logged: LoggedRequest = {
    method: request.method,
    path: request.path,
    query: new URL(request.originalUrl, 'http://simulator').search.slice(1),
    headers: request.headers,
    body: parsed(text),
    at: world.now(),
    status: 0,
  };
  requests.push(logged);
  if (requests.length > MAX_LOGGED) requests.shift();
  return logged;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
