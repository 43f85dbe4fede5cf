import { isJsonObject, type JsonObject, type JsonValue } from '../../domain/json.ts';
import { excerpt, invalidSyntax, invalidValue, payloadTooLarge, ScimError } from '../error.ts';
import { checkDepth, member } from '../json.ts';
import { BULK_MAX_OPERATIONS, USER_MAX_PAYLOAD } from '../limits.ts';
import { groupResourceType, type ResourceType, userResourceType } from '../registry.ts';

/** The resource types that a Bulk writes. */
const TYPES: readonly ResourceType[] = [userResourceType, groupResourceType];

const METHODS = ['POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** What one operation of a Bulk asks for, as the client wrote it: references are not yet replaced. */
export interface BulkOperation {
  readonly type: ResourceType;
  readonly method: (typeof METHODS)[number];
  /** Whom it is for: an id, or a reference such as `bulkId:qwerty`; null for a POST. */
  readonly target: string | null;
  /** Empty for a DELETE. */
  readonly data: JsonObject;
  /** The version that the resource must have, as in `If-Match`. */
  readonly version: string | undefined;
}

/** One operation with what its result repeats of it, or with what is wrong with it. */
export interface BulkEntry {
  readonly method: string | undefined;
  readonly bulkId: string | undefined;
  /** The path, where it leads to a resource that is there before the request. */
  readonly resourcePath: string | undefined;
  readonly operation: BulkOperation | ScimError;
}

/** A Bulk request. */
export interface BulkRequest {
  /** After how many errors no further operation is carried out; Infinity when the client names none. */
  readonly failOnErrors: number;
  readonly entries: readonly BulkEntry[];
}

/**
 * A Bulk request from its body, RFC 7644 §3.7. What is wrong with one operation is kept with it. Fails with
 * ScimError for the whole: 400 invalidSyntax without Operations, 400 invalidValue for a failOnErrors that is no
 * count, 413 for more operations than are offered.
 */
export function parseBulkRequest(body: JsonObject): BulkRequest {
  checkDepth(body);
  const operations = member(body, 'Operations');
  if (!Array.isArray(operations)) throw invalidSyntax('A Bulk body must have "Operations", an array.');
  // RFC 7644 §3.7.4: the answer names the limit that is exceeded.
  if (operations.length > BULK_MAX_OPERATIONS) {
    throw payloadTooLarge(
      `The number of operations (${operations.length}) exceeds maxOperations (${BULK_MAX_OPERATIONS}).`,
    );
  }
  return { failOnErrors: parseFailOnErrors(member(body, 'failOnErrors')), entries: entriesOf(operations) };
}

function parseFailOnErrors(value: JsonValue | undefined): number {
  if (value === undefined || value === null) return Number.POSITIVE_INFINITY;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 1) return value;
  throw invalidValue('failOnErrors must be an integer of at least 1.');
}

function entriesOf(operations: readonly JsonValue[]): readonly BulkEntry[] {
  const taken = new Set<string>();
  return operations.map((source) => {
    if (!isJsonObject(source)) {
      const operation = invalidSyntax('An operation must be an object.');
      return { method: undefined, bulkId: undefined, resourcePath: undefined, operation };
    }
    const method = textOf(source, 'method');
    const bulkId = textOf(source, 'bulkId');
    const isCreate = method?.toUpperCase() === 'POST' && bulkId !== undefined;
    const isRepeated = isCreate && taken.has(bulkId);
    if (isCreate) taken.add(bulkId);
    const operation = isRepeated
      ? invalidValue(`The bulkId "${excerpt(bulkId)}" is that of another operation of this request.`)
      : operationOrError(source, method, bulkId);
    return { method, bulkId, resourcePath: resourcePathOf(textOf(source, 'path') ?? ''), operation };
  });
}

function operationOrError(
  source: JsonObject,
  method: string | undefined,
  bulkId: string | undefined,
): BulkOperation | ScimError {
  try {
    return parseOperation(source, method, bulkId);
  } catch (error) {
    if (error instanceof ScimError) return error;
    throw error;
  }
}

function parseOperation(
  source: JsonObject,
  name: string | undefined,
  bulkId: string | undefined,
): BulkOperation {
  const method = METHODS.find((known) => known === name?.toUpperCase());
  if (method === undefined) throw invalidSyntax(`method must be one of ${METHODS.join(', ')}.`);
  // RFC 7644 §3.7: without it nobody could tell which resource the result is about.
  if (method === 'POST' && bulkId === undefined) throw invalidSyntax('A POST must have a bulkId.');
  const { type, target } = parsePath(textOf(source, 'path') ?? '', method);
  const data = method === 'DELETE' ? {} : member(source, 'data');
  if (!isJsonObject(data)) throw invalidSyntax(`A ${method} must have "data", an object.`);
  if (type === userResourceType && Buffer.byteLength(JSON.stringify(data)) > USER_MAX_PAYLOAD) {
    throw payloadTooLarge(`The data of a User is larger than ${USER_MAX_PAYLOAD} bytes.`);
  }
  const version = textOf(source, 'version');
  return { type, method, target, data, version };
}

/** RFC 7644 §3.7: the path is relative to the base address, an endpoint for a POST and a resource otherwise. */
function parsePath(path: string, method: BulkOperation['method']): Pick<BulkOperation, 'type' | 'target'> {
  const [endpoint, target = null, ...rest] = path.replace(/^\//, '').split('/');
  const type = TYPES.find((known) => known.endpoint === `/${endpoint}`);
  if (type === undefined || rest.length > 0 || target === '') {
    const examples = TYPES.map((known) => `${known.endpoint}${method === 'POST' ? '' : '/<id>'}`);
    throw invalidValue(`path must be ${examples.join(' or ')}, not "${excerpt(path)}".`);
  }
  if ((method === 'POST') === (target === null)) return { type, target };
  // The same as for a request of its own: this address does not know the method.
  throw new ScimError(405, undefined, `${excerpt(path)} does not know ${method}.`);
}

function resourcePathOf(path: string): string | undefined {
  return /^\/(Users|Groups)\/(?!bulkId:)[^/]+$/.test(path) ? path : undefined;
}

function textOf(source: JsonObject, name: string): string | undefined {
  const value = member(source, name);
  return typeof value === 'string' && value !== '' ? value : undefined;
}
