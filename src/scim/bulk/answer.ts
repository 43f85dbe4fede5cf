import type { JsonObject } from '../../domain/json.ts';
import { ScimError, toErrorBody } from '../error.ts';
import { entityTag } from '../representation.ts';
import type { BulkOutcome } from './carry-out.ts';
import type { BulkStep, ResolvedOperation } from './plan.ts';

/**
 * The body of a Bulk's answer, RFC 7644 §3.7: the operations that were carried out, in the order of the request. An
 * error says in `response` what went wrong; a success says no more than where the resource is and its version.
 *
 * @param outcomes by the operation's place in the request
 * @param baseUrl the address that the paths are below
 * @param toError what the client is told of an error
 */
export function bulkResponse(
  steps: readonly BulkStep[],
  outcomes: ReadonlyMap<number, BulkOutcome>,
  baseUrl: string,
  toError: (error: unknown) => ScimError,
): JsonObject {
  const results = steps
    .toSorted((one, other) => one.index - other.index)
    .flatMap((step) => {
      const outcome = outcomes.get(step.index);
      if (outcome === undefined) return [];
      return [{ ...repeated(step), ...located(step, outcome, baseUrl), ...statusOf(step, outcome, toError) }];
    });
  return { schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkResponse'], Operations: results };
}

function repeated({ entry: { method, bulkId } }: BulkStep): JsonObject {
  return {
    ...(method === undefined ? {} : { method: method.toUpperCase() }),
    ...(bulkId === undefined ? {} : { bulkId }),
  };
}

/** RFC 7644 §3.7: there is a location always, except where a POST failed. */
function located({ entry, operation }: BulkStep, outcome: BulkOutcome, baseUrl: string): JsonObject {
  if (operation instanceof ScimError) {
    return entry.resourcePath === undefined ? {} : { location: baseUrl + entry.resourcePath };
  }
  if (outcome.kind === 'failed' && operation.method === 'POST') return {};
  return { location: `${baseUrl}${operation.type.endpoint}/${encodeURIComponent(operation.target)}` };
}

function statusOf(
  { operation }: BulkStep,
  outcome: BulkOutcome,
  toError: (error: unknown) => ScimError,
): JsonObject {
  if (outcome.kind === 'written' && !(operation instanceof ScimError)) return success(operation, outcome);
  const error = toError(outcome.kind === 'failed' ? outcome.error : operation);
  return { status: String(error.status), response: { ...toErrorBody(error) } };
}

function success({ method }: ResolvedOperation, { version }: { readonly version: number }): JsonObject {
  switch (method) {
    case 'POST':
      return { version: entityTag(version), status: '201' };
    case 'PUT':
    case 'PATCH':
      return { version: entityTag(version), status: '200' };
    case 'DELETE':
      return { status: '204' };
  }
}
