import type { ExtensionResult, Operation } from './operation.ts';
import type { Provision } from './provisions.ts';
import type { World } from './world.ts';

/** Which operations of a request are to be shown. */
export interface OperationsPage {
  readonly startIndex: number;
  readonly count: number;
  readonly state: 'pending' | 'success' | 'failed' | null;
}

/**
 * A provisioning request as the service answers it: the summary, or with `page` the operations too
 * (v4.user-provisioning.md, "Retrieve a Summary / Detailed Provisioning Request Status").
 */
export function presentProvision(
  world: World,
  provision: Provision,
  page?: OperationsPage,
): Record<string, unknown> {
  const { operations, completed } = provision;
  const counts = {
    total: operations.length,
    success: operations.filter((operation) => stateOf(operation) === 'success').length,
    failed: operations.filter((operation) => stateOf(operation) === 'failed').length,
    pending: operations.filter((operation) => stateOf(operation) === 'pending').length,
  };
  const chosen =
    page && operations.filter((operation) => page.state === null || page.state === stateOf(operation));
  const shown = page && chosen?.slice(page.startIndex - 1, page.startIndex - 1 + page.count);
  return {
    schemas: ['urn:ietf:params:scim:schemas:extension:concur:2.0:Provision:Status'],
    id: provision.id,
    operationsCount: counts,
    status: {
      completed: completed !== undefined,
      success: completed === undefined ? null : counts.failed === 0,
    },
    meta: {
      location: `${world.baseUrl()}/profile/v4/provisions/${provision.id}/status`,
      created: moment(provision.created),
      lastModified: moment(provision.lastModified),
      provisionType: provision.kind,
      resourceType: 'ProvisionRequest',
      correlationId: provision.correlationId,
      ...(completed === undefined ? {} : { completed: moment(completed) }),
    },
    ...(page && chosen && shown
      ? {
          totalResults: chosen.length,
          itemsPerPage: shown.length,
          startIndex: page.startIndex,
          operations: shown.map(presentOperation),
        }
      : {}),
  };
}

function stateOf({ success }: Operation): 'pending' | 'success' | 'failed' {
  return success === undefined ? 'pending' : success ? 'success' : 'failed';
}

function presentOperation(operation: Operation): Record<string, unknown> {
  const { id, bulkId, userId, success, code, results } = operation;
  return {
    id,
    bulkId,
    status: {
      completed: success !== undefined,
      success: success ?? null,
      ...(code === undefined ? {} : { code }),
    },
    ...(userId === undefined ? {} : { resource: { id: userId, type: 'User' } }),
    extensions: [...results].map(([name, result]) => presentExtension(name, result)),
  };
}

function presentExtension(
  name: string,
  { result, code, messages }: ExtensionResult,
): Record<string, unknown> {
  const completed = result !== 'processing';
  const success = result === 'success' || result === 'no-op';
  return {
    name,
    status: {
      completed,
      success: completed ? success : null,
      ...(code === undefined ? {} : { code }),
      result,
    },
    ...(messages.length === 0 ? {} : { messages }),
  };
}

// "2021-04-22T15:03:25.975+0000"
function moment(at: number): string {
  return new Date(at).toISOString().replace('Z', '+0000');
}
