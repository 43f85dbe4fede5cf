import express, { type Request, type Response } from 'express';
import { isJsonObject, type JsonObject } from '../domain/json.ts';
import { invalidSyntax, payloadTooLarge, ScimError } from '../scim/error.ts';

const LIMIT = 1_048_576;
const TOO_LARGE = 'The body is larger than 1 MB.';
const MEDIA_TYPES: readonly string[] = ['application/scim+json', 'application/json'];

// Reads the rest of a body that it refuses, so that the connection stays usable for the next request.
const readBytes = express.raw({ type: () => true, limit: LIMIT });

/**
 * The JSON object that a request carries. Call it after authentication: nothing is read before.
 *
 * @throws ScimError 415 for another media type, 413 beyond 1 MB, 400 invalidSyntax for what is no JSON object
 */
export async function readBody(req: Request, res: Response): Promise<JsonObject> {
  if (!hasBody(req)) throw invalidSyntax('The request must have a body, a JSON object.');
  checkMediaType(req.get('content-type'));
  if (isExpectingContinue(req)) {
    // RFC 9110 §10.1.1: who waits for our word before the body is sent is told at once that it is too large.
    if (Number(req.get('content-length') ?? 0) > LIMIT) throw payloadTooLarge(TOO_LARGE);
    res.removeHeader('Connection');
    res.writeContinue();
  }
  await new Promise<void>((resolve, reject) => {
    readBytes(req, res, (error?: unknown) => (error === undefined ? resolve() : reject(bodyError(error))));
  });
  const body = parse(req.body);
  if (!isJsonObject(body)) throw invalidSyntax('The body must be a JSON object.');
  return body;
}

/** Tells whether a request carries a body. RFC 9112 §6.3: one of these two headers says so. */
function hasBody(req: Request): boolean {
  return req.get('transfer-encoding') !== undefined || Number(req.get('content-length') ?? 0) > 0;
}

function isExpectingContinue(req: Request): boolean {
  return req.get('expect')?.toLowerCase() === '100-continue';
}

/** RFC 7644 §3.1: `application/scim+json`, and `application/json`, in UTF-8. */
function checkMediaType(header: string | undefined): void {
  const [mediaType = '', ...parameters] = (header ?? '').split(';').map((part) => part.trim().toLowerCase());
  if (!MEDIA_TYPES.includes(mediaType)) {
    throw new ScimError(415, undefined, `Content-Type must be ${MEDIA_TYPES.join(' or ')}.`);
  }
  const charset = parameters.find((parameter) => parameter.startsWith('charset='))?.slice('charset='.length);
  if (charset !== undefined && !/^"?utf-?8"?$/.test(charset)) {
    throw new ScimError(415, undefined, 'The only charset is utf-8.');
  }
}

function parse(bytes: unknown): unknown {
  if (!Buffer.isBuffer(bytes)) throw invalidSyntax('The body ended early.');
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    // The parser's own message quotes the body: it goes nowhere.
    const what = error instanceof SyntaxError ? 'JSON' : 'UTF-8';
    throw invalidSyntax(`The body is not valid ${what}.`);
  }
}

function bodyError(error: unknown): ScimError {
  const status = typeof error === 'object' && error !== null && 'status' in error ? error.status : undefined;
  if (status === 413) return payloadTooLarge(TOO_LARGE);
  if (status === 415) return new ScimError(415, undefined, 'The Content-Encoding is not supported.', error);
  return invalidSyntax('The body could not be read.', error);
}
