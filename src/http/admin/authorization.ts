import { createHash, timingSafeEqual } from 'node:crypto';
import type { RequestHandler } from 'express';
import { forbidden } from '../../scim/error.ts';
import { authentication } from '../authentication.ts';

/** Lets the admin token alone through. Without one configured the API is shut, and says how to open it. */
export function adminAuthorization(adminToken: string | null): RequestHandler {
  if (adminToken === null) {
    return () => {
      throw forbidden('The admin API is off. Set BRIDGE_ADMIN_TOKEN and restart to switch it on.');
    };
  }
  const expected = digest(adminToken);
  // Digests have one length, so the comparison takes the same time for every token.
  return authentication(async (token) =>
    timingSafeEqual(digest(token), expected) ? { name: 'admin' } : null,
  );
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
