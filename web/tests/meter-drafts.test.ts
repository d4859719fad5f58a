import { expect, test } from "vitest";
import {
  fromOffPeakDraft,
  fromTariffDraft,
  isNumber,
  minutes,
  newPrice,
  parseNumber,
  priceDay,
  tenseOf,
  toOffPeakDraft,
  toTariffDraft,
} from "../src/pages/meter/drafts";

test("a price is read with a comma as with a point", () => {
  expect(parseNumber("0,1894")).toBe(0.1894);
  expect(parseNumber(" 0.1894 ")).toBe(0.1894);
  expect(parseNumber("")).toBeNull();
  expect(isNumber("0,18x")).toBe(false);
});

test("off-peak hours that begin at 01:28 keep their minute", () => {
  expect(minutes("01:28")).toBe(88);
  const given = {
    season: "all" as const,
    weekdays: [0, 1, 2, 3, 4, 5, 6],
    slots: [["01:28", "06:58"]] as unknown as [],
    valid_from: null,
    valid_to: null,
    source: "enedis" as const,
  };
  const sent = fromOffPeakDraft(toOffPeakDraft(given));
  expect(sent.slots).toEqual([[88, 418]]);
});

test("a regulated tariff stays regulated through the form", () => {
  const draft = toTariffDraft({ valid_from: "2026-08-01", option: "hp_hc", power_kva: 9, prices: "regulated" });
  expect(fromTariffDraft(draft)).toMatchObject({ valid_from: "2026-08-01", prices: "regulated" });
});

test("a whole day, and hours until midnight, stay through the form, whose fields have no 24:00", () => {
  const slots = [["00:00", "24:00"]] as unknown as [];
  const draft = toOffPeakDraft({ slots, weekdays: [5, 6] } as never);
  expect(draft.slots).toEqual([{ from: "00:00", to: "00:00" }]);
  expect(fromOffPeakDraft(draft).slots).toEqual([[0, 1440]]);
  expect(fromOffPeakDraft({ ...draft, slots: [{ from: "22:00", to: "00:00" }] }).slots).toEqual([[1320, 1440]]);
});

test("prices of a regulated option have no times, those of an own one have", () => {
  const draft = toTariffDraft({ option: "base", power_kva: 6, prices: "regulated" });
  const row = { ...newPrice("night"), price: "0,12", slots: [{ from: "22:00", to: "06:00" }] };
  const own = fromTariffDraft({ ...draft, own: true, prices: [{ ...row, bucket: "base" }] });
  expect(own.prices).toEqual([{ bucket: "base", eur_per_kwh: 0.12 }]);
  const custom = fromTariffDraft({ ...draft, option: "custom", prices: [row] });
  expect(custom.prices).toEqual([
    {
      bucket: "night",
      eur_per_kwh: 0.12,
      season: "all",
      weekdays: [0, 1, 2, 3, 4, 5, 6],
      public_holidays: "by_weekday",
      slots: [[1320, 360]],
    },
  ]);
});

test("an offer keeps what its form does not show", () => {
  const given = {
    option: "custom",
    power_kva: 6,
    holidays: "alsace_moselle",
    day_starts: "07:00",
    special_days: { ejp: { days: ["2026-11-24"], known_until: "2026-11-29" } },
    prices: [
      {
        bucket: "peak",
        eur_per_kwh: 0.9,
        on: "ejp",
        colors: ["red"],
        public_holidays: "excluded",
        slots: [["07:00", "01:00"]],
      },
      { bucket: "normal", eur_per_kwh: 0.17 },
    ],
  } as const;
  const sent = fromTariffDraft(toTariffDraft(structuredClone(given) as never));
  expect(sent).toMatchObject({ holidays: "alsace_moselle", day_starts: 420, special_days: given.special_days });
  expect(sent.prices?.[0]).toMatchObject({ on: "ejp", colors: ["red"], public_holidays: "excluded" });
});

test("the public holidays of a tariff stay, whatever its option", () => {
  const given = { option: "hp_hc", power_kva: 6, prices: "regulated", holidays: "alsace_moselle" } as const;
  expect(fromTariffDraft(toTariffDraft(given as never))).toMatchObject({ holidays: "alsace_moselle" });
});

test("an offer of the gateway has no prices of its own", () => {
  const draft = toTariffDraft({ option: "custom", power_kva: 6, prices: "offer", offer: "week-end" } as never);
  expect(fromTariffDraft(draft)).toMatchObject({ option: "custom", prices: "offer", offer: "week-end" });
  expect(fromTariffDraft({ ...draft, option: "base" })).not.toHaveProperty("offer");
});

test("hours are past, in force or to come", () => {
  const period = { slots: [], valid_from: "2026-12-01", valid_to: "2027-04-01" } as never;
  expect(["2026-11-30", "2026-12-01", "2027-03-31", "2027-04-01"].map((day) => tenseOf(period, day))).toEqual([
    "coming",
    "now",
    "now",
    "past",
  ]);
});

test("a past tariff shows the prices of its last day, one to come those of its first", () => {
  const tariffs = [{ valid_from: null }, { valid_from: "2025-03-01" }, { valid_from: "2027-01-01" }];
  const shown = tariffs.map((tariff) => priceDay(tariffs, tariff, "2026-11-29"));
  expect(shown).toEqual(["2025-02-28", "2026-11-29", "2027-01-01"]);
});
