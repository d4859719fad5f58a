import { render } from "svelte/server";
import { expect, test } from "vitest";
import type { Series } from "../src/cards/commands";
import Chart from "../src/cards/day/Chart.svelte";

const unknown = [null, null];

/** The text of two hours as the card shows it; nothing is known but what is given. */
function read(unit: "energy" | "euros", known: Record<string, unknown>, yearAgo?: Record<string, unknown>): string {
  const current = {
    start: ["2026-11-01T00:00:00+01:00", "2026-11-01T01:00:00+01:00"],
    consumption: unknown,
    production: unknown,
    bill: unknown,
    revenue: unknown,
    complete_rows: { consumption: 0, cost: 0 },
    ...known,
  };
  const series = { current, year_ago: yearAgo ? { ...current, ...yearAgo } : null } as unknown as Series;
  const props = { series, span: "day" as const, unit, produces: true, name: "1 November 2026", onselect: undefined };
  return render(Chart, { props }).body.replaceAll(/<[^>]*>/g, " ");
}

const NOTHING = "There is no data for this period.";
const NO_PRICE = "The energy is known but its price is not";
const HOW_MUCH = "Hours known: 0 of 2";

test.each([
  ["production without consumption", "energy" as const, { production: [0, 200] }],
  ["revenue without a bill", "euros" as const, { revenue: [0, 0.1] }],
])("%s is shown", (_, unit, known) => {
  const text = read(unit, known);
  expect(text).toContain("Production");
  expect(text).not.toContain(NOTHING);
  expect(text).toContain(HOW_MUCH);
});

test("a year before is shown of a day of which nothing is known", () => {
  const text = read("energy", {}, { consumption: [300, null] });
  expect(text).toContain("A year before");
  expect(text).not.toContain(NOTHING);
});

test("energy without a price is not said to be missing", () => {
  const text = read("euros", { consumption: [300, 200], complete_rows: { consumption: 2, cost: 0 } });
  expect(text).toContain(NO_PRICE);
  expect(text).not.toContain(NOTHING);
  expect(text).toContain(HOW_MUCH);
});

test.each(["energy", "euros"] as const)("a day of which nothing is known says so: %s", (unit) => {
  const text = read(unit, {}, {});
  expect(text).toContain(NOTHING);
  expect(text).not.toContain(NO_PRICE);
  expect(text).toContain(HOW_MUCH);
});
