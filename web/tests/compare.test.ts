import { describe, expect, test } from "vitest";
import type { Schema } from "../src/api";
import { describeBill } from "../src/cards/options/view";
import { isPartial, monthGroups } from "../src/pages/compare/options";

const cost = (known: number, total: number | null = known ? 50 : null) => ({
  known,
  energy: total,
  subscription: total,
  total,
});
const month = (start: string, known: number, options: Record<string, number>) => ({
  start,
  end: start,
  known,
  options: Object.fromEntries(Object.entries(options).map(([key, share]) => [key, cost(share)])),
});
// the own tariff began in October, and no off-peak hours are known
const comparison = {
  items: [
    month("2026-09-01", 0.27, { own: 0, base: 0.27, hp_hc: 0, tempo: 0.27 }),
    month("2026-10-01", 1, { own: 1, base: 1, hp_hc: 0, tempo: 1 }),
  ],
  total: { own: cost(1), base: cost(1), hp_hc: cost(0), tempo: cost(1) },
  offers: [],
} as unknown as Schema<"ComparisonView">;

const above = (above_lowest: number) => ({ total: 50, above_lowest });

describe("the comparison", () => {
  test("marks a month that is known in part only", () => {
    const [september, october] = monthGroups(comparison);
    expect(september?.label).toBe("Sept*");
    expect(september?.sentence).toContain("September 2026 (27% of its hours):");
    expect(october?.label).toBe("Oct");
    expect(october?.sentence).not.toContain("of its hours");
    expect(comparison.items.map(isPartial)).toEqual([true, false]);
  });

  test("marks one option as the lowest, and none that is closed to new customers", () => {
    const bills = {
      lowest: "own",
      open_to_new: { base: true, hp_hc: true, tempo: false },
      total: { own: above(0), base: above(0), hp_hc: above(0.004), tempo: above(0), changed_hours: above(1.5) },
    };
    const describeEach = (found: object) =>
      Object.keys(bills.total).map((key) => describeBill(found as Schema<"ComparisonView">, key));
    expect(describeEach(bills)).toEqual([
      "the lowest",
      "the same amount",
      "the same amount",
      "no longer sold for this power",
      "€1.50 more",
    ]);
  });
});
