import { type Attributes, isAttributes, type Json } from './attributes.ts';
import { type Method, readChanges } from './change.ts';
import { type Answer, errorAnswer, refuse } from './errors.ts';
import {
  authorize,
  type Exchange,
  integerParameter,
  jsonBody,
  type Route,
  requireSchema,
} from './exchange.ts';
import { type Filter, matches, parseFilter, pathsOf, valuesAt } from './filter.ts';
import { writeIdentity } from './identity.ts';
import { identityRefusal, removeUser, userNotFound } from './identity-answers.ts';
import type { Tokens } from './oauth.ts';
import { IDENTITY_READ_SCOPES, presentIdentity } from './present.ts';
import { CORE, ENTERPRISE, LIST_RESPONSE, PATCH_OP, SAP, SCHEMAS } from './schemas.ts';
import type { User } from './users.ts';
import { violate, type World } from './world.ts';

const SEARCH_REQUEST = 'urn:ietf:params:scim:api:messages:concur:2.0:SearchRequest';
const WRITE_SCOPES = [
  'identity.user.coreenterprise.writeonly',
  'identity.user.externalID.writeonly',
  'identity.user.sap.writeonly',
];
/** "Maximum count: 1000. Default: 100" */
const COUNT = { least: 1, most: 1000, otherwise: 100 };

/** The routes of the Identity service v4.1 below its base path (profile/v4.1.identity.md, identity-search.md). */
export function identityRoutes(
  world: World,
  tokens: Tokens,
): Record<'list' | 'search' | 'get' | 'create' | 'patch' | 'put' | 'remove', Route> {
  const write = (exchange: Exchange, method: Method, userId: string | undefined): Answer => {
    const scopes = authorize(exchange, world, tokens, ...WRITE_SCOPES);
    const body = jsonBody(exchange);
    if (method === 'PATCH') requireSchema(body, PATCH_OP);
    const read = readChanges(method, body);
    if (!read.ok) return errorAnswer(400, { scimType: read.scimType, detail: read.detail });
    // "Identity API only supports the provisioning of identity profile data" (v4.user-provisioning.md).
    const foreign = [...read.changes.keys()].find((urn) => SCHEMAS.get(urn)?.service !== 'identity');
    if (foreign !== undefined)
      return errorAnswer(400, { scimType: 'invalidSyntax', detail: `Unknown schema '${foreign}'` });
    const outcome = writeIdentity(world, { userId, changes: read.changes, scopes, at: world.now() });
    if (!outcome.ok) return identityRefusal(outcome);
    const shown = presentIdentity(world, outcome.user, {
      empty: method === 'POST' ? 'omitted' : 'null',
      version: 'v4.1',
      scopes: new Set(IDENTITY_READ_SCOPES),
    });
    // The API description of Identity v4.1 names 200 for a create too.
    return { status: 200, body: shown };
  };

  const page = (found: readonly User[], request: PageRequest): Answer => {
    const { cursor, count, scopes, attributes, excluded } = request;
    const start = cursor === undefined ? 0 : readCursor(cursor);
    const users = found.slice(start, start + count);
    const end = start + users.length;
    return {
      status: 200,
      body: {
        schemas: [LIST_RESPONSE],
        totalResults: found.length,
        startIndex: start + 1,
        itemsPerPage: users.length,
        Resources: users.map((user) =>
          presentIdentity(world, user, { empty: 'null', version: 'v4.1', scopes, attributes, excluded }),
        ),
        // "When the caller reaches the last page, there will be no nextCursor."
        ...(end < found.length ? { nextCursor: writeCursor(end) } : {}),
      },
    };
  };

  return {
    list(exchange) {
      const scopes = authorize(exchange, world, tokens, ...IDENTITY_READ_SCOPES);
      return page([...world.users.all.values()], {
        scopes,
        count: integerParameter(exchange, 'count', COUNT),
        cursor: exchange.query.get('cursor') ?? undefined,
        attributes: names(exchange.query.get('attributes')),
        excluded: names(exchange.query.get('excludedAttributes')),
      });
    },
    search(exchange) {
      const scopes = authorize(exchange, world, tokens, ...IDENTITY_READ_SCOPES);
      const body = jsonBody(exchange);
      // "The schemas parameter is required and may not be empty."
      requireSchema(body, SEARCH_REQUEST);
      if (!isAttributes(body)) refuse(400, 'The body is not an object', 'invalidSyntax');
      const { filter, count = COUNT.otherwise, cursor, attributes = [], excludedAttributes = [] } = body;
      // "The startIndex query parameter is not supported."
      if (body.startIndex !== undefined) refuse(400, 'startIndex is not supported', 'invalidSyntax');
      if (
        typeof count !== 'number' ||
        !Number.isInteger(count) ||
        count < COUNT.least ||
        count > COUNT.most
      ) {
        refuse(400, 'count must be from 1 to 1000', 'invalidValue');
      }
      if (cursor !== undefined && typeof cursor !== 'string') refuse(400, 'Invalid cursor', 'invalidValue');
      return page(findUsers(world, filter), {
        scopes,
        count,
        cursor,
        attributes: texts(attributes),
        excluded: texts(excludedAttributes),
      });
    },
    get(exchange) {
      const scopes = authorize(exchange, world, tokens, ...IDENTITY_READ_SCOPES);
      const user = world.users.get(exchange.param('id'));
      if (!user) return userNotFound(exchange.param('id'));
      const attributes = names(exchange.query.get('attributes'));
      const excluded = names(exchange.query.get('excludedAttributes'));
      return {
        status: 200,
        body: presentIdentity(world, user, { empty: 'null', version: 'v4.1', scopes, attributes, excluded }),
      };
    },
    create: (exchange) => write(exchange, 'POST', undefined),
    patch: (exchange) => write(exchange, 'PATCH', exchange.param('id')),
    put(exchange) {
      violate(world, 'put-used', exchange.path);
      return write(exchange, 'PUT', exchange.param('id'));
    },
    remove: (exchange) => removeUser(exchange, world, tokens),
  };
}

