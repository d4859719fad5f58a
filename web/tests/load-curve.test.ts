import { expect, test } from "vitest";
import { locateMoment, midnights, type Reading, toColumns } from "../src/charts/load-curve";

const reading = (start: string, watts: number, minutes = 30): Reading => ({
  start,
  minutes,
  watts,
  quality: "measured",
});
const seconds = (moment: string): number => Date.parse(moment) / 1000;

test("a hole is a gap and not a line across it", () => {
  const readings = [reading("2026-11-03T00:00:00Z", 500), reading("2026-11-03T02:00:00Z", 700)];
  const [moments, watts] = toColumns(readings, new Date("2026-11-03T00:00:00Z"), new Date("2026-11-03T02:30:00Z"));
  expect(moments).toEqual(["T00:00", "T00:30", "T02:00", "T02:30"].map((at) => seconds(`2026-11-03${at}:00Z`)));
  expect(watts).toEqual([500, null, 700, 700]);
});

test("what is missing at either end is a gap too", () => {
  const [, watts] = toColumns(
    [reading("2026-11-03T01:00:00Z", 500)],
    new Date("2026-11-03T00:00:00Z"),
    new Date("2026-11-03T23:00:00Z"),
  );
  expect(watts).toEqual([null, 500, null]);
});

test("a pointer finds the reading in force", () => {
  const readings = [reading("2026-11-03T00:00:00Z", 1), reading("2026-11-03T00:30:00Z", 2)];
  expect(locateMoment(readings, Date.parse("2026-11-03T00:29:00Z"))).toBe(0);
  expect(locateMoment(readings, Date.parse("2026-11-03T05:00:00Z"))).toBe(1);
  expect(locateMoment(readings, 0)).toBe(0);
});

test("days of a week with 25 hours in it begin at midnight of Paris", () => {
  const found = midnights(new Date("2026-10-23T22:00:00Z"), new Date("2026-10-26T23:00:00Z"), 1000);
  expect(found).toEqual(
    ["2026-10-23T22:00:00Z", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", "2026-10-26T23:00:00Z"].map(seconds),
  );
});
