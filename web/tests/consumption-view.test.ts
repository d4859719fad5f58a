import { expect, test } from "vitest";
import { neighbour, rangeOf } from "../src/pages/consumption/view";

const archive = { start: "2025-03-10", end: "2026-11-28" };

test("spans begin and end on the calendar", () => {
  expect(rangeOf("week", "2026-10-25", archive)).toEqual({ start: "2026-10-19", end: "2026-10-26" });
  expect(rangeOf("month", "2028-02-29", archive)).toEqual({ start: "2028-02-01", end: "2028-03-01" });
  expect(rangeOf("year", "2026-11-27", archive)).toEqual({ start: "2026-01-01", end: "2027-01-01" });
  expect(rangeOf("all", "2026-11-27", archive)).toEqual({ start: "2025-01-01", end: "2027-01-01" });
});

test("stepping stops where the archive ends", () => {
  const november = rangeOf("month", "2026-11-27", archive);
  expect(neighbour("month", november, 1, archive)).toBeUndefined();
  expect(neighbour("month", november, -1, archive)).toBe("2026-10-31");
  const first = rangeOf("month", "2025-03-10", archive);
  expect(neighbour("month", first, -1, archive)).toBeUndefined();
});
