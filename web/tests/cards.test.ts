import { describe, expect, test } from "vitest";
import type { Meter, Periods, TempoDay } from "../src/cards/commands";
import { buildSections } from "../src/cards/dashboard";
import { pricesByBucket, sliceByHour } from "../src/cards/hours/slices";
import { leftNow } from "../src/cards/tempo/left";
import { findPrices } from "../src/cards/tempo/prices";
import { percent, weekdayDate } from "../src/lib/format";
import { toForecastRows } from "../src/pages/tempo/forecast";

type Period = Periods["items"][number];

const period = (start: string, end: string, bucket: string, price: number | null): Period => ({
  start,
  end,
  bucket,
  price,
  off_peak: null,
  certain: true,
  expected: false,
  expected_reason: null,
});

const meter = (id: string, option: string | null): Meter => ({ id, name: id, option, produces: false });
const types = (meters: Meter[]) =>
  buildSections(meters).map((section) =>
    section.cards.map(({ type }) => type.replace("custom:my-electrical-data-", "")),
  );

describe("the hours to come", () => {
  test("each hour has a bar, an hour of two prices two halves", () => {
    const night = [
      period("2026-01-27T20:00:00Z", "2026-01-27T21:30:00Z", "hp", 0.2),
      period("2026-01-27T21:30:00Z", "2026-01-27T23:00:00Z", "hc", 0.15),
    ];
    const slices = sliceByHour(night, new Date("2026-01-27T20:00:00Z"), new Date("2026-01-28T00:00:00Z"));
    expect(slices.map(({ start, bucket }) => `${start.slice(11, 16)} ${bucket}`)).toEqual([
      "20:00 hp",
      "21:00 hp",
      "21:30 hc",
      "22:00 hc",
    ]);
    expect(slices.at(-1)?.end).toBe("2026-01-27T23:00:00.000Z");
  });

  test("what is past is left out", () => {
    const all = [period("2026-01-27T00:00:00Z", "2026-01-27T12:00:00Z", "base", 0.2)];
    expect(sliceByHour(all, new Date("2026-01-27T10:00:00Z"), new Date("2026-01-28T00:00:00Z"))).toHaveLength(2);
  });

  test("a price that holds for weeks ends with the chart", () => {
    const base = [period("2026-01-27T00:00:00Z", "2026-02-27T12:00:00Z", "base", 0.2)];
    expect(sliceByHour(base, new Date("2026-01-27T10:00:00Z"), new Date("2026-01-27T13:30:00Z"))).toHaveLength(4);
  });

  test("a bucket has one price in the legend", () => {
    const known = [period("a", "b", "hp", null), period("b", "c", "hp", 0.2), period("c", "d", "hc", 0.1)];
    expect(pricesByBucket(known)).toEqual([
      { bucket: "hp", price: 0.2 },
      { bucket: "hc", price: 0.1 },
    ]);
  });
});

describe("Tempo", () => {
  const red: TempoDay = {
    date: "2026-01-28",
    start: "2026-01-28T05:00:00Z",
    until: "2026-01-29T05:00:00Z",
    color: "red",
    confirmed: true,
    possible: ["red"],
    expected_color: null,
    expected_reason: null,
  };

  test("the prices of a day are those of its own hours", () => {
    const items = [
      period("2026-01-27T21:00:00Z", "2026-01-28T05:00:00Z", "white_hc", 0.15),
      period("2026-01-28T05:00:00Z", "2026-01-28T21:00:00Z", "red_hp", 0.65),
      period("2026-01-28T21:00:00Z", "2026-01-29T05:00:00Z", "red_hc", 0.16),
    ];
    expect(findPrices(red, { items, until: "", cheapest: null })).toEqual({ hp: 0.65, hc: 0.16 });
    expect(findPrices({ ...red, color: "white" }, { items, until: "", cheapest: null })).toEqual({
      hp: null,
      hc: null,
    });
    expect(findPrices(red, null)).toEqual({ hp: null, hc: null });
  });

  test("the days left are those of now, unknown where nobody knows", () => {
    const count = { total: 22, used_through_today: 5, left_after_today: 17, left_after_tomorrow: 16 };
    const left = leftNow({ blue: count, white: count, red: count }, { red: 16, blue: null });
    expect(left.red?.left_after_today).toBe(16);
    expect(left.blue?.left_after_today).toBeNull();
    expect(left.white?.left_after_today).toBeNull();
  });
});

describe("the dashboard", () => {
  test("whoever pays by Tempo sees it first", () => {
    expect(types([meter("home", "tempo")])).toEqual([["tempo"], ["day", "hours"], ["ecowatt", "options"]]);
  });

  test("anybody else sees the meter first", () => {
    expect(types([meter("home", "base")])[0]).toEqual(["day", "hours"]);
    expect(types([meter("home", null)]).at(-1)).toEqual(["tempo"]);
  });

  test("several meters have their names, and each all of its cards", () => {
    const sections = types([meter("a", "base"), meter("b", "hp_hc")]);
    const all = ["heading", "day", "hours", "options"];
    expect(sections).toEqual([all, ["ecowatt"], all, ["tempo"]]);
  });

  test("a home without a meter has the grid's signals", () => {
    expect(types([])).toEqual([["tempo"], ["ecowatt"]]);
  });
});

const score = (measure: "red" | "total", forecast: number) => ({
  horizon: 2,
  measure,
  days: 1260,
  forecast,
  climatology: 0.16,
  deduction: 0.15,
  baseline: 0.15,
});

describe("the Tempo forecast", () => {
  const forecast = {
    days: [
      { date: "2026-01-21", horizon: 2, probabilities: { blue: 0.1, white: 0.4, red: 0.5 } },
      { date: "2026-01-22", horizon: 2, probabilities: { blue: 0.1, white: 0.2, red: 0.7 } },
    ],
    horizons: [{ horizon: 2, is_published: true, backtest: [score("total", 0.4), score("red", 0.11)], recorded: [] }],
  };

  test("a day that RTE announces is not forecast, and each day has its score", () => {
    const [day, ...figures] = toForecastRows(forecast, "2026-01-21").flat();
    expect(day).toBe(weekdayDate("2026-01-22"));
    expect(figures).toEqual([
      ...[0.7, 0.2, 0.1].map((share) => percent(share)),
      "0.11 against 0.15, over 1,260 days",
      "–",
    ]);
  });
});
