import { isDeactivation } from '../domain/difference.ts';
import { CORE } from '../domain/extensions.ts';
import type { ExtensionResult } from '../domain/outcome.ts';
import type { ConcurMessage } from '../domain/person.ts';
import type { Accepted, Answer, OperationResult, OutgoingOperation, RequestStatus } from '../domain/ports.ts';
import { bulkAccepted, type OperationStatus, statusPage, statusSummary, uuid } from './answers.ts';
import { encodeBulk } from './encode.ts';
import { concurMessage } from './failures.ts';
import type { ServiceCall, Session } from './session.ts';

const BASE = '/profile/v4';

/** How many operations of a request are read at a time: as many as a Bulk may have. */
const PAGE = 100;

/** The `bulkId` that Concur makes up for a request to `/Users`. */
const MADE_UP = 'gen-temp-bulk-id';

const NOT_OFFERED = 'Concur does not offer the User Provisioning Service at this address';

/** Sends operations in one `/Bulk` (User Provisioning, "Create new users with /Bulk endpoint"). */
export function sendBulk(
  session: Session,
  operations: readonly OutgoingOperation[],
): Promise<Answer<Accepted>> {
  const call: ServiceCall = {
    service: 'provisioning',
    method: 'POST',
    path: `${BASE}/Bulk`,
    body: encodeBulk(operations),
    write: true,
    missing: NOT_OFFERED,
    canMiss: false,
    urgent: operations.every(({ difference }) => isDeactivation(difference)),
  };
  return session.call<Accepted>(call, ({ status, body }) => {
    const accepted = bulkAccepted.safeParse(body);
    return status === 202 && accepted.success
      ? { kind: 'accepted', provisionId: accepted.data.id }
      : undefined;
  });
}

/**
 * Asks what became of a request (User Provisioning, "Tracking Completion"): first the summary, and
 * only when Concur is done, the operations page by page; at once where `wanted` says so, since two looks
 * in a row at a request that is not completed would come too soon.
 */
export async function requestStatus(
  session: Session,
  provisionId: string,
  wanted: 'summary' | 'operations' = 'summary',
): Promise<Answer<RequestStatus>> {
  if (wanted === 'operations') return operationsOf(session, provisionId);
  const summary = await session.call<RequestStatus>(statusCall(provisionId, ''), ({ status, body }) => {
    const read = statusSummary.safeParse(body);
    if (status !== 200 || !read.success) return undefined;
    return { kind: 'status', completed: read.data.status.completed, operations: [] };
  });
  if (summary.outcome.kind !== 'status' || !summary.outcome.completed) return summary;
  return operationsOf(session, provisionId);
}

async function operationsOf(session: Session, provisionId: string): Promise<Answer<RequestStatus>> {
  const operations: OperationResult[] = [];
  for (;;) {
    const query = `?attributes=operations&startIndex=${operations.length + 1}&count=${PAGE}`;
    const page = await session.call<Page>(statusCall(provisionId, query), ({ status, body }) => {
      const read = statusPage.safeParse(body);
      if (status !== 200 || !read.success) return undefined;
      const { data } = read;
      const total = data.operationsCount?.total ?? data.totalResults ?? data.operations.length;
      // An empty page before the end would be asked for again for ever.
      if (data.operations.length === 0 && operations.length < total) return undefined;
      const single = data.meta?.provisionType === 'User';
      return {
        kind: 'page',
        completed: data.status.completed,
        total,
        operations: data.operations.map((one) => operationResult(one, single)),
      };
    });
    if (page.outcome.kind !== 'page') return { ...page, outcome: page.outcome };
    const { completed, total } = page.outcome;
    operations.push(...page.outcome.operations);
    if (operations.length >= total) return { ...page, outcome: { kind: 'status', completed, operations } };
  }
}

interface Page {
  readonly kind: 'page';
  readonly completed: boolean;
  readonly total: number;
  readonly operations: readonly OperationResult[];
}

function statusCall(provisionId: string, query: string): ServiceCall {
  return {
    service: 'provisioning',
    method: 'GET',
    path: `${BASE}/provisions/${encodeURIComponent(provisionId)}/status${query}`,
    write: false,
    missing: 'Concur does not know this provisioning request (it keeps requests for 7 days)',
    canMiss: true,
  };
}

function operationResult(operation: OperationStatus, single: boolean): OperationResult {
  const { bulkId, status, resource } = operation;
  const id = uuid.safeParse(resource?.id);
  return {
    operationId: single || bulkId === MADE_UP ? null : (bulkId ?? null),
    concurId: id.success ? id.data : null,
    completed: status.completed,
    success: status.success ?? null,
    extensions: [...operation.extensions.map(extensionResult), ...ownFailure(operation)],
  };
}

function extensionResult({ name, status, messages }: OperationStatus['extensions'][number]): ExtensionResult {
  return {
    extension: name,
    completed: status.completed,
    success: status.success ?? null,
    result: status.result ?? (status.completed ? (status.success ? 'success' : 'error') : 'processing'),
    code: status.code ?? null,
    messages: messages.map(concurMessage),
  };
}

/**
 * An operation that failed before any extension was looked at says why by itself (User Provisioning,
 * "Operation-Level Failures"). Identity is what stopped then.
 */
function ownFailure({ status, extensions, messages, error }: OperationStatus): readonly ExtensionResult[] {
  if (status.success !== false || extensions.some((one) => one.status.success === false)) return [];
  const own = [...messages, ...(error?.messages ?? [])];
  const said: readonly ConcurMessage[] = (own.length === 0 && error?.message ? [error] : own).map(
    concurMessage,
  );
  if (said.length === 0) return [];
  return [
    {
      extension: CORE,
      completed: true,
      success: false,
      result: 'error',
      code: status.code ?? null,
      messages: said,
    },
  ];
}
