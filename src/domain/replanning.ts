import type { PersonRecord } from './person.ts';
import type { AttributeKey } from './profile.ts';
import type { Lane } from './provisioning.ts';

/** Some of the living people of a connection, in the order of their ids. */
export interface PeoplePage {
  /** Who rests: `in_sync`, `partial`, `failed`, `held` or `unmanaged`. */
  readonly resting: readonly PersonRecord[];
  /** The ids of those who are queued, being sent or processed. */
  readonly underWay: readonly string[];
  /** The last id of the page, from which the next goes on; null: there is nobody left. */
  readonly last: string | null;
}

/** Somebody whose rest the settings ended, and the lane that they are to wait in. */
export interface Roused {
  readonly personId: string;
  readonly lane: Lane;
}

/** The store, as whoever plans everybody anew needs it. Every method works on one connection. */
export interface ReplanningStore {
  /** The next people, whatever their state. Reads only. */
  page(after: string | null, limit: number): Promise<PeoplePage>;
  /**
   * Queues these people, those of them who still rest, and makes those due at once who are under way.
   * One short transaction.
   */
  rouse(resting: readonly Roused[], underWay: readonly string[], now: number): Promise<void>;
  /**
   * Says by which settings people are planned from now on. Unless everybody was planned by them already, nobody
   * counts as planned by any until `finish`, so that a crash in between makes the next start plan everybody anew.
   *
   * @returns whether everybody is still to be planned by them
   */
  begin(fingerprint: string): Promise<boolean>;
  /** Everybody was planned by these settings. */
  finish(fingerprint: string): Promise<void>;
  /**
   * These settings are in use, or were up to now. Where another process has planned everybody by others meanwhile,
   * these may have been used on somebody since: then everybody is still to be planned by any.
   *
   * @returns whether it is so
   */
  dispute(fingerprint: string): Promise<boolean>;
}

/** Somebody whom other settings would change. */
export interface Example {
  readonly id: string;
  readonly userName: string;
  /** What would be sent to Concur, by attribute key; empty where the person would only rest otherwise. */
  readonly attributes: readonly AttributeKey[];
  /** Why something could not be sent; null: nothing is known to stand against it. */
  readonly problem: string | null;
}

/** What other settings would change. */
export interface Effect {
  /** Living people. */
  readonly people: number;
  /** Those at rest to whom something would be sent, or who would rest otherwise. */
  readonly changed: number;
  /** Those of them who would be deactivated, or lose an entitlement or a role. */
  readonly losingAccess: number;
  /** Those who are queued, being sent or processed: they are planned by the settings in any case. */
  readonly underWay: number;
  /** Some of those who would change. */
  readonly examples: readonly Example[];
}

/** The effect on nobody. */
export const NO_EFFECT: Effect = { people: 0, changed: 0, losingAccess: 0, underWay: 0, examples: [] };
