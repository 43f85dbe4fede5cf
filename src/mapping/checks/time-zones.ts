import { isConcurTimeZone } from '../time-zone.ts';
import type { Check } from './fault.ts';

/** A time zone, "in the Olson time zone database format"; Concur has some of them only. */
export const timezone: Check = (text) =>
  isConcurTimeZone(text) ? null : { rule: 'It is none of the time zones of Concur' };
