import type { Extension } from './extensions.ts';
import type { ConcurMessage } from './person.ts';

/** A refusal by Concur because of the data: the same request would be refused again. */
export interface Refused {
  readonly kind: 'refused';
  readonly messages: readonly ConcurMessage[];
  /** Another user holds the userName or the employee number. */
  readonly uniqueness: boolean;
}

/** A failure that passes by itself; come back after `after` ms (null: as the retry policy says). */
export interface Retry {
  readonly kind: 'retry';
  readonly why: 'rate' | 'maintenance' | 'transient' | 'token';
  readonly after: number | null;
  /** One plain sentence for the admin, without host names or secrets. */
  readonly message: string;
}

/** The answer was lost: the request may or may not have been carried out. */
export interface Unknown {
  readonly kind: 'unknown';
  /** How long to wait before looking, in ms; null: as the retry policy says, since it may be made again at any time. */
  readonly after: number | null;
  readonly message: string;
}

/** Concur does not know the user, or the provisioning request, that was named. */
export interface Missing {
  readonly kind: 'missing';
  readonly message: string;
}

/** Every way in which a call to Concur can fail. */
export type Failure = Refused | Retry | Unknown | Missing;

/** What Concur says of one extension of one operation. */
export interface ExtensionResult {
  readonly extension: string;
  readonly completed: boolean;
  readonly success: boolean | null;
  /** `success`, `no-op`, `processing`, `error` or `not-processed`. */
  readonly result: string;
  readonly code: string | null;
  readonly messages: readonly ConcurMessage[];
}

/** What became of one extension, judged from Concur's answer about the whole operation. */
export type ExtensionVerdict =
  | { readonly extension: Extension; readonly verdict: 'applied' }
  | {
      readonly extension: Extension;
      readonly verdict: 'refused';
      readonly messages: readonly ConcurMessage[];
      /** Concur said by status or `scimType`, whatever its words, that a name or number is taken. */
      readonly uniqueness?: boolean;
    }
  | { readonly extension: Extension; readonly verdict: 'unknown' };
