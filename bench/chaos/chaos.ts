import { startSimulator } from '../../src/simulator/simulator.ts';
import { differencesInBridge } from './accepted.ts';
import { startBridge } from './bridge.ts';
import { calmDown } from './calm.ts';
import { differencesInConcur } from './comparison.ts';
import { createDice } from './dice.ts';
import { keepEvidence } from './evidence.ts';
import { GROUP_NAMES, type People } from './people.ts';
import { nextRound, play, summary } from './round.ts';
import { createScimClient, type Ids } from './scim-client.ts';
import { createTime } from './time.ts';

/** After how many rounds everything comes to rest and is compared; and after the last. */
const ROUNDS_BETWEEN_LOOKS = 20;

/** Breaches of SAP's rules that a lost answer may lead to: what was lost may be carried out later, beside what follows. */
const UNAVOIDABLE: ReadonlySet<string> = new Set(['concurrent-operations', 'duplicate-create']);

/** How many errors of the bridge's own are shown: of one defect there may be thousands. */
const MOST_DEFECTS = 5;

/** What became of a run. */
export interface ChaosOutcome {
  /** What was not as it should be, a line each; none in a good run. */
  readonly failures: readonly string[];
  /** The file that says more about them. */
  readonly evidence: string | null;
  /** The last round that was played, counted from 1. */
  readonly round: number;
  readonly writes: number;
  readonly people: number;
  /** Requests that Concur took, and breaches of SAP's rules by their code. */
  readonly requests: number;
  readonly violations: Readonly<Record<string, number>>;
}

/**
 * Lets so many rounds of writes, faults and kills happen to the real program and a simulated Concur. Everything is
 * decided by the seed; only how far the bridge has come at each moment is not. Stops at the first look that finds
 * something.
 *
 * @param watch told of each round before it is played
 */
export async function runChaos(
  { rounds, seed }: { readonly rounds: number; readonly seed: number },
  watch: (round: number, summary: string) => void,
): Promise<ChaosOutcome> {
  const dice = createDice(seed);
  const time = createTime((ahead) => bridge.tell(ahead));
  // How often a request is looked at is not judged here: the two clocks are not moved on at the same instant.
  const simulator = await startSimulator({ clock: time.now, pollInterval: 0 });
  const bridge = await startBridge(simulator, time);
  const people: People = new Map();
  const ids: Ids = new Map();
  const clients = bridge.tokens.map((token) => createScimClient(bridge, token, ids));
  const failures: string[] = [];
  let round = 0;
  let writes = 0;
  let evidence: string | null = null;
  try {
    for (const name of GROUP_NAMES) await clients[0]?.createGroup(name);
    while (round < rounds && failures.length === 0) {
      round += 1;
      const next = nextRound(people, dice);
      writes += next.clients.length;
      watch(round, summary(next));
      await play(next, { simulator, bridge, time, clients });
      if (round % ROUNDS_BETWEEN_LOOKS === 0 || round === rounds) failures.push(...(await look()));
    }
  } catch (error) {
    failures.push(error instanceof Error ? error.message : String(error));
  } finally {
    if (failures.length > 0) evidence = await keepEvidence(failures, { people, bridge, simulator, seed });
    await bridge.dispose();
    await simulator.close();
  }
  const violations = Map.groupBy(simulator.violations, ({ code }) => code);
  return {
    failures,
    evidence,
    round,
    writes,
    people: people.size,
    requests: simulator.requests.length,
    violations: Object.fromEntries([...violations].map(([code, all]) => [code, all.length])),
  };

  /** Lets everything come to rest, and says what is not as it should be then. */
  async function look(): Promise<string[]> {
    const unrest = await calmDown(bridge, time);
    const found = [
      ...(unrest === null ? [] : [`It does not come to rest: ${unrest}`]),
      ...differencesInConcur(people, simulator),
      ...(await differencesInBridge(people, bridge, simulator)),
      ...simulator.violations
        .filter(({ code }) => !UNAVOIDABLE.has(code))
        .map(({ code, detail }) => `${code}: ${detail}`),
      ...bridge.defects().slice(0, MOST_DEFECTS),
    ];
    for (const person of people.values()) {
      person.tradesName = false;
      person.settled = true;
    }
    return found;
  }
}
