import type { State } from './provisioning.ts';

/** A way from one state to another; `from` is null for somebody who is new. */
export interface Transition {
  readonly from: State | null;
  readonly to: State;
  /** What moves the person on. */
  readonly name: string;
}

const from = (state: State | null, ways: Readonly<Partial<Record<State, string>>>): readonly Transition[] =>
  (Object.entries(ways) as [State, string][]).map(([to, name]) => ({ from: state, to, name }));

/**
 * Every change of a person's state that can happen. A claim moves on whoever is queued; the request of
 * an earlier operation may end before that, and is then settled from wherever the person stands.
 */
export const TRANSITIONS: readonly Transition[] = [
  ...from(null, { queued: 'a client creates the person' }),
  ...from('queued', {
    sending: 'the worker claims the person under a lease',
    processing: 'one of two earlier requests ends, the other is still open',
    in_sync: 'an earlier request ends, and nothing is left to do',
    partial: 'an earlier request ends, and the rest still waits or stays refused',
    failed: 'an earlier request ends, and what Concur refused is still asked for',
    held: 'an earlier request ends, and an admin has yet to decide',
  }),
  ...from('sending', {
    processing: 'Concur took the operation, or an earlier one is still open',
    in_sync: 'nothing is left to do',
    partial: 'the rest waits, lacks a value, or stays refused',
    failed: 'Concur refused identity, or the person cannot be created',
    held: 'an existing Concur user may be the person',
    queued:
      'a difference is left, a deactivation is accepted, a transient failure, a lost answer, or a lapsed lease',
  }),
  ...from('processing', {
    in_sync: 'confirmed',
    partial: 'something besides identity was refused, waits or lacks a value',
    failed: 'identity was refused',
    queued: 'a difference is left, a deactivation was refused, or the outcome is unknown',
    sending: 'a deactivation overtakes the open operation',
  }),
  ...from('in_sync', {
    queued:
      'a change, a retry, the person waited for now exists, a scope is granted, or a lost request is over',
  }),
  ...from('partial', {
    queued:
      'a change, a retry, the person waited for now exists, a scope is granted, or a lost request is over',
  }),
  ...from('failed', {
    queued:
      'a change, a retry, the name is given up by its holder, a scope is granted, or a lost request is over',
  }),
  ...from('held', { queued: "a change, a retry, or an admin's decision" }),
];

/** Tells whether a person's state may change from `from` (null: they are new) to `to`. */
export function isTransition(from: State | null, to: State): boolean {
  return TRANSITIONS.some((transition) => transition.from === from && transition.to === to);
}
