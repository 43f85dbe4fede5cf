/** What goes wrong. */
export type Fault =
  /** The request is answered with this status and nothing happens. */
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly retryAfter?: number | string;
      readonly body?: unknown;
    }
  /** The connection is cut; nothing has happened. */
  | { readonly kind: 'drop-before' }
  /** The connection is cut after everything has happened; with `late` a Bulk is carried out only so many ms after that. */
  | { readonly kind: 'drop-after'; readonly late?: number }
  /** The request is carried out after a while. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** The request is never carried out nor answered; with `ms` the connection is cut after so long. */
  | { readonly kind: 'hang'; readonly ms?: number }
  /** The request is carried out and the answer is not JSON (the default), ends in the middle, or has no body. */
  | { readonly kind: 'malformed'; readonly as?: 'no-json' | 'cut' | 'empty' }
  /** The provisioning request that this request starts never completes. */
  | { readonly kind: 'stuck' }
  /** The asynchronous part of the provisioning request that this request starts takes this long. */
  | { readonly kind: 'late'; readonly ms: number };

/** Which requests a fault hits: all of them when `match` is absent. */
export interface Match {
  readonly method?: string;
  /** A regular expression over the path (without the query). */
  readonly path?: string | RegExp;
}

/** A fault, what it hits and how often; without `times` it stays until it is taken away. */
export type FaultRule = Fault & { readonly match?: Match; readonly times?: number };

/** What a test makes go wrong, and until when. */
export interface Faults {
  /** Adds a rule and returns its id. Of several rules that match a request the oldest is taken. */
  add(rule: FaultRule): number;
  remove(id: number): void;
  clear(): void;
  /** Makes the provisioning service forget a request, as it does after seven days. */
  forget(provisionId: string): void;
}

/** The fault rules, with the side that the request handler uses. */
export interface FaultRules extends Omit<Faults, 'forget'> {
  /** The fault that hits this request, if any; a rule with `times` is used up by one. */
  take(method: string, path: string): Fault | undefined;
}

/** Makes an empty set of fault rules. */
export function createFaultRules(): FaultRules {
  const rules = new Map<number, { rule: FaultRule; left: number }>();
  let lastId = 0;
  return {
    add(rule) {
      lastId += 1;
      rules.set(lastId, { rule, left: rule.times ?? Number.POSITIVE_INFINITY });
      return lastId;
    },
    remove(id) {
      rules.delete(id);
    },
    clear() {
      rules.clear();
    },
    take(method, path) {
      for (const [id, entry] of rules) {
        const { match = {} } = entry.rule;
        if (match.method !== undefined && match.method.toUpperCase() !== method) continue;
        if (match.path !== undefined && !new RegExp(match.path).test(path)) continue;
        entry.left -= 1;
        if (entry.left <= 0) rules.delete(id);
        return entry.rule;
      }
      return undefined;
    },
  };
}
