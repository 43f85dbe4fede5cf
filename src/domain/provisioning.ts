/**
 * States of a person's provisioning.
 *
 * - `queued`: a difference exists (or may exist) and is due at a time. An accepted write, a lapsed
 *   wait, a retry or a newly created manager puts a person here. The worker's claim moves it on.
 * - `sending`: claimed under a lease. The worker that holds the lease moves it on; when the lease
 *   lapses, recovery does.
 * - `processing`: Concur took an operation and its provisioning request is open. Confirmation moves it on.
 * - `in_sync`: Concur has confirmed everything asked.
 * - `partial`: identity is in; something else was refused, waits for another person, or cannot be delivered.
 * - `failed`: Concur refused the identity part, or the person cannot be created. A change of what was refused, or an admin, moves it on.
 * - `held`: the bridge must not decide alone (ambiguous match, guard). An admin moves it on.
 * - `unmanaged`: outside the scope of the connection. A change that brings the person into it moves them on.
 */
export const STATES = [
  'queued',
  'sending',
  'processing',
  'in_sync',
  'partial',
  'failed',
  'held',
  'unmanaged',
] as const;

/** The state of a person's provisioning. */
export type State = (typeof STATES)[number];

/**
 * Why a person is in that state, when the state alone does not say it. The closed list, with the
 * sentence that people read.
 */
export const REASONS = {
  refused: 'Concur refused a value; it is sent again once it changes or an admin retries',
  name_taken:
    'Concur says that the name or number is taken, and nobody in this company holds it: another Concur company, often the test site, does',
  ambiguous: 'An existing Concur user may be this person; an admin has to decide',
  incomplete: 'A value that Concur requires is missing, or a value cannot be delivered as it is',
  waiting_for_person:
    'Waits for another person: a manager or approver who is not yet what Concur requires of them, or a leaver who holds the same user or name',
  not_readable:
    'The scopes of this connection do not let the bridge read a part of the profile; it leaves what it cannot see as it is',
  not_kept:
    'Concur confirmed a value twice and does not keep it; it is sent again once it changes or an admin retries',
  not_granted: 'The scopes that the company granted do not let the bridge write a part of the profile',
  guard: 'More people were to lose access than the deactivation guard allows; an admin has to decide',
  discarded: 'An admin discarded a deactivation: Concur keeps the access until a client writes active again',
  not_created: 'Inactive here and absent in Concur: there is nothing to create',
  out_of_scope: 'Outside the scope of this connection: nothing is sent to Concur',
  deleted: 'Deleted in Concur, for ever',
  concur_unavailable: 'Concur did not answer or asked to come back later',
  credentials: 'Concur did not accept the credentials of this connection',
  bridge_failed: 'The bridge itself failed on this person; its log has the cause',
  outcome_unknown: 'An answer of Concur was lost; what it holds is read before anything is sent',
} as const;

/** Why a person is in their state. */
export type Reason = keyof typeof REASONS;

/**
 * The order in which people are served: deactivations before everything, then creations and
 * reactivations, then updates, then imports and changes of the mapping.
 */
export const LANES = ['deactivation', 'creation', 'update', 'import'] as const;

/** The lane that a due person waits in. */
export type Lane = (typeof LANES)[number];

/**
 * Whom a claim is for: `deactivation`, leavers whose Concur user is known, so that a deactivation never waits
 * for a search; `lookup`, leavers who are first to be searched for; `awaited`, people on whom a client waits for Concur's
 * verdict; `others`, everybody else.
 */
export type Claimable = 'deactivation' | 'lookup' | 'awaited' | 'others';
