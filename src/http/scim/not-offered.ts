import type { Router } from 'express';
import { notImplemented } from '../../scim/error.ts';
import { refuse } from '../route.ts';

/** Serves what this service does not offer: RFC 7644 §3.11 has `/Me` answer 501 then. */
export function serveNotOffered(router: Router): void {
  refuse(router, '/Me', () => notImplemented('/Me is not offered here: a client is no person.'));
}
