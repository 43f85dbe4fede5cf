import type { Request, Response } from 'express';
import type { ResourceType } from '../../scim/registry.ts';

const SCIM = 'application/scim+json';
const JSON_TYPE = 'application/json';

/** Answers with a SCIM message. */
export function answer(
  req: Pick<Request, 'accepts' | 'headers' | 'method'>,
  res: Response,
  status: number,
  body: object,
): void {
  setMediaType(req, res);
  const text = JSON.stringify(body);
  res.status(status);
  // RFC 9110 §9.3.2, §13.1.2: Express knows what HEAD and a client with a copy of its own are answered; for all others
  // its `send` takes as long as all the rest of the answer.
  if (req.method === 'HEAD' || req.headers['if-none-match'] !== undefined) res.send(text);
  else res.end(text);
}

/**
 * Says that the answer is a SCIM message. RFC 7644 §3.8: `application/scim+json`; `application/json` for a client whose
 * `Accept` takes that one only (OneLogin).
 */
export function setMediaType(req: Pick<Request, 'accepts' | 'headers'>, res: Response): void {
  // With the charset that the answer has, so that a client may name it (RFC 9110 §12.5.1: parameters must match).
  const accepts = (type: string) => Boolean(req.accepts(`${type};charset=utf-8`));
  const plain = req.headers.accept !== undefined && !accepts(SCIM) && accepts(JSON_TYPE);
  res.setHeader('Content-Type', `${plain ? JSON_TYPE : SCIM}; charset=utf-8`);
}

/** The address that the SCIM endpoints are below, as this client reaches them. */
export function baseUrlOf(
  req: Pick<Request, 'protocol' | 'get' | 'baseUrl'>,
  publicUrl: string | null,
): string {
  const origin = publicUrl ?? `${req.protocol}://${req.get('host') ?? 'localhost'}`;
  return `${origin.replace(/\/+$/, '')}${req.baseUrl}`;
}

/** The address of a resource. */
export function resourceUrl(baseUrl: string, type: ResourceType, id: string): string {
  return `${baseUrl}${type.endpoint}/${encodeURIComponent(id)}`;
}
