import { CursorError } from '../domain/reports.ts';
import { invalidSyntax, invalidValue, ScimError } from '../scim/error.ts';

/**
 * What the client is told about anything thrown while its request was served. What is no `ScimError` says nothing
 * of itself but the request id; the operator finds the cause in the log under it.
 */
export function toClientError(error: unknown, requestId: string): ScimError {
  if (error instanceof ScimError) return error;
  if (error instanceof CursorError)
    return invalidValue('cursor must be a nextCursor that this list gave out.');
  // Express: the path is not valid percent-encoding (RFC 3986 §2.1).
  if (error instanceof URIError) return invalidSyntax('The address is not valid percent-encoding.');
  return new ScimError(
    500,
    undefined,
    `Something failed here; the operator finds it under request id ${requestId}.`,
  );
}

/** What the operator reads of it: the cause of a client's error, or the whole of an unknown one. */
export function operatorCause(error: unknown): unknown {
  // Express quotes the address in it, and addresses hold names.
  if (error instanceof URIError || error instanceof CursorError) return undefined;
  return error instanceof ScimError ? error.cause : error;
}
