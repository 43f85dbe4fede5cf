import type { LearnedSchemas } from '../domain/learned-schemas.ts';
import type { Log } from '../domain/log.ts';
import type { Concur } from '../domain/ports.ts';
import { messageOf } from '../domain/refusal.ts';
import { type Beyond, beyondBuiltIn } from '../mapping/concur-schema/beyond.ts';
import { type Loop, startLoop } from './loop.ts';

const HOUR = 3_600_000;

/** How long what was read is believed, in ms. */
const LOOK_INTERVAL = 24 * HOUR;

/** How long after a look that failed comes the next, in ms. */
const RETRY_INTERVAL = HOUR;

/** Where what was learned is kept. */
interface Memory {
  learn(
    schemas: LearnedSchemas,
  ): Promise<{ readonly before: LearnedSchemas | null; readonly now: LearnedSchemas }>;
}

/**
 * Reads Concur's own schemas at the start and once a day, keeps what they say, and tells what of it the built-in
 * schema lacks. Where they cannot be read nothing changes; delivery needs none of it.
 */
export function watchSchemas({
  concur,
  memory,
  clock,
  log,
}: {
  readonly concur: Pick<Concur, 'schemas' | 'pause'>;
  readonly memory: Memory;
  /** The time, in ms since the epoch. */
  readonly clock: () => number;
  readonly log: Log;
}): Loop {
  let nextLook = Number.NEGATIVE_INFINITY;
  let said: string | null = null;

  async function look(): Promise<number> {
    if (clock() < nextLook || concur.pause('others') > 0) return 0;
    nextLook = clock() + RETRY_INTERVAL;
    const { outcome, correlationId } = await concur.schemas();
    if (outcome.kind !== 'schemas') {
      const why = outcome.kind === 'refused' ? messageOf(outcome) : outcome.message;
      if (why !== said) log.info({ why, correlationId }, "Concur's own schemas cannot be read");
      said = why;
      return 0;
    }
    said = null;
    nextLook = clock() + LOOK_INTERVAL;
    const { before, now } = await memory.learn(outcome.schemas);
    const news = newsOf(before, now);
    if (news !== null) log.info(news, 'Concur has more than this version knows by itself: it can be mapped');
    return 0;
  }

  return startLoop({
    step: look,
    onError: (error) => log.error({ err: error }, "the look at Concur's own schemas failed"),
  });
}

function newsOf(before: LearnedSchemas | null, now: LearnedSchemas): Omit<Beyond, 'others'> | null {
  const former = beyondBuiltIn(before ?? {});
  const latter = beyondBuiltIn(now);
  const attributes = latter.attributes.filter((one) => !former.attributes.includes(one));
  const values = latter.values.filter((one) => !former.values.includes(one));
  return attributes.length + values.length === 0 ? null : { attributes, values };
}
