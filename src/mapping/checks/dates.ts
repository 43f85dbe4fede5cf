import type { Check } from './fault.ts';

const EARLIEST = '1900-01-01';
const LATEST = '2079-06-06';

/** Tells whether a text is a day of the calendar as YYYY-MM-DD. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  // The day after the last of a month is read as the first of the next.
  return !Number.isNaN(time) && new Date(time).getUTCDate() === Number(text.slice(8));
}

/** A day, "YYYY-MM-DD". */
export const day: Check = (text) =>
  isDay(text) ? null : { rule: 'It is no day of the calendar', valid: 'a date as YYYY-MM-DD' };

/** A moment as a profile holds it, without the Z: "The date range is from 1900-01-01 to 2079-06-06". */
export const moment: Check = (text) => {
  const date = text.slice(0, 10);
  if (!isDay(date) || !/^T([01]\d|2[0-3]):[0-5]\d:[0-5]\d$/.test(text.slice(10))) {
    return { rule: 'It is no day and time of the calendar' };
  }
  if (date < EARLIEST) return { rule: `It is before ${EARLIEST}` };
  return date > LATEST ? { rule: `It is after ${LATEST}` } : null;
};
