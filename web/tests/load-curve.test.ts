import { expect, test } from "vitest";
import { clockHours, locateMoment, midnights, type Reading, toPaths } from "../src/charts/load-curve";

const reading = (start: string, watts: number, minutes = 30): Reading => ({
  start,
  minutes,
  watts,
  quality: "measured",
});
const x = (moment: number): number => (moment - Date.parse("2026-11-03T00:00:00Z")) / 1_800_000;
const y = (watts: number): number => 100 - watts / 10;

test("the curve goes in steps", () => {
  const readings = [reading("2026-11-03T00:00:00Z", 500), reading("2026-11-03T00:30:00Z", 700)];
  expect(toPaths(readings, x, y, 100)).toEqual({
    line: "M0.0 50.0H1.0V30.0H2.0",
    area: "M0.0 100V50.0H1.0V30.0H2.0V100Z",
  });
});

test("a hole is a gap and not a line across it", () => {
  const readings = [reading("2026-11-03T00:00:00Z", 500), reading("2026-11-03T02:00:00Z", 700)];
  expect(toPaths(readings, x, y, 100)).toEqual({
    line: "M0.0 50.0H1.0M4.0 30.0H5.0",
    area: "M0.0 100V50.0H1.0V100ZM4.0 100V30.0H5.0V100Z",
  });
  expect(toPaths([], x, y, 100)).toEqual({ line: "", area: "" });
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
    ["2026-10-23T22:00:00Z", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", "2026-10-26T23:00:00Z"].map(
      (at) => new Date(at),
    ),
  );
});

test("hours of the day of 25 hours stand at the clock's 0, 3, 6", () => {
  const found = clockHours(new Date("2026-10-24T22:00:00Z"), new Date("2026-10-25T23:00:00Z"), 600);
  expect(found.map((at) => at.toISOString().slice(11, 16))).toEqual([
    "22:00",
    "02:00",
    "05:00",
    "08:00",
    "11:00",
    "14:00",
    "17:00",
    "20:00",
    "23:00",
  ]);
});

test("of the two 2:00 of that day the second has no label where every second hour has one", () => {
  const found = clockHours(new Date("2026-10-24T22:00:00Z"), new Date("2026-10-25T06:00:00Z"), 300);
  expect(found.map((at) => at.toISOString().slice(11, 16))).toEqual(["22:00", "00:00", "03:00", "05:00"]);
});
