import { afterEach, expect, test } from "vitest";
import { preferredLanguage, setLanguage } from "$i18n";
import {
  ago,
  date,
  dateRange,
  dayTime,
  distance,
  energy,
  longDate,
  money,
  month,
  power,
  price,
  shortDate,
  time,
  weekdayName,
} from "$lib/format";

afterEach(() => setLanguage("en"));

const plain = (text: string): string => text.replace(/[\u00a0\u2009\u202f]/g, " ");

test("what is not known is never a zero", () => {
  expect(energy(null)).toBe("–");
  expect(money(undefined)).toBe("–");
  expect(energy(0)).not.toBe("–");
});

test("energy is written in kWh, with fewer decimals the more there is", () => {
  setLanguage("en");
  expect(plain(energy(4567))).toBe("4.57 kWh");
  expect(plain(energy(45_670))).toBe("45.7 kWh");
  expect(plain(energy(1_234_567))).toBe("1,235 kWh");
});

test("French writes its own way", () => {
  setLanguage("fr");
  expect(plain(energy(4567))).toBe("4,57 kWh");
  expect(plain(money(1234.5))).toBe("1 234,50 €");
  expect(plain(price(0.1894))).toBe("0,1894 €/kWh");
  expect(month("2026-02-01")).toBe("février 2026");
  expect(weekdayName(0, "long")).toBe("lundi");
});

test("a price of a kWh is written as Home Assistant writes it, in both languages", () => {
  setLanguage("en");
  expect(plain(price(0.1356))).toBe("0.1356 €/kWh");
  expect(plain(price(-0.01))).toBe("-0.0100 €/kWh");
  setLanguage("fr");
  expect(plain(price(0.1356))).toBe("0,1356 €/kWh");
});

test("power turns to kW at a thousand", () => {
  setLanguage("en");
  expect(plain(power(999))).toBe("999 W");
  expect(plain(power(6200, "VA"))).toBe("6.2 kVA");
});

test("times are those of Paris, on both sides of a change of time", () => {
  setLanguage("en");
  expect(time("2026-03-29T00:59:00Z")).toBe("01:59");
  expect(time("2026-03-29T01:00:00Z")).toBe("03:00");
  expect(time("2026-10-25T00:30:00Z")).toBe("02:30");
  expect(time("2026-10-25T01:30:00Z")).toBe("02:30");
});

test("a day is written as that day on both odd days", () => {
  setLanguage("en");
  expect(date("2026-03-29")).toBe("29 March 2026");
  expect(date("2026-10-25")).toBe("25 October 2026");
});

test("the first of a month is written as each language does", () => {
  setLanguage("en");
  expect(date("2026-10-01")).toBe("1 October 2026");
  expect(plain(dateRange("2026-10-01", "2026-10-06"))).toBe("1 – 5 Oct 2026");
  setLanguage("fr");
  expect(date("2026-10-01")).toBe("1er octobre 2026");
  expect(date("2026-10-11")).toBe("11 octobre 2026");
  expect(longDate("2026-10-01")).toBe("jeudi 1er octobre 2026");
  expect(dayTime("2026-10-01T11:01:00Z")).toMatch(/^jeu\. 1er oct\.\D+13:01$/);
  expect(plain(dateRange("2026-10-01", "2026-10-06"))).toBe("1er–5 oct. 2026");
  expect(plain(dateRange("2026-09-28", "2026-10-02"))).toBe("28 sept. – 1er oct. 2026");
});

test("a day on an axis stays short", () => {
  setLanguage("fr");
  expect(shortDate("2026-10-01")).toBe("1 oct.");
});

test("distances are told in words", () => {
  setLanguage("en");
  const now = Date.parse("2026-11-03T10:00:00Z");
  expect(distance("2026-11-03T13:00:00Z", now)).toBe("in 3 hours");
  expect(distance("2026-11-02T10:00:00Z", now)).toBe("yesterday");
  expect(ago("2026-11-02T10:00:00Z", now)).toBe("yesterday");
  expect(ago("2026-11-03T10:02:00Z", now)).toBe("this minute");
});

test("the language is the first that the browser prefers and we have", () => {
  expect(preferredLanguage(["de-DE", "fr-CA", "en"])).toBe("fr");
  expect(preferredLanguage(["de"])).toBe("en");
});
