import type { Schema } from "$api";
import type { Bar } from "$charts/Bars.svelte";
import { byBucket } from "$charts/colors";
import { dateRange, energy, longDate, money, month, number, shortMonth, time, UNKNOWN, weekdayName } from "$lib/format";
import { addDays, type Day, weekday } from "$lib/paris";
import { bucketName, words } from "$lib/words";
import { t } from "./texts";
import type { Span } from "./view";

type Chart = Schema<"ChartView">;
export type Unit = "energy" | "euros";
export type Side = Schema<"Direction">;

/** A row of the series, for the chart and the table. */
export interface Row {
  /** Null if there is no such time: the hour that is skipped in March. */
  start: string | null;
  name: string;
  label: string;
  /** The known amounts, including 0. */
  parts: { bucket: string; value: number }[];
  total: number | null;
  before: number | null | undefined;
  partial: boolean;
}

export const write = (unit: Unit): ((value: number | null | undefined) => string) =>
  unit === "energy" ? energy : money;

/** Full name of a row, and the label below its bar. */
export function nameRow(span: Span, start: string): { name: string; label: string } {
  switch (span) {
    case "day":
      return { name: time(start), label: time(start) };
    case "week":
      return { name: longDate(start), label: `${weekdayName(weekday(start))} ${number(Number(start.slice(8)))}` };
    case "month":
      return { name: longDate(start), label: number(Number(start.slice(8))) };
    case "year":
      return { name: month(start), label: shortMonth(start) };
    case "all":
      return { name: start.slice(0, 4), label: start.slice(0, 4) };
  }
}

/** Buckets that have any energy, in stacking order. */
export const bucketsOf = (chart: Chart): string[] =>
  Object.entries(chart.consumption_by_bucket ?? {})
    .filter(([, amounts]) => amounts.some((amount) => amount !== null && amount !== 0))
    .map(([bucket]) => bucket)
    .toSorted(byBucket);

function totals(chart: Chart, side: Side, unit: Unit): (number | null)[] {
  if (unit === "energy") return (side === "consumption" ? chart.consumption : chart.production) ?? [];
  if (side === "production") return chart.revenue ?? [];
  return chart.bill ?? [];
}

function partsOf(chart: Chart, side: Side, unit: Unit, row: number, buckets: readonly string[]) {
  const found: [string, number | null | undefined][] =
    side === "production"
      ? [["production", totals(chart, side, unit)[row]]]
      : buckets.map((bucket) => [
          bucket,
          (unit === "energy" ? chart.consumption_by_bucket : chart.cost_by_bucket)?.[bucket]?.[row],
        ]);
  if (side === "consumption" && unit === "euros") found.unshift(["subscription", chart.subscription?.[row]]);
  return found.flatMap(([bucket, value]) => (value === null || value === undefined ? [] : [{ bucket, value }]));
}

/** The member of `complete` that says whether an amount is complete. */
const COMPLETE = {
  consumption: { energy: "consumption", euros: "cost" },
  production: { energy: "production", euros: "revenue" },
} as const;

export function toRows(series: Schema<"SeriesView">, span: Span, side: Side, unit: Unit): Row[] {
  const { current, year_ago } = series;
  const buckets = bucketsOf(current);
  const sums = totals(current, side, unit);
  const before = year_ago ? totals(year_ago, side, unit) : undefined;
  const whole = current.complete?.[COMPLETE[side][unit]];
  return current.start.map((start, row) => ({
    start,
    ...(start === null ? { name: UNKNOWN, label: "" } : nameRow(span, start)),
    parts: partsOf(current, side, unit, row, buckets),
    total: sums[row] ?? null,
    before: before?.[row],
    partial: whole?.[row] === false,
  }));
}

/** A row as a bar, with the same content as in the table. */
export function toBar(row: Row, unit: Unit): Bar {
  const format = write(unit);
  const used = row.parts.filter(({ value }) => value !== 0);
  const parts =
    used.length > 1 ? ` (${used.map(({ bucket, value }) => `${bucketName(bucket)} ${format(value)}`).join(", ")})` : "";
  const before = row.before === undefined || row.before === null ? "" : ` · ${t().before} ${format(row.before)}`;
  const partly = row.partial && row.total !== null ? ` · ${t().partly}` : "";
  const value = `${format(row.total)}${parts}${before}${partly}`;
  return {
    label: row.label,
    parts: used,
    total: row.total,
    partial: row.partial,
    sentence: words().labelled({ name: row.name, value }),
    ...(row.before === undefined ? {} : { before: row.before }),
  };
}

/** Name of a range. */
export function nameRange(span: Span, start: Day, end: Day): string {
  switch (span) {
    case "day":
      return longDate(start);
    case "week":
      return dateRange(start, end);
    case "month":
      return month(start);
    case "year":
      return start.slice(0, 4);
    case "all":
      return start.slice(0, 4) === addDays(end, -1).slice(0, 4)
        ? start.slice(0, 4)
        : `${start.slice(0, 4)} – ${addDays(end, -1).slice(0, 4)}`;
  }
}
