import type { Periods } from "../commands";

type Period = Periods["items"][number];
const HOUR = 3_600_000;

/**
 * Periods cut at every full hour, so that each hour has a bar of its own. A tariff that changes at 22:30 makes two half
 * bars of that hour.
 */
export function sliceByHour(periods: readonly Period[], from: Date, until: Date): Period[] {
  return periods.flatMap((period) => {
    const slices: Period[] = [];
    let start = Math.max(Date.parse(period.start), from.getTime());
    const end = Math.min(Date.parse(period.end), until.getTime());
    while (start < end) {
      const next = Math.min((Math.floor(start / HOUR) + 1) * HOUR, end);
      slices.push({ ...period, start: new Date(start).toISOString(), end: new Date(next).toISOString() });
      start = next;
    }
    return slices;
  });
}

/** The beginning of the hour that a moment lies in. */
export const hourOf = (moment: Date): Date => new Date(Math.floor(moment.getTime() / HOUR) * HOUR);

/** The buckets of periods with their prices, in the order in which they come; one price each. */
export function pricesByBucket(periods: readonly Period[]): { bucket: string; price: number | null }[] {
  const first = new Map<string, number | null>();
  for (const { bucket, price } of periods) if ((first.get(bucket) ?? null) === null) first.set(bucket, price);
  return [...first].map(([bucket, price]) => ({ bucket, price }));
}
