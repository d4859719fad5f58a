import { addDays, dayOf, daysBetween, startOfDay } from "$lib/paris";

/** A reading as the gateway gives it: average watts over some minutes. */
export interface Reading {
  start: string;
  minutes: number;
  watts: number;
  quality: "measured" | "estimated";
}

/** Moments in seconds and their watts, with null behind each reading that the next one does not follow at once. */
export function toColumns(readings: readonly Reading[], start: Date, end: Date): [number[], (number | null)[]] {
  const moments: number[] = [];
  const watts: (number | null)[] = [];
  let until = start.getTime();
  for (const reading of readings) {
    const from = Date.parse(reading.start);
    if (from > until) {
      moments.push(until / 1000);
      watts.push(null);
    }
    moments.push(from / 1000);
    watts.push(reading.watts);
    until = from + reading.minutes * 60_000;
  }
  // a step lasts until the next point, so the last one needs an end
  moments.push(until / 1000);
  watts.push(until < end.getTime() ? null : (watts.at(-1) ?? null));
  return [moments, watts];
}

/** The last reading that has begun at a moment; the first before any. */
export function locateMoment(readings: readonly Reading[], moment: number): number {
  const after = readings.findIndex(({ start }) => Date.parse(start) > moment);
  return after < 0 ? readings.length - 1 : Math.max(after - 1, 0);
}

/** Midnights of Paris between two moments, in seconds, at most one for each 60 pixels. */
export function midnights(start: Date, end: Date, width: number): number[] {
  const first = dayOf(start);
  const days = daysBetween(first, dayOf(end));
  const every = Math.max(1, Math.ceil(days / Math.max(1, Math.floor(width / 60))));
  return Array.from(
    { length: Math.floor(days / every) + 1 },
    (_, n) => startOfDay(addDays(first, n * every)).getTime() / 1000,
  );
}
