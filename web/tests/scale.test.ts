import { expect, test } from "vitest";
import { bands, labelEvery, linear, ticks } from "../src/charts/scale";

test("an axis has round values from 0 to at least the highest", () => {
  expect(ticks(17)).toEqual([0, 5, 10, 15, 20]);
  expect(ticks(0.7562, 3)).toEqual([0, 0.5, 1]);
  expect(ticks(8000)).toEqual([0, 2000, 4000, 6000, 8000]);
});

test("an axis of nothing still has a length", () => {
  const values = ticks(0);
  expect(values[0]).toBe(0);
  expect(values.at(-1)).toBeGreaterThan(0);
});

test("a scale maps both ends, also of a domain without length", () => {
  const y = linear([0, 10], [200, 0]);
  expect([y(0), y(10), y(5)]).toEqual([200, 0, 100]);
  expect(linear([3, 3], [0, 100])(3)).toBe(0);
});

test("bars fill their range evenly and stay inside", () => {
  const band = bands(4, [100, 500], 0.2);
  expect(band.width).toBe(80);
  expect(band.start(0)).toBe(110);
  expect(band.start(3) + band.width).toBeLessThanOrEqual(500);
});

test("labels are thinned so that they do not touch", () => {
  expect(labelEvery(31, 310, 46)).toBe(6);
  expect(labelEvery(7, 700, 46)).toBe(1);
});
