import { EVERYTHING } from '../../src/domain/granted.ts';
import type { ConcurMessage, Operation, PersonRecord, Provisioning } from '../../src/domain/person.ts';
import type { Known, Wanted } from '../../src/domain/plan.ts';

/** A person whom Concur holds, fully known, with nothing of ours. */
export function provisioning(more: Partial<Provisioning> = {}): Provisioning {
  return {
    state: 'sending',
    reason: null,
    concurId: 'c-1',
    applied: { profile: { active: true }, unknown: [] },
    owned: [],
    refused: {},
    confirmed: {},
    losses: {},
    candidates: [],
    waitingFor: [],
    manager: null,
    lane: 'update',
    due: null,
    attempts: 0,
    pendingSince: null,
    lastConfirmed: null,
    lastError: null,
    lastRequestId: null,
    verdictUntil: null,
    openOperations: 0,
    ...more,
  };
}

/** A person with their provisioning. */
export function record(more: Partial<Provisioning> = {}, deleted: number | null = null): PersonRecord {
  return {
    person: {
      connection: 'default',
      id: 'p-1',
      resource: { userName: 'ada@example.com' },
      version: 1,
      created: 0,
      lastModified: 0,
      deleted,
      override: null,
    },
    provisioning: provisioning(more),
  };
}

/** What is wanted: an active person with these values. */
export function wanted(profile: Wanted['profile'] = {}, more: Partial<Wanted> = {}): Wanted {
  const { missingFor } = EVERYTHING;
  return { profile: { active: true, ...profile }, initial: {}, waiting: [], gaps: [], missingFor, ...more };
}

/** An operation that asks for these values. */
export function operation(set: Operation['difference']['set'], more: Partial<Operation> = {}): Operation {
  return {
    method: 'PATCH',
    personId: 'p-1',
    concurId: 'c-1',
    difference: { set, remove: [] },
    base: {},
    initial: [],
    desired: set,
    ...more,
  };
}

/** A message of Concur's. */
export function message(text: string, schemaPath: string | null = null): ConcurMessage {
  return { code: 'INVALID_VALUE', message: text, schemaPath, type: 'error' };
}

/** Concur was searched, and nobody matched. */
export const ABSENT: Known = { absent: true, read: new Set() };
