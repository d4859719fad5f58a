import { render } from "svelte/server";
import { describe, expect, test } from "vitest";
import { describeKnown } from "../src/cards/day/view";
import type { Series } from "../src/cards/commands";
import Counters from "../src/pages/tempo/Counters.svelte";

const series = (consumption: number, cost: number) =>
  ({
    current: {
      start: Array.from({ length: 24 }, (_, hour) => `2026-11-02T${hour}:00:00Z`),
      complete_rows: { consumption, cost, production: 0, revenue: 24 },
    },
  }) as unknown as Series;

describe("how much is known", () => {
  test("of a day, as the gateway counts it", () => {
    expect(describeKnown(series(24, 20), "day", "energy")).toBe("Every hour is known.");
    expect(describeKnown(series(24, 20), "day", "euros")).toBe("Hours known: 20 of 24");
  });

  test("of the days left of a colour: without a count there is no bar, which would say that none is left", () => {
    const count = { total: 22, used_through_today: 3, left_after_tomorrow: null };
    const draw = (left: number | null) => {
      const red = { ...count, left_after_today: left };
      return render(Counters, { props: { days: { red } as never } }).body;
    };
    expect(draw(0)).toContain("0 of 22 left");
    expect(draw(0)).toContain("<svg");
    expect(draw(null)).toContain("not known yet, of 22");
    expect(draw(null)).not.toContain("<svg");
  });
});
