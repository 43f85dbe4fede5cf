/** What is wrong with one value. */
export interface Fault {
  /** The rule of Concur's that it breaks, as a plain sentence without a full stop. */
  readonly rule: string;
  /** Completes "Concur takes …", where that says more than the rules of the attribute as a whole do. */
  readonly valid?: string;
}

/** Judges the text of one attribute; null: nothing is known to be wrong with it. */
export type Check = (text: string) => Fault | null;

/** The first fault that one of the checks finds. */
export function firstOf(checks: readonly Check[]): Check {
  return (text) => {
    for (const check of checks) {
      const fault = check(text);
      if (fault !== null) return fault;
    }
    return null;
  };
}
