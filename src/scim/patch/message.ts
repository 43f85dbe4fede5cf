import { isJsonObject, type JsonValue } from '../../domain/json.ts';
import { isUnassigned, operationFromText } from '../dialect.ts';
import { excerpt, invalidPath, invalidSyntax, invalidValue, ScimError } from '../error.ts';
import { checkDepth, member } from '../json.ts';

/** How many operations one PATCH may have. */
const MAXIMUM_OPERATIONS = 1_000;

/** One operation of a PATCH. Without `path` the target is the resource itself. */
export interface Operation {
  readonly op: 'add' | 'remove' | 'replace';
  readonly path?: string;
  readonly value: JsonValue | undefined;
}

/**
 * The operations of a PATCH body, RFC 7644 §3.5.2: `{"schemas": […PatchOp], "Operations": [{op, path?, value?}]}`.
 * Fails with ScimError 400: invalidSyntax for a body of another structure, invalidPath for a path that is no string,
 * invalidValue for more than 1,000 operations.
 */
export function parsePatchMessage(body: unknown): readonly Operation[] {
  checkDepth(body);
  const operations = isJsonObject(body) ? member(body, 'Operations') : undefined;
  if (!Array.isArray(operations) || operations.length === 0) {
    throw invalidSyntax('A PATCH body must have "Operations", an array of at least one operation.');
  }
  if (operations.length > MAXIMUM_OPERATIONS) {
    throw invalidValue(
      `A PATCH may have ${MAXIMUM_OPERATIONS} operations at most, not ${operations.length}.`,
    );
  }
  return operations.map(parseOperation);
}

/** An error with the operation named that it is about; anything but a ScimError as it is. */
export function located(error: unknown, operation: Operation, index: number): unknown {
  if (!(error instanceof ScimError)) return error;
  const path = operation.path === undefined ? '' : ` ${excerpt(operation.path)}`;
  const detail = `Operations[${index}] (${operation.op}${path}): ${error.detail}`;
  return new ScimError(error.status, error.scimType, detail, error.cause);
}

function parseOperation(source: JsonValue, index: number): Operation {
  if (!isJsonObject(source)) throw invalidSyntax(`Operations[${index}] must be an object.`);
  const name = member(source, 'op');
  const op = typeof name === 'string' ? operationFromText(name) : undefined;
  if (op !== 'add' && op !== 'remove' && op !== 'replace') {
    throw invalidSyntax(`Operations[${index}].op must be "add", "remove" or "replace".`);
  }
  const path = member(source, 'path');
  const value = member(source, 'value');
  if (path === undefined || isUnassigned(path)) return { op, value };
  if (typeof path !== 'string') throw invalidPath(`Operations[${index}].path must be a string.`);
  return { op, path, value };
}
