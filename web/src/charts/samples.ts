import type { Schema } from "$api";
import { addDays } from "$lib/paris";
import type { Bar } from "./Bars.svelte";
import { type Carpet, ROWS } from "./carpet";
import type { DayCell } from "./DayStrip.svelte";
import type { Group } from "./GroupedBars.svelte";
import { bucketsOf } from "../pages/meter/drafts";
import { heatColor, heatStep } from "./heat";
import type { HeatCell } from "./HeatGrid.svelte";
import type { Reading } from "./load-curve";

/** Sample data for the page that shows all charts, always the same. */
const wave = (n: number, period: number) => (1 + Math.sin((n / period) * 2 * Math.PI)) / 2;

export const buckets = { ...bucketsOf, custom: ["week", "night", "week_end"] };

/** Bars of which the fifth is not known, and the last only partly. */
export function bars(ofOption: readonly string[], count: number): Bar[] {
  return Array.from({ length: count }, (_, n): Bar => {
    if (n === 4)
      return { label: `${n + 1}`, parts: [], total: null, before: 9000, sentence: `Bar ${n + 1}: not known` };
    const parts = ofOption.map((bucket, place) => ({ bucket, value: 2000 + 4000 * wave(n + place * 3, 11) }));
    const total = Math.round(parts.reduce((sum, { value }) => sum + value, 0));
    return {
      label: `${n + 1}`,
      parts,
      total,
      before: n === 2 ? null : Math.round(total * (0.8 + wave(n, 7) / 2)),
      partial: n === count - 1,
      sentence: `Bar ${n + 1}: ${total} Wh`,
    };
  });
}

/** Half-hours from a moment on, without those from 40 to 50. */
export function readings(start: string, count: number): Reading[] {
  return Array.from({ length: count }, (_, n): Reading => ({
    start: new Date(Date.parse(start) + n * 1_800_000).toISOString(),
    minutes: 30,
    watts: Math.round(200 + 2400 * wave(n, 24) ** 4 + (n % 48 < 10 ? 2500 : 0)),
    quality: n > 60 ? "estimated" : "measured",
  })).filter((_, n) => n < 40 || n >= 50);
}

export function periods(start: string): Schema<"PeriodView">[] {
  const prices = { red_hp: 0.7562, red_hc: 0.1568, white_hp: 0.1894, white_hc: 0.1486, blue_hp: null };
  return Object.entries(prices).map(([bucket, price], n) => ({
    start: new Date(Date.parse(start) + n * 8 * 3_600_000).toISOString(),
    end: new Date(Date.parse(start) + (n + 1) * 8 * 3_600_000).toISOString(),
    bucket,
    off_peak: n % 2 === 1,
    price,
    certain: n < 3,
    expected: n === 3,
    expected_reason: n === 3 ? "quota_left" : null,
  }));
}

export const groups: Group[] = Array.from({ length: 12 }, (_, n) => ({
  label: `${n + 1}`,
  values: [
    { name: "base", value: 60 + 80 * wave(n + 9, 12) },
    { name: "tempo", value: n === 3 ? null : 50 + 70 * wave(n + 9, 12) },
  ],
  sentence: `Month ${n + 1}`,
}));

/** A year in which nothing is known of the fifth week. */
export const carpet: Carpet = {
  first: "2026-01-01",
  days: 365,
  cells: Array.from({ length: 365 * ROWS }, (_, n) => {
    const day = Math.floor(n / ROWS);
    return day >= 28 && day < 35 ? null : Math.round(3000 * wave(n, ROWS) * wave(day + 90, 365));
  }),
};

/** A year whose last months are expected at first, then not known. */
export const days: DayCell[] = Array.from({ length: 365 }, (_, n) => {
  const day = addDays("2026-01-01", n);
  const fill = n < 330 ? heatColor(heatStep(wave(n + 90, 365), 1) ?? 0) : null;
  return { day, fill, hatched: n >= 300, describe: () => day };
});

export const heatCells: HeatCell[] = Array.from({ length: 3 * 24 }, (_, n) => {
  const [row, from] = [Math.floor(n / 24), n % 24];
  const fill = n === 30 ? null : heatColor(heatStep(wave(from + 18, 24), 1) ?? 0);
  return { row, from, to: from + 1, fill, describe: () => `Row ${row}, ${from}:00` };
});
