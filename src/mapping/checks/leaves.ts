import { ENTERPRISE } from '../../domain/extensions.ts';
import { isJsonObject } from '../../domain/json.ts';
import { type AttributeKey, attributeValue, type Profile } from '../../domain/profile.ts';
import { isDay } from './dates.ts';
import type { Fault } from './fault.ts';

export const LEAVES: AttributeKey = `${ENTERPRISE}:leavesOfAbsence`;

/** Later than every end. */
const NEVER = '9999-12-31';

/**
 * What is wrong with the leaves of absence as a whole (leave of absence guide): "startDate must be before
 * endDate", "LOAs cannot overlap". A leave without an end lasts for ever.
 */
export function leavesFault(profile: Profile): Fault | null {
  const leaves = attributeValue(profile, LEAVES);
  const spans = (Array.isArray(leaves) ? leaves : []).filter(isJsonObject).map(({ startDate, endDate }) => ({
    start: String(startDate),
    end: endDate === undefined ? NEVER : String(endDate),
  }));
  const wrong = spans.flatMap(({ start, end }) => [start, end]).find((date) => !isDay(date));
  if (wrong !== undefined) return { rule: `${JSON.stringify(wrong)} is no day of the calendar` };
  const reversed = spans.find(({ start, end }) => start >= end);
  if (reversed !== undefined) {
    return { rule: `The leave from ${reversed.start} does not end after it starts` };
  }
  spans.sort((left, right) => (left.start < right.start ? -1 : 1));
  const [first, second] =
    spans.flatMap((span, index) => {
      const before = spans[index - 1];
      return before !== undefined && span.start <= before.end ? [[before, span] as const] : [];
    })[0] ?? [];
  if (first === undefined || second === undefined) return null;
  return { rule: `The leaves from ${first.start} and from ${second.start} overlap` };
}
