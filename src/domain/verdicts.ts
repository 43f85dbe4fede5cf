import type { PersonRecord } from './person.ts';

/** What a write made of a person; `before` is null for somebody who is new. */
export interface Change {
  readonly before: PersonRecord | null;
  readonly after: PersonRecord;
}

/** What becomes of a write on which its client waited. */
export type Judgement =
  /** It stands; `record` is the person as far as Concur came with them. */
  | { readonly kind: 'stands'; readonly record: PersonRecord }
  /** Concur refused it and nothing else. */
  | {
      readonly kind: 'refused';
      /** The person as they were when Concur had refused the write. */
      readonly record: PersonRecord;
      /** Another user holds the userName or the employee number. */
      readonly uniqueness: boolean;
      /** For the client: the attributes, Concur's own words, and what is known of the attributes. */
      readonly detail: string;
      /** Concur's own words. */
      readonly message: string;
      /** When Concur refused it, in ms since the epoch. */
      readonly at: number;
    };

/** A write that may wait for Concur's verdict. */
export interface Wait {
  /** Until when, in ms since the epoch. */
  readonly until: number;
  /** Resolves, at the latest then, with what becomes of the change that was accepted. Never fails. */
  judge(change: Change): Promise<Judgement>;
  /** The write waits no longer. */
  end(): void;
}

/** Concur's verdicts, for clients that wait for them. */
export interface Verdicts {
  /** How long a write waits unless its client says otherwise, in ms; 0: none does, whatever its client says. */
  readonly window: number;
  /**
   * Asks, before a write is accepted, whether it may wait.
   *
   * @param wait how long, in ms
   * @returns null where no verdict can come in time: Concur is down or slows us, others are before this write, or as
   *   many wait as may
   */
  admit(wait: number): Promise<Wait | null>;
}
