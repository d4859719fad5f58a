import type { Schema } from "$api";
import { addDays, dayOf, daysBetween, parisClock, startOfDay } from "$lib/paris";
import { labelEvery, type Scale } from "./scale";

/** Average watts over some minutes. */
export type Reading = Schema<"CurveReading">;
const HOUR = 3_600_000;

/** The curve as SVG paths: its line, and the area down to `floor`. A gap between readings starts a new segment. */
export function toPaths(
  readings: readonly Reading[],
  x: Scale,
  y: Scale,
  floor: number,
): { line: string; area: string } {
  let [line, area, until] = ["", "", Number.NaN];
  for (const { start, minutes, watts } of readings) {
    const from = Date.parse(start);
    const step = `${y(watts).toFixed(1)}H${x(from + minutes * 60_000).toFixed(1)}`;
    const isNew = from !== until;
    if (isNew) {
      line += `M${x(from).toFixed(1)} ${step}`;
      area += `${area && `V${floor}Z`}M${x(from).toFixed(1)} ${floor}V${step}`;
    } else {
      line += `V${step}`;
      area += `V${step}`;
    }
    until = from + minutes * 60_000;
  }
  return { line, area: area && `${area}V${floor}Z` };
}

/** Index of the last reading that starts at or before a moment; 0 before the first. */
export function locateMoment(readings: readonly Reading[], moment: number): number {
  const after = readings.findIndex(({ start }) => Date.parse(start) > moment);
  return after < 0 ? readings.length - 1 : Math.max(after - 1, 0);
}

/** Midnights of Paris between two moments, at least 60 pixels apart. */
export function midnights(start: Date, end: Date, width: number): Date[] {
  const first = dayOf(start);
  const days = daysBetween(first, dayOf(end));
  const every = labelEvery(days, width, 60);
  return Array.from({ length: Math.floor(days / every) + 1 }, (_, n) => startOfDay(addDays(first, n * every)));
}

/**
 * Full hours of Paris between two moments, at least 60 pixels apart: 0:00, 3:00, 6:00 also on days of 23 and 25 hours.
 * On the day of 25 hours 2:00 comes twice within an hour: the second is left out where every second hour is shown.
 */
export function clockHours(start: Date, end: Date, width: number): Date[] {
  const first = Math.ceil(start.getTime() / HOUR) * HOUR;
  const hours = Math.floor((end.getTime() - first) / HOUR);
  const least = labelEvery(hours, width, 60);
  const every = [1, 2, 3, 4, 6, 12].find((step) => step >= least) ?? 24;
  return Array.from({ length: Math.max(hours, 0) + 1 }, (_, n) => new Date(first + n * HOUR))
    .filter((moment) => parisClock(moment).hour % every === 0)
    .filter((moment, n, shown) => every === 1 || moment.getTime() - (shown[n - 1]?.getTime() ?? 0) > HOUR);
}
