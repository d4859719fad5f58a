import { describe, expect, it } from "vitest";
import { HEAT_STEPS, heatStep, scaleTop } from "../src/charts/heat";

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
