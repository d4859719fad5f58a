import type { Periods, TempoDay } from "../commands";

export interface DayPrices {
  hp: number | null;
  hc: number | null;
}

/** The prices of a Tempo day as a meter pays them, from the hours of it that are still to come. */
export function findPrices(day: TempoDay, periods: Periods | null | undefined): DayPrices {
  const items = (periods?.items ?? []).filter(({ start, end }) => end > day.start && start < day.until);
  const of = (hours: "hp" | "hc") =>
    items.find(({ bucket, price }) => bucket === `${day.color}_${hours}` && price !== null)?.price ?? null;
  return { hp: of("hp"), hc: of("hc") };
}
