import type { Request, Response } from 'express';

const SCIM = 'application/scim+json';
const JSON_TYPE = 'application/json';

/**
 * Answers with a SCIM message. RFC 7644 §3.8: `application/scim+json`; `application/json` for a client whose
 * `Accept` takes that one only (OneLogin).
 */
export function answer(req: Request, res: Response, status: number, body: object): void {
  const plain = !req.accepts(SCIM) && Boolean(req.accepts(JSON_TYPE));
  res
    .status(status)
    .type(plain ? JSON_TYPE : SCIM)
    .send(JSON.stringify(body));
}

/** The address that the SCIM endpoints are below, as this client reaches them. */
export function baseUrlOf(req: Request, publicUrl: string | null): string {
  const origin = publicUrl ?? `${req.protocol}://${req.get('host') ?? 'localhost'}`;
  return `${origin.replace(/\/+$/, '')}${req.baseUrl}`;
}
