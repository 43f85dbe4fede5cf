import { isAttributes, type Json } from './attributes.ts';
import { type Method, readChanges } from './change.ts';
import { type Answer, errorAnswer, Refusal, refuse } from './errors.ts';
import {
  authorize,
  type Exchange,
  integerParameter,
  jsonBody,
  type Route,
  requireSchema,
} from './exchange.ts';
import { identityRefusal, removeUser, userNotFound } from './identity-answers.ts';
import type { Tokens } from './oauth.ts';
import { newOperation, type Operation } from './operation.ts';
import { IDENTITY_READ_SCOPES, presentIdentity } from './present.ts';
import type { Pace, Provisions } from './provisions.ts';
import { PATCH_OP } from './schemas.ts';
import { presentProvision } from './status.ts';
import { violate, type World } from './world.ts';

const BULK_REQUEST = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
/** "Limited to 100 operations or record size of 400KB per request." */
const MAX_OPERATIONS = 100;
const MAX_BULK_BYTES = 400 * 1024;

/** The routes of the User Provisioning Service below its base path (v4.user-provisioning.md). */
export function provisioningRoutes(
  world: World,
  tokens: Tokens,
  provisions: Provisions,
  pace: Pace,
  pollInterval: number,
): Record<'create' | 'patch' | 'put' | 'remove' | 'bulk' | 'status', Route> {
  const paceOf = ({ fault }: Exchange): Pace => {
    if (fault?.kind === 'stuck') return { ...pace, extensions: undefined };
    if (fault?.kind === 'drop-after' && fault.late !== undefined)
      return { identity: fault.late, extensions: pace.extensions };
    return fault?.kind === 'late' ? { ...pace, extensions: fault.ms } : pace;
  };

  const single = (exchange: Exchange, method: Method, userId: string | undefined): Answer => {
    const scopes = authorize(exchange, world, tokens, 'user.provision.write');
    const body = jsonBody(exchange);
    if (method === 'PATCH') requireSchema(body, PATCH_OP);
    if (userId !== undefined && !world.users.get(userId)) return userNotFound(userId);
    const read = readChanges(method, body);
    if (!read.ok) return errorAnswer(400, { scimType: read.scimType, detail: read.detail });
    const operation = newOperation(0, { method, userId, changes: read.changes });
    const context = { correlationId: exchange.correlationId, scopes, pace: paceOf(exchange) };
    const { provision, outcome } = provisions.single(operation, context);
    if (!outcome.ok) return identityRefusal(outcome);
    const shown = presentIdentity(world, outcome.user, { empty: 'omitted', version: 'v4', scopes: ALL_READ });
    const meta = {
      ...(isAttributes(shown.meta) ? shown.meta : {}),
      provisionId: provision.id,
      statusUrl: statusUrl(world, provision.id),
    };
    if (method === 'POST') return { status: 201, body: { ...shown, meta } };
    // The samples of "Update a user with /Users endpoint" show empty addresses as null.
    return { status: 200, body: { addresses: null, ...shown, meta } };
  };

  return {
    create: (exchange) => single(exchange, 'POST', undefined),
    patch: (exchange) => single(exchange, 'PATCH', exchange.param('id')),
    put(exchange) {
      // "Never": "Reissuing PUT overwrites the user and removes all previous edits" ("Operations Best Practices").
      violate(world, 'put-used', exchange.path);
      return single(exchange, 'PUT', exchange.param('id'));
    },
    remove: (exchange) => removeUser(exchange, world, tokens),
    bulk(exchange) {
      const scopes = authorize(exchange, world, tokens, 'user.provision.write');
      if (exchange.body.length > MAX_BULK_BYTES) {
        violate(world, 'bulk-too-large', `${exchange.body.length} bytes`);
        refuse(413, 'A bulk request is limited to 400 KB');
      }
      const body = jsonBody(exchange);
      requireSchema(body, BULK_REQUEST);
      const operations = readBulk(world, body);
      const failOnErrors =
        isAttributes(body) && typeof body.failOnErrors === 'number' ? body.failOnErrors : 0;
      const context = { correlationId: exchange.correlationId, scopes, pace: paceOf(exchange), failOnErrors };
      const provision = provisions.bulk(operations, context);
      return { status: 202, body: presentProvision(world, provision) };
    },
    status(exchange) {
      authorize(exchange, world, tokens, 'user.provision.read');
      const id = exchange.param('id');
      const provision = provisions.get(id) ?? refuse(404, `Provision '${id}' not found`);
      const wait =
        provision.lastPending === undefined ? 0 : provision.lastPending + pollInterval - world.now();
      // "Use intervals of 5+ seconds with exponential backoff."
      if (wait > 0 && provision.completed === undefined) {
        violate(world, 'polled-too-early', `${wait} ms before the interval of ${pollInterval} ms was over`);
        const headers = { 'Retry-After': String(Math.ceil(wait / 1000)) };
        throw new Refusal(errorAnswer(429, { detail: 'Too many requests', headers }));
      }
      provision.lastPending = provision.completed === undefined ? world.now() : undefined;
      if (exchange.query.get('attributes') !== 'operations')
        return { status: 200, body: presentProvision(world, provision) };
      const state = exchange.query.get('state');
      if (state !== null && state !== 'pending' && state !== 'success' && state !== 'failed') {
        refuse(400, 'state must be pending, success or failed', 'invalidValue');
      }
      const startIndex = integerParameter(exchange, 'startIndex', {
        least: 1,
        most: 1_000_000,
        otherwise: 1,
      });
      const count = integerParameter(exchange, 'count', { least: 0, most: MAX_OPERATIONS, otherwise: 50 });
      return { status: 200, body: presentProvision(world, provision, { startIndex, count, state }) };
    },
  };
}

