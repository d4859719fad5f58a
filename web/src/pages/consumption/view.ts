import type { Schema } from "$api";
import { addDays, addMonths, type Day, firstOfMonth, firstOfWeek, firstOfYear } from "$lib/paris";

/** The period that the page shows. */
export const spans = ["day", "week", "month", "year", "all"] as const;
export type Span = (typeof spans)[number];

export const stepOf: Record<Span, Schema<"Step">> = {
  day: "hour",
  week: "day",
  month: "day",
  year: "month",
  all: "year",
};
/** The period that a click on a bar opens. */
export const within: Record<Span, Span | undefined> = {
  day: undefined,
  week: "day",
  month: "day",
  year: "month",
  all: "year",
};

export interface Range {
  start: Day;
  end: Day;
}

/** The days of the span that contains a day; `all` covers the whole archive. */
export function rangeOf(span: Span, on: Day, archive: Range): Range {
  switch (span) {
    case "day":
      return { start: on, end: addDays(on, 1) };
    case "week":
      return { start: firstOfWeek(on), end: addDays(firstOfWeek(on), 7) };
    case "month":
      return { start: firstOfMonth(on), end: addMonths(firstOfMonth(on), 1) };
    case "year":
      return { start: firstOfYear(on), end: addMonths(firstOfYear(on), 12) };
    case "all":
      return { start: firstOfYear(archive.start), end: addMonths(firstOfYear(addDays(archive.end, -1)), 12) };
  }
}

/** A day in the previous or next span, if the archive covers it. */
export function neighbour(span: Span, range: Range, direction: -1 | 1, archive: Range): Day | undefined {
  if (span === "all") return undefined;
  if (direction < 0) return range.start > archive.start ? addDays(range.start, -1) : undefined;
  return range.end < archive.end ? range.end : undefined;
}