interface PageRequest {
  readonly scopes: ReadonlySet<string>;
  readonly count: number;
  readonly cursor: string | undefined;
  readonly attributes: readonly string[];
  readonly excluded: readonly string[];
}

const names = (text: string | null): string[] =>
  (text ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);

function texts(value: Json): string[] {
  if (!Array.isArray(value) || !value.every((name) => typeof name === 'string')) {
    refuse(400, 'attributes must be a list of strings', 'invalidValue');
  }
  return value;
}

const writeCursor = (position: number): string =>
  Buffer.from(JSON.stringify({ position })).toString('base64url');

function readCursor(cursor: string): number {
  const position = /^\{"position":(\d+)\}$/.exec(Buffer.from(cursor, 'base64url').toString('utf8'))?.[1];
  return position === undefined ? refuse(400, 'Invalid cursor', 'invalidValue') : Number(position);
}

/** "Allowed Attributes" of identity-search.md, as paths; the enterprise ones may stand without their URN. */
const SEARCHABLE: readonly string[] = [
  'active',
  'addresses.country',
  'addresses.locality',
  'addresses.region',
  'addresses.type',
  'emails.value',
  'emails.type',
  'emails.verified',
  'entitlements',
  'externalId',
  'id',
  'meta.created',
  'meta.lastModified',
  'name.familyName',
  'name.givenName',
  'nickName',
  'userName',
  ...['costCenter', 'department', 'division', 'employeeNumber', 'startDate', 'terminationDate'].map(
    (name) => `${ENTERPRISE}:${name}`,
  ),
  `${ENTERPRISE}:manager.employeeNumber`,
  `${ENTERPRISE}:manager.value`,
  `${SAP}:userUuid`,
];

function findUsers(world: World, text: Json | undefined): User[] {
  const everybody = (): User[] => [...world.users.all.values()];
  if (text === undefined || text === null || text === '') return everybody();
  const filter = typeof text === 'string' ? parseFilter(text) : undefined;
  if (!filter) refuse(400, `Invalid filter '${String(text)}'`, 'invalidFilter');
  const unknown = pathsOf(filter).find((path) => !SEARCHABLE.includes(qualified(path)));
  if (unknown !== undefined) refuse(400, `Cannot filter on '${unknown}'`, 'invalidFilter');
  const scopes = new Set(IDENTITY_READ_SCOPES);
  // Inactive people are found like everybody else.
  return (candidates(world, filter) ?? everybody()).filter((user) => {
    const shown = presentIdentity(world, user, { empty: 'null', version: 'v4.1', scopes });
    const complete: Attributes = { ...shown, entitlements: user.extensions.get(CORE)?.entitlements ?? [] };
    return matches(filter, complete, (resource, path) => resolve(resource, qualified(path)));
  });
}

/** Everybody who may match, found by index; undefined when a filter asks for more than keys. */
function candidates(world: World, filter: Filter): User[] | undefined {
  if (filter.kind === 'or') {
    const left = candidates(world, filter.left);
    const right = candidates(world, filter.right);
    return left && right && [...new Set([...left, ...right])];
  }
  if (filter.kind === 'and') return candidates(world, filter.left) ?? candidates(world, filter.right);
  if (filter.kind !== 'compare' || filter.operator !== 'eq') return undefined;
  const path = qualified(filter.path);
  const value = String(filter.value);
  if (path === 'id') return [world.users.get(value.toLowerCase())].filter((user) => user !== undefined);
  if (path === 'userName' || path === 'externalId') return world.users.matching(path, value);
  return path === `${ENTERPRISE}:employeeNumber` ? world.users.matching('employeeNumber', value) : undefined;
}

/** The path with its URN where it needs one, `employeeNumber` included (v4.identity.md filters on it so). */
function qualified(path: string): string {
  if (path.startsWith(`${CORE}:`)) return path.slice(CORE.length + 1);
  return SEARCHABLE.includes(`${ENTERPRISE}:${path}`) ? `${ENTERPRISE}:${path}` : path;
}

function resolve(resource: Attributes, path: string): Json[] {
  const urn = [ENTERPRISE, SAP].find((known) => path.startsWith(`${known}:`));
  if (urn === undefined) return valuesAt(resource, path);
  const part = resource[urn];
  return isAttributes(part) ? valuesAt(part, path.slice(urn.length + 1)) : [];
}
