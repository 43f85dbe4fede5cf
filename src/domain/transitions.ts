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
  ...from(null, {
    queued: 'a client creates the person',
    unmanaged: 'a client creates the person, who is outside the scope',
  }),
  ...from('queued', {
    sending: 'the worker claims the person under a lease',
    processing: 'one of two earlier requests ends, the other is still open',
    in_sync: 'an earlier request ends, and nothing is left to do',
    partial: 'an earlier request ends, and the rest still waits or stays refused',
    failed: 'an earlier request ends, and what Concur refused is still asked for',
    held: 'an earlier request ends, and an admin has yet to decide',
    unmanaged:
      'a change, or an earlier request that ends, leaves the person out of scope with nothing to send',
  }),
  ...from('sending', {
    processing: 'Concur took the operation, or an earlier one is still open',
    in_sync: 'nothing is left to do',
    partial: 'the rest waits, lacks a value, or stays refused',
    failed: 'Concur refused identity, or the person cannot be created',
    held: 'an existing Concur user may be the person, or the guard holds a loss of access',
    queued:
      'a difference is left, a deactivation is accepted, a transient failure, a lost answer, or a lapsed lease',
    unmanaged: 'the person is out of scope, and nothing is left to do',
  }),
  ...from('processing', {
    in_sync: 'confirmed',
    partial: 'something besides identity was refused, waits or lacks a value',
    failed: 'identity was refused',
    held: 'an admin has yet to decide about a loss of access',
    queued: 'a difference is left, a deactivation was refused, or the outcome is unknown',
    sending: 'a deactivation overtakes the open operation',
    unmanaged: 'the person is out of scope, and nothing is left to do',
  }),
  ...from('in_sync', {
    queued:
      'a change, a retry, the person waited for now exists, a scope is granted, or a lost request is over',
    unmanaged: 'a change puts the person, of whom nothing was ever sent, out of scope',
  }),
  ...from('partial', {
    queued:
      'a change, a retry, the person waited for now exists, a scope is granted, or a lost request is over',
  }),
  ...from('failed', {
    in_sync: 'the write that created the person is withdrawn, as Concur refused it',
    queued:
      'a change, a retry, the name is given up by its holder, a scope is granted, or a lost request is over',
    unmanaged: 'a change puts the person, of whom nothing was ever sent, out of scope',
  }),
  ...from('held', {
    queued: "a change, a retry, or an admin's decision",
    in_sync: 'somebody else here takes the Concur user of a deleted person over',
    unmanaged: 'a change puts the person, of whom nothing was ever sent, out of scope',
  }),
  ...from('unmanaged', {
    queued:
      'a change, a retry, or other settings bring the person into the scope, or something is still to be taken away',
  }),
];

/** Tells whether a person's state may change from `from` (null: they are new) to `to`. */
export function isTransition(from: State | null, to: State): boolean {
  return TRANSITIONS.some((transition) => transition.from === from && transition.to === to);
}
