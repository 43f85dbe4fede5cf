import { CursorError } from '../domain/reports.ts';
import { StoreUnavailable } from '../domain/store-unavailable.ts';
import { invalidSyntax, invalidValue, ScimError } from '../scim/error.ts';

/** After how many seconds a client that was answered 503 may try again: an integer, as Entra reads no date. */
export const RETRY_AFTER = '30';

/**
 * What the client is told about anything thrown while its request was served. What is no `ScimError` says nothing
 * of itself but the request id; the operator finds the cause in the log under it.
 */
export function toClientError(error: unknown, requestId: string): ScimError {
  if (error instanceof ScimError) return error;
  if (error instanceof CursorError)
    return invalidValue('cursor must be a nextCursor that this list gave out.');
  if (error instanceof StoreUnavailable) {
    return new ScimError(
      503,
      undefined,
      'The database cannot be used at the moment; nothing was changed. Try again later.',
      error,
    );
  }
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
