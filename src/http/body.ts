import { setImmediate } from 'node:timers/promises';
import express, { type Request, type RequestHandler, type Response } from 'express';
import { isJsonObject, type JsonObject } from '../domain/json.ts';
import { invalidSyntax, payloadTooLarge, ScimError } from '../scim/error.ts';
import { USER_MAX_PAYLOAD } from '../scim/limits.ts';

const MEGABYTE = 1_048_576;
/** How many bytes are parsed in some ms. */
const LARGE = MEGABYTE / 4;
const UTF_8 = new TextDecoder('utf-8', { fatal: true });
const MEDIA_TYPES: readonly string[] = ['application/scim+json', 'application/json'];

/**
 * The JSON object that a request carries. Call it after authentication: nothing is read before.
 *
 * @param limit how many bytes it may have, unpacked
 * @throws ScimError 415 for another media type, 413 naming the limit, 400 invalidSyntax for what is no JSON object
 */
export async function readBody(req: Request, res: Response, limit = USER_MAX_PAYLOAD): Promise<JsonObject> {
  if (!hasBody(req)) throw invalidSyntax('The request must have a body, a JSON object.');
  checkMediaType(req.get('content-type'));
  if (isExpectingContinue(req)) {
    // RFC 9110 §10.1.1: who waits for our word before the body is sent is told at once that it is too large.
    if (Number(req.get('content-length') ?? 0) > limit) throw tooLarge(limit);
    res.removeHeader('Connection');
    res.writeContinue();
  }
  // Reads the rest of a body that it refuses, so that the connection stays usable for the next request.
  const readBytes = readerOf(limit);
  await new Promise<void>((resolve, reject) => {
    readBytes(req, res, (error?: unknown) =>
      error === undefined ? resolve() : reject(bodyError(error, limit)),
    );
  });
  const body = parse(req.body);
  // To parse a large body takes as long as many requests; what is done with it takes longer still.
  if (req.body.length > LARGE) await setImmediate();
  if (!isJsonObject(body)) throw invalidSyntax('The body must be a JSON object.');
  return body;
}

const readers = new Map<number, RequestHandler>();

/** There are as many limits as kinds of resources, and far more requests. */
function readerOf(limit: number): RequestHandler {
  const known = readers.get(limit);
  if (known !== undefined) return known;
  const reader = express.raw({ type: () => true, limit });
  readers.set(limit, reader);
  return reader;
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
    return JSON.parse(UTF_8.decode(bytes));
  } catch (error) {
    // The parser's own message quotes the body: it goes nowhere.
    const what = error instanceof SyntaxError ? 'JSON' : 'UTF-8';
    throw invalidSyntax(`The body is not valid ${what}.`);
  }
}

function bodyError(error: unknown, limit: number): ScimError {
  const status = typeof error === 'object' && error !== null && 'status' in error ? error.status : undefined;
  if (status === 413) return tooLarge(limit);
  if (status === 415) return new ScimError(415, undefined, 'The Content-Encoding is not supported.', error);
  return invalidSyntax('The body could not be read.', error);
}

function tooLarge(limit: number): ScimError {
  return payloadTooLarge(`The body is larger than ${limit / MEGABYTE} MB (${limit} bytes).`);
}
