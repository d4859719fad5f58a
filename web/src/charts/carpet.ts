import { type Day, daysBetween, parisClock } from "$lib/paris";

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
  let column = 0;
  let before = { day: "", hour: 0 };
  for (const [n, start] of starts.entries()) {
    const clock = parisClock(new Date(start));
    const isSameDay = clock.day === before.day;
    if (!isSameDay) column = daysBetween(first, clock.day);
    const at = column * ROWS + clock.hour * 2;
    if (at >= 0 && at < cells.length) {
      const value = values[n] ?? null;
      if (!isSameDay || clock.hour !== before.hour) cells[at] = value;
      cells[at + 1] = value;
    }
    before = clock;
  }
  return { first, days, cells };
}
