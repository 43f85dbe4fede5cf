import type { Message } from './attributes.ts';
import type { Change, Method } from './change.ts';
import { EXTENSION_SCHEMAS } from './extensions.ts';
import { IDENTITY_SCHEMAS } from './identity.ts';
import { CORE } from './schemas.ts';

/** What a status call shows of one extension of one operation (v4.user-provisioning.md, "Result Response"). */
export interface ExtensionResult {
  readonly result: 'success' | 'no-op' | 'processing' | 'error' | 'not-processed';
  readonly code?: string;
  readonly messages: readonly Message[];
}

/** One operation of a provisioning request. */
export interface Operation {
  readonly id: string;
  readonly bulkId: string;
  readonly method: Method;
  userId: string | undefined;
  readonly changes: ReadonlyMap<string, Change>;
  /** undefined while it is under way. */
  success: boolean | undefined;
  code: string | undefined;
  readonly results: Map<string, ExtensionResult>;
}

/** An operation about to be taken: every schema it names is `processing`, of the others there is nothing to do. */
export function newOperation(
  index: number,
  request: Pick<Operation, 'method' | 'userId' | 'changes'> & { bulkId?: string | undefined },
): Operation {
  const { method, userId, changes, bulkId = 'gen-temp-bulk-id' } = request;
  const results = new Map<string, ExtensionResult>();
  for (const urn of [...IDENTITY_SCHEMAS, ...EXTENSION_SCHEMAS]) {
    results.set(urn, changes.has(urn) ? { result: 'processing', messages: [] } : done('no-op'));
  }
  return {
    id: String(index + 1),
    bulkId,
    method,
    userId,
    changes,
    results,
    success: undefined,
    code: undefined,
  };
}

/** A result of an extension that went well. */
export function done(result: 'success' | 'no-op'): ExtensionResult {
  return { result, code: '200', messages: [] };
}

/** Whether an operation does nothing but take access away, which may overtake another one of the same person. */
export function isDeactivation({ changes }: Operation): boolean {
  const change = changes.get(CORE);
  return (
    changes.size === 1 &&
    change?.kind === 'patch' &&
    change.operations.every(
      ({ op, attribute, value }) => op === 'replace' && attribute === 'active' && value === false,
    )
  );
}
