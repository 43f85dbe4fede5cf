import type { KeyObject } from 'node:crypto';
import express, { type Router } from 'express';
import { forbidden, notFound } from '../../scim/error.ts';
import type { HttpConnection } from '../connection.ts';
import { route } from '../route.ts';
import { completedProvision } from './event.ts';
import { rawBody } from './raw-body.ts';
import { isSigned } from './signature.ts';

/**
 * Receives Concur's completion events ("Event Subscription Service v4"). An event is a hint to look at a
 * request sooner; what became of the request is asked of Concur, later and by the worker.
 *
 * @param keys the public keys that an event may be signed with; nothing else authenticates it
 */
export function concurEventsRouter(
  connections: readonly HttpConnection[],
  keys: readonly KeyObject[],
): Router {
  const router = express.Router();
  const byName = new Map(connections.map((connection) => [connection.name, connection]));
  route<{ connection: string }>(router, '/:connection', {
    POST: async (req, res) => {
      const connection = byName.get(req.params.connection);
      if (connection === undefined) throw notFound('There is no such connection.');
      // Concur tries again for 72 hours after 403, so that no event is lost while SAP changes its keys.
      const signature = req.get('concur-signature');
      if (signature === undefined) throw forbidden('The header Concur-Signature is missing.');
      const body = await rawBody(req, res);
      if (!isSigned(body, signature, keys)) throw forbidden('The signature is not one of Concur.');
      const provisionId = completedProvision(body);
      if (provisionId !== null) await connection.onProvisionCompleted(provisionId);
      res.json({ status: 'ok' });
    },
  });
  return router;
}
