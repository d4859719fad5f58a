import type { Schema } from "$api";
import type { DayCell } from "$charts/DayStrip.svelte";
import { type Day, longDate, today, words } from "$lib";
import { t } from "./texts";

export type TempoDay = Schema<"TempoDayView">;
export type Color = Schema<"Color">;

/** The first season whose colours RTE publishes. */
export const OLDEST = 2014;

/** The year in which the season of a day began; seasons start on 1 September. */
export const seasonOf = (day: Day): number => Number(day.slice(0, 4)) - (day.slice(5) < "09-01" ? 1 : 0);
export const seasonNow = (): number => seasonOf(today());
export const seasonStart = (year: number): Day => `${year}-09-01`;
export const seasonName = (year: number): string => `${year}–${year + 1}`;

export const fillOf: Readonly<Record<Color, string | null>> = {
  blue: "var(--blue-hp)",
  white: "var(--white-hp)",
  red: "var(--red-hp)",
  unknown: null,
};
const edgeOf = (color: Color): string => (color === "white" ? "var(--white-edge)" : "none");

export const listColors = (colors: readonly Color[]): string =>
  colors.map((color) => words().colors[color]).join(t().or);

/** A day in the strip: its colour is known, expected or open. */
export function toCell({ date, color, possible, expected_color, expected_reason }: TempoDay): DayCell {
  if (color !== "unknown") {
    const describe = () => words().labelled({ name: longDate(date), value: words().colors[color] });
    return { day: date, fill: fillOf[color], edge: edgeOf(color), describe };
  }
  if (expected_color !== null) {
    const reason = expected_reason === null ? "" : words().expected[expected_reason];
    return {
      day: date,
      fill: fillOf[expected_color],
      edge: edgeOf(expected_color),
      hatched: true,
      describe: () => t().expectedDay({ date: longDate(date), color: words().colors[expected_color], reason }),
    };
  }
  return { day: date, fill: null, describe: () => t().several({ date: longDate(date), colors: listColors(possible) }) };
}
