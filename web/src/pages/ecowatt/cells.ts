import type { Schema } from "$api";
import type { HeatCell } from "$charts/HeatGrid.svelte";
import { parisClock, time, weekdayDate, words } from "$lib";
import { t } from "./texts";

type Day = Schema<"EcowattDayView">;
const HOUR = 3_600_000;

/** Hours as cells of the clock; the hour that October has twice shares its place. */
export function toCells(days: readonly Day[]): HeatCell[] {
  return days.flatMap(({ date, hours }, row) => {
    const clocks = hours.map(({ start }) => parisClock(new Date(start)).hour);
    return hours.map(({ start, level }, n) => {
      const hour = clocks[n] ?? 0;
      const twice = clocks.filter((clock) => clock === hour).length === 2;
      const second = twice && clocks[n - 1] === hour;
      return {
        row,
        from: hour + (second ? 0.5 : 0),
        to: hour + (twice && !second ? 0.5 : 1),
        fill: `var(--level-${level})`,
        sentence: t().cell({
          day: weekdayDate(date),
          from: time(start),
          until: time(new Date(Date.parse(start) + HOUR)),
          level: words().levels[level] ?? "",
        }),
      };
    });
  });
}
