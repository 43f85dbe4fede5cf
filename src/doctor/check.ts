/** How a check ended; `failed`: provisioning would not work. */
export type State = 'ok' | 'warning' | 'failed' | 'skipped';

/** What a check found. */
export interface Finding {
  readonly state: Exclude<State, 'skipped'>;
  /** Plain words without secrets; may have several lines. */
  readonly found: string;
  /** What to do about it; null where there is nothing to do. */
  readonly remedy: string | null;
}

/** One line of the checklist, about a `Subject`: the installation, or one of its connections. */
export interface Check<Subject> {
  readonly id: string;
  readonly title: string;
  /** The checks without whose success this one says nothing: it is skipped when one of them failed or was skipped. */
  readonly needs: readonly string[];
  /** Looks, and changes nothing. What it throws counts as failed. */
  readonly look: (subject: Subject) => Finding | Promise<Finding>;
}

/** All is well. */
export function ok(found: string): Finding {
  return { state: 'ok', found, remedy: null };
}

/** Provisioning works, or will; somebody should know all the same. */
export function warning(found: string, remedy: string): Finding {
  return { state: 'warning', found, remedy };
}

/** Provisioning would not work, or not for what is asked of it. */
export function failed(found: string, remedy: string | null): Finding {
  return { state: 'failed', found, remedy };
}
