import express, { type Request, type Response } from 'express';
import { invalidSyntax, payloadTooLarge, ScimError } from '../../scim/error.ts';

/** An event has less than 1 KB. */
const LIMIT = 65_536;

// Never unpacked: the signature is of the bytes that were sent.
const readBytes = express.raw({ type: () => true, limit: LIMIT, inflate: false });

/**
 * The bytes that a request carries, empty when there are none.
 *
 * @throws ScimError 413 beyond 64 KB, 415 for a packed body, 400 for one that ends early
 */
export async function rawBody(req: Request, res: Response): Promise<Buffer> {
  if (req.get('expect')?.toLowerCase() === '100-continue') {
    // RFC 9110 §10.1.1: who waits for our word before the body is sent waits for ever without it.
    res.writeContinue();
  }
  await new Promise<void>((resolve, reject) => {
    readBytes(req, res, (error?: unknown) => (error === undefined ? resolve() : reject(refusal(error))));
  });
  return Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0);
}

function refusal(error: unknown): ScimError {
  const status = typeof error === 'object' && error !== null && 'status' in error ? error.status : undefined;
  if (status === 413) return payloadTooLarge('The body is larger than 64 KB.');
  if (status === 415) return new ScimError(415, undefined, 'The body must not be packed.');
  return invalidSyntax('The body could not be read.');
}
