import type { Schema } from "$api";
import type { HeatCell } from "$charts/HeatGrid.svelte";
import { levelName, parisClock, time, weekdayDate, words } from "$lib";

export type Day = Schema<"EcowattDayView">;
const HOUR = 3_600_000;

/** Hours as cells; the two hours that October has at 02:00 share a place. */
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
        describe: () =>
          words().inHours({
            name: weekdayDate(date),
            from: time(start),
            until: time(new Date(Date.parse(start) + HOUR)),
            value: levelName(level),
          }),
      };
    });
  });
}
