import { type Day, daysBetween, parisOffset } from "$lib/paris";

/** Two rows for each hour, so that the hour that occurs twice in October has one for each. */
export const ROWS = 48;

export interface Carpet {
  first: Day;
  days: number;
  /** By day, then by row: energy of the hour; null if it is not known. */
  cells: (number | null)[];
}

/**
 * Hours as a grid of days by hours of the clock.
 *
 * The two hours that October has at 02:00 fill one row each; the hour that March skips stays empty.
 */
export function layCarpet(starts: readonly string[], values: readonly (number | null)[], first: Day, end: Day): Carpet {
  const days = daysBetween(first, end);
  const cells: (number | null)[] = Array.from({ length: days * ROWS }, () => null);
  const begin = Date.parse(`${first}T00:00:00Z`);
  let before = NaN;
  for (const [n, start] of starts.entries()) {
    const moment = new Date(start);
    // hours of the clock since the first midnight; texts would be slow for the thousands of a year
    const hour = (moment.getTime() + parisOffset(moment) * 60_000 - begin) / 3_600_000;
    const at = hour * 2;
    if (at >= 0 && at < cells.length) {
      const value = values[n] ?? null;
      if (hour !== before) cells[at] = value;
      cells[at + 1] = value;
    }
    before = hour;
  }
  return { first, days, cells };
}
