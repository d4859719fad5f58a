import { describe, expect, it } from "vitest";
import { findCellBelow, HEAT_STEPS, heatStep, scaleTop } from "../src/charts/heat";

describe("shades", () => {
  it("go from nothing to the darkest", () => {
    expect(heatStep(0, 700)).toBe(0);
    expect(heatStep(650, 700)).toBe(HEAT_STEPS - 1);
    expect(heatStep(9000, 700)).toBe(HEAT_STEPS - 1);
  });

  it("have none for what is not known", () => {
    expect(heatStep(null, 700)).toBeNull();
  });

  it("are not all taken by one extreme hour", () => {
    expect(scaleTop([1, 2, 3, 100], 0.75)).toBe(3);
    expect(scaleTop([])).toBe(0);
  });
});

it("up and down keep the hour, also beside a day of 25 hours", () => {
  const cells = [
    { row: 0, from: 2, to: 2.5 },
    { row: 0, from: 2.5, to: 3 },
    { row: 0, from: 3, to: 4 },
    { row: 1, from: 2, to: 3 },
    { row: 1, from: 3, to: 4 },
  ];
  expect([0, 1, 2, 3, 4].map((from) => findCellBelow(cells, from, 1))).toEqual([3, 3, 4, 3, 4]);
  expect([2, 3, 4].map((from) => findCellBelow(cells, from, -1))).toEqual([2, 0, 2]);
});
