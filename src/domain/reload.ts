import type { Effect } from './replanning.ts';

/** What another configuration would change about a connection, or has changed. */
export interface ConnectionEffect extends Effect {
  readonly connection: string;
}

/** What became of reading the configuration again. */
export type ReloadOutcome =
  | { readonly kind: 'usable'; readonly effects: readonly ConnectionEffect[] }
  /** It is wrong, and nothing was changed; the problems never hold a value. */
  | {
      readonly kind: 'invalid';
      readonly problems: readonly { readonly path: string; readonly message: string }[];
    }
  /** It changes these settings, which a running program keeps; nothing was changed. */
  | { readonly kind: 'needs_restart'; readonly settings: readonly string[] }
  /** Another one is under way; nothing was changed. */
  | { readonly kind: 'busy' }
  /** The process ends; nothing was changed. */
  | { readonly kind: 'closing' };

/** The configuration of a running bridge. */
export interface Reload {
  /** Reads the configuration again and says what it would change. Changes nothing. */
  preview(): Promise<ReloadOutcome>;
  /** The same, and the configuration takes effect; its people are planned after that, beside everything else. */
  apply(): Promise<ReloadOutcome>;
}
