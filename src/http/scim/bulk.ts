import type { RequestHandler, Router } from 'express';
import { bulkResponse } from '../../scim/bulk/answer.ts';
import { carryOut } from '../../scim/bulk/carry-out.ts';
import { parseBulkRequest } from '../../scim/bulk/message.ts';
import { planBulk } from '../../scim/bulk/plan.ts';
import { BULK_MAX_PAYLOAD } from '../../scim/limits.ts';
import { readBody } from '../body.ts';
import type { HttpConnection } from '../connection.ts';
import { operatorCause, toClientError } from '../failure.ts';
import { noteFailure, requestIdOf, tokenOf } from '../request-log.ts';
import { route } from '../route.ts';
import { answer, baseUrlOf } from './answer.ts';
import { bulkWriter } from './bulk-writer.ts';

/**
 * Serves `/Bulk` of one connection (RFC 7644 §3.7).
 *
 * @param newId makes the ids of what is created, UUIDs
 */
export function serveBulk(
  router: Router,
  connection: HttpConnection,
  publicUrl: string | null,
  newId: () => string,
): void {
  const bulk: RequestHandler = async (req, res) => {
    const { failOnErrors, entries } = parseBulkRequest(await readBody(req, res, BULK_MAX_PAYLOAD));
    const steps = planBulk(entries, newId);
    const writer = bulkWriter(connection, { kind: 'scim', name: tokenOf(res) });
    const outcomes = await carryOut(steps, failOnErrors, writer, () => performance.now());
    const toError = (error: unknown) => {
      const told = toClientError(error, requestIdOf(res));
      noteFailure(res, operatorCause(error), told.status);
      return told;
    };
    answer(req, res, 200, bulkResponse(steps, outcomes, baseUrlOf(req, publicUrl), toError));
  };
  route(router, '/Bulk', { POST: bulk });
}