/** What a write answers with does not depend on the caller's read scopes. */
const ALL_READ: ReadonlySet<string> = new Set(IDENTITY_READ_SCOPES);

function statusUrl(world: World, id: string): string {
  return `${world.baseUrl()}/profile/v4/provisions/${id}/status`;
}

// "Bulk Request": the method, `bulkId` "Required for POST … unique within a bulk request", the path and the data.
function readBulk(world: World, body: Json): Operation[] {
  const list = isAttributes(body) ? body.Operations : undefined;
  if (!Array.isArray(list) || list.length === 0) refuse(400, 'Operations is missing', 'invalidSyntax');
  if (list.length > MAX_OPERATIONS) {
    violate(world, 'bulk-too-large', `${list.length} operations`);
    refuse(413, 'A bulk request is limited to 100 operations', 'tooMany');
  }
  const bulkIds = new Set<string>();
  return list.map((entry, index) => {
    if (!isAttributes(entry)) refuse(400, 'An operation is not an object', 'invalidSyntax');
    const { method, path, bulkId, data } = entry;
    if (method !== 'POST' && method !== 'PUT' && method !== 'PATCH' && method !== 'DELETE') {
      refuse(400, `Unknown method '${String(method)}'`, 'invalidSyntax');
    }
    if (method === 'PUT') violate(world, 'put-used', String(path));
    if (bulkId !== undefined && typeof bulkId !== 'string')
      refuse(400, 'bulkId must be a string', 'invalidSyntax');
    if (method === 'POST' && !bulkId) refuse(400, 'bulkId is required for POST', 'invalidSyntax');
    if (bulkId !== undefined && bulkIds.has(bulkId))
      refuse(400, `bulkId '${bulkId}' is used twice`, 'invalidSyntax');
    if (bulkId !== undefined) bulkIds.add(bulkId);
    const parts = /^\/Users(?:\/([^/]+))?\/?$/.exec(String(path));
    const userId = parts?.[1];
    if (!parts || (method === 'POST') !== (userId === undefined))
      refuse(400, `Invalid path '${String(path)}'`, 'invalidPath');
    const read = readChanges(method, data);
    if (!read.ok) refuse(400, `Operation ${index + 1}: ${read.detail}`, read.scimType);
    // "the SAP Concur platform UUID within the ID attribute and path must be included within the data" ("PUT").
    if (method === 'PUT' && (!isAttributes(data) || data.id !== userId))
      refuse(400, 'data.id must be the id of the path', 'invalidValue');
    return newOperation(index, { method, userId, changes: read.changes, bulkId });
  });
}
