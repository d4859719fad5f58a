import { expect, test } from "vitest";
import {
  fromOffPeakDraft,
  fromTariffDraft,
  isNumber,
  minutes,
  newPrice,
  parseNumber,
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
      slots: [[1320, 360]],
      public_holidays: "by_weekday",
    },
  ]);
});
