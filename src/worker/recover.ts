import type { Lease, OpenRequest } from '../domain/ports.ts';
import { forget } from '../domain/settlement.ts';
import type { Context } from './context.ts';
import { nextState } from './next-state.ts';
import { operationOf } from './record.ts';
import { REQUEST_LIFETIME, SINGLE_LIFETIME } from './send.ts';

/**
 * Takes up a request whose worker died before the answer was written: what it sent is unknown, so
 * its people are read, or searched for, before anything else is sent. A Bulk may still run in Concur
 * even later than newer operations, so its people are read once more when its time is over.
 */
export async function recoverRequest(context: Context, lease: Lease, request: OpenRequest): Promise<void> {
  const now = context.clock();
  const lifetime = request.kind === 'bulk' ? REQUEST_LIFETIME : SINGLE_LIFETIME;
  await context.store.commit(
    {
      lease: lease.token,
      request: {
        id: request.id,
        state: 'unknown',
        message: 'The bridge stopped before the answer to this request arrived; its people are read again.',
        nextPoll: request.sentAt + lifetime,
      },
      operations: request.operations.map(({ id }) => ({ id, state: 'unknown', results: [] })),
      people: request.operations.map(({ personId }) => personId),
      decide: (record, resolve) => {
        const known = forget(record.provisioning, operationOf(request.operations, record.person.id));
        return nextState(context, record, known, resolve);
      },
    },
    now,
  );
}
