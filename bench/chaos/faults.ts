import type { Fault, Match } from '../../src/simulator/faults.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import type { Dice } from './dice.ts';

/** Something that goes wrong at Concur from one moment on. */
export interface Trouble {
  /** For the line about the round. */
  readonly name: string;
  begin(simulator: Simulator): void;
}

const MINUTE = 60_000;

/** Which requests are hit; `writes` begin provisioning requests. */
const TARGETS: Readonly<Record<'writes' | 'bulk' | 'reads' | 'search' | 'status' | 'token' | 'any', Match>> =
  {
    writes: { path: /^\/profile\/v4\/(Bulk|Users)/ },
    bulk: { path: /Bulk/ },
    reads: { method: 'GET', path: /Users/ },
    search: { path: /search/ },
    status: { path: /provisions/ },
    token: { path: /token/ },
    any: {},
  };

/** How often each kind of trouble comes. */
const KINDS = {
  'cut before': 4,
  'cut after': 6,
  'cut, and done later': 3,
  'too many requests': 3,
  down: 3,
  broken: 3,
  hangs: 2,
  malformed: 4,
  stuck: 2,
  slow: 4,
  'slow answer': 3,
  'token refused': 2,
  'tokens revoked': 2,
  moved: 2,
  forgotten: 2,
} as const;

/** Decides what goes wrong next. */
export function nextTrouble(dice: Dice): Trouble {
  const kind = dice.weighted(KINDS);
  const target = dice.weighted({ writes: 6, bulk: 3, reads: 2, search: 3, status: 3, token: 1, any: 2 });
  const hit = (fault: Fault, on: keyof typeof TARGETS = target, times = dice.whole(1, 2)): Trouble => ({
    name: `${kind} (${on}×${times})`,
    begin: ({ faults }) => void faults.add({ ...fault, times, match: TARGETS[on] }),
  });
  switch (kind) {
    case 'cut before':
      return hit({ kind: 'drop-before' });
    case 'cut after':
      return hit({ kind: 'drop-after' });
    case 'cut, and done later':
      return hit({ kind: 'drop-after', late: dice.whole(1, 110 * MINUTE) }, 'bulk', 1);
    case 'too many requests': {
      const pause = dice.chance(0.5) ? { retryAfter: dice.whole(1, 2) } : {};
      return hit({ kind: 'status', status: 429, ...pause }, target, dice.whole(1, 6));
    }
    case 'down':
      return hit({ kind: 'status', status: 503 }, target, dice.whole(1, 7));
    case 'broken':
      return hit({ kind: 'status', status: dice.pick([500, 502, 504]) });
    case 'hangs':
      return hit({ kind: 'hang', ms: dice.whole(200, 800) });
    case 'malformed':
      return hit({ kind: 'malformed', as: dice.pick(['no-json', 'cut', 'empty']) });
    case 'stuck':
      return hit({ kind: 'stuck' }, 'writes');
    case 'slow':
      return hit({ kind: 'late', ms: dice.pick([300, 2_000, MINUTE, 30 * MINUTE]) }, 'writes');
    case 'slow answer':
      // Never a look at a request: one that arrives after its sender was killed would look like one too many.
      return hit({ kind: 'delay', ms: dice.whole(50, 600) }, dice.pick(['writes', 'reads', 'search']));
    case 'token refused':
      return hit({ kind: 'status', status: dice.pick([401, 403]) });
    case 'tokens revoked':
      return { name: kind, begin: ({ state }) => state.tokens.revoke('access') };
    case 'moved':
      return { name: kind, begin: move };
    case 'forgotten': {
      const which = dice.whole(0, 9);
      return { name: kind, begin: (simulator) => forgetOne(simulator, which) };
    }
  }
}

/** The same Concur under another name: tokens name it from now on, and there is a new one at once. */
function move({ company, state, url }: Simulator): void {
  const other = new URL(url);
  other.hostname = 'localhost';
  company.geolocation = company.geolocation === null ? other.origin : null;
  state.tokens.revoke('access');
}

/** Makes Concur forget one of the requests that it has not completed. */
function forgetOne({ state, faults }: Simulator, which: number): void {
  const open = [...state.provisions.values()].filter(({ completed }) => completed === undefined);
  const one = open[which % Math.max(1, open.length)];
  if (one !== undefined) faults.forget(one.id);
}
