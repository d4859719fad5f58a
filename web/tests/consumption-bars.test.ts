import { expect, test } from "vitest";
import type { Schema } from "../src/api";
import { toBar, toRows } from "../src/pages/consumption/bars";

const series = {
  current: {
    start: ["2026-11-01", "2026-11-02"],
    bill: [3, 4],
    subscription: [1, 1],
    consumption_by_bucket: { hp: [10, 10], hc: [5, null] },
    cost_by_bucket: { hp: [2, 3], hc: [0, null] },
  },
} as unknown as Schema<"SeriesView">;

test("an amount of 0 is known, and one that is null is not", () => {
  const [zero, unknown] = toRows(series, "month", "consumption", "euros");
  expect(zero?.parts.find(({ bucket }) => bucket === "hc")?.value).toBe(0);
  expect(unknown?.parts.map(({ bucket }) => bucket)).toEqual(["subscription", "hp"]);
});

test("a bar shows the amounts above 0 only", () => {
  const [row] = toRows(series, "month", "consumption", "euros");
  const bar = row && toBar(row, "euros");
  expect(bar?.parts.map(({ bucket }) => bucket)).toEqual(["subscription", "hp"]);
});
