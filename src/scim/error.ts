const LONGEST_EXCERPT = 100;

/** The machine-readable reasons of RFC 7644 §3.12 table 9 and RFC 9865 §2.1 table 3. */
export type ScimType =
  | 'invalidFilter'
  | 'tooMany'
  | 'uniqueness'
  | 'mutability'
  | 'invalidSyntax'
  | 'invalidPath'
  | 'noTarget'
  | 'invalidValue'
  | 'invalidVers'
  | 'sensitive'
  | 'invalidCursor'
  | 'expiredCursor'
  | 'invalidCount';

/** The body of an error answer, RFC 7644 §3.12. */
export interface ErrorBody {
  schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'];
  status: string;
  scimType?: ScimType;
  detail: string;
}

/**
 * A refusal that the SCIM client is told about: `detail` is written for the client, `cause` (never sent) is for
 * the operator's log.
 */
export class ScimError extends Error {
  readonly status: number;
  readonly detail: string;
  readonly scimType?: ScimType;

  constructor(status: number, scimType: ScimType | undefined, detail: string, cause?: unknown) {
    super(detail, cause === undefined ? undefined : { cause });
    this.name = 'ScimError';
    this.status = status;
    this.detail = detail;
    if (scimType !== undefined) this.scimType = scimType;
  }
}

/** 400: the filter does not follow the grammar, or compares what cannot be compared. */
export function invalidFilter(detail: string, cause?: unknown): ScimError {
  return new ScimError(400, 'invalidFilter', detail, cause);
}

/** 400: the filter takes too long to answer. */
export function tooMany(detail: string, cause?: unknown): ScimError {
  return new ScimError(400, 'tooMany', detail, cause);
}

/** 400: the cursor is none that this list gave out (RFC 9865 §2.1). */
export function invalidCursor(detail: string, cause?: unknown): ScimError {
  return new ScimError(400, 'invalidCursor', detail, cause);
}

/** 400: the cursor was given out too long ago (RFC 9865 §2.1). */
export function expiredCursor(detail: string, cause?: unknown): ScimError {
  return new ScimError(400, 'expiredCursor', detail, cause);
}

/** 409: a unique value (a userName) is already in use. */
export function uniqueness(detail: string, cause?: unknown): ScimError {
  return new ScimError(409, 'uniqueness', detail, cause);
}

/** 400: the change would alter a read-only or immutable attribute, or take away a required one. */
export function mutability(detail: string, cause?: unknown): ScimError {
  return new ScimError(400, 'mutability', detail, cause);
}

/** 400: the body is not a message of the expected structure. */
export function invalidSyntax(detail: string, cause?: unknown): ScimError {
  return new ScimError(400, 'invalidSyntax', detail, cause);
}

/** 400: a PATCH path is malformed or names no attribute. */
export function invalidPath(detail: string, cause?: unknown): ScimError {
  return new ScimError(400, 'invalidPath', detail, cause);
}

/** 400: a PATCH path yields nothing that could be operated on. */
export function noTarget(detail: string, cause?: unknown): ScimError {
  return new ScimError(400, 'noTarget', detail, cause);
}

/** 400: a required value is missing, or a value has not the attribute's type. */
export function invalidValue(detail: string, cause?: unknown): ScimError {
  return new ScimError(400, 'invalidValue', detail, cause);
}

/** 400: a page asked for by cursor has a count that is no number. */
export function invalidCount(detail: string, cause?: unknown): ScimError {
  return new ScimError(400, 'invalidCount', detail, cause);
}

/** 401: no credentials, or none that are valid. */
export function unauthorized(detail: string, cause?: unknown): ScimError {
  return new ScimError(401, undefined, detail, cause);
}

/** 403: the operation is not permitted with these credentials. */
export function forbidden(detail: string, cause?: unknown): ScimError {
  return new ScimError(403, undefined, detail, cause);
}

/** 404: the resource or the endpoint does not exist. */
export function notFound(detail: string, cause?: unknown): ScimError {
  return new ScimError(404, undefined, detail, cause);
}

/** 412: the resource has changed since the version the client names (If-Match). */
export function preconditionFailed(detail: string, cause?: unknown): ScimError {
  return new ScimError(412, undefined, detail, cause);
}

/** 413: the body is larger than the server accepts. */
export function payloadTooLarge(detail: string, cause?: unknown): ScimError {
  return new ScimError(413, undefined, detail, cause);
}

/** 501: the server does not offer the operation. */
export function notImplemented(detail: string, cause?: unknown): ScimError {
  return new ScimError(501, undefined, detail, cause);
}

/** What a client sent, as an error's detail quotes it: at most 100 characters. */
export function excerpt(text: string): string {
  // An array of characters, so that no surrogate pair is cut in half.
  const characters = [...text.slice(0, 2 * LONGEST_EXCERPT)];
  return text.length <= LONGEST_EXCERPT ? text : `${characters.slice(0, LONGEST_EXCERPT - 1).join('')}…`;
}

/** The error as its answer body. RFC 7644 §3.12: `status` is the HTTP status code as a JSON string. */
export function toErrorBody(error: ScimError): ErrorBody {
  return {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
    status: String(error.status),
    ...(error.scimType === undefined ? {} : { scimType: error.scimType }),
    detail: error.detail,
  };
}
