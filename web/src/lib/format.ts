import { language } from "$i18n";
import { addDays, type Day, PARIS } from "./paris";

/** Formats numbers and dates in the current language and Paris time. Figures are computed by the gateway. */
const locales = { en: "en-GB", fr: "fr-FR" } as const;

function cached<Options extends object, Made>(make: (locale: string, options: Options) => Made) {
  const made = new Map<string, Made>();
  return (options: Options): Made => {
    const locale = locales[language()];
    const key = locale + JSON.stringify(options);
    let found = made.get(key);
    if (!found) made.set(key, (found = make(locale, options)));
    return found;
  };
}
const numbers = cached((locale, options: Intl.NumberFormatOptions) => new Intl.NumberFormat(locale, options));
const intlDates = cached(
  (locale, options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, { timeZone: PARIS, ...options }),
);
/** Writes the first of a month in French as "1er", which Intl does not know. */
const writeParts = (parts: readonly Intl.DateTimeFormatPart[]): string =>
  parts.map(({ type, value }) => (language() === "fr" && type === "day" && value === "1" ? "1er" : value)).join("");
const dates = (options: Intl.DateTimeFormatOptions) => {
  const format = intlDates(options);
  return {
    format: (at: Date) => writeParts(format.formatToParts(at)),
    formatRange: (from: Date, until: Date) => writeParts(format.formatRangeToParts(from, until)),
  };
};
const relative = cached(
  (locale, options: Intl.RelativeTimeFormatOptions) => new Intl.RelativeTimeFormat(locale, options),
);

/** Shown instead of an unknown figure. */
export const UNKNOWN = "–";
type Known = number | null | undefined;
const orUnknown = (value: Known, write: (known: number) => string): string =>
  value === null || value === undefined ? UNKNOWN : write(value);

const withUnit = (text: string, unit: string): string => `${text}\u00a0${unit}`;

export const number = (value: Known, digits = 0): string =>
  orUnknown(value, (known) => numbers({ maximumFractionDigits: digits }).format(known));

/** Energy given in Wh. */
export function energy(wh: Known): string {
  return orUnknown(wh, (known) => {
    const kwh = known / 1000;
    const digits = Math.abs(kwh) < 10 ? 2 : Math.abs(kwh) < 100 ? 1 : 0;
    return withUnit(numbers({ minimumFractionDigits: digits, maximumFractionDigits: digits }).format(kwh), "kWh");
  });
}

/** Energy in Wh on an axis, whose values are round. */
export const axisEnergy = (wh: number): string =>
  withUnit(numbers({ maximumFractionDigits: 2 }).format(wh / 1000), "kWh");
export const axisMoney = (eur: number): string =>
  numbers({ style: "currency", currency: "EUR", minimumFractionDigits: 0, maximumFractionDigits: 2 }).format(eur);

/** Power in W, or in kW from 1,000 W; VA likewise. */
export function power(watts: Known, unit: "W" | "VA" = "W"): string {
  return orUnknown(watts, (known) =>
    Math.abs(known) < 1000
      ? withUnit(numbers({ maximumFractionDigits: 0 }).format(known), unit)
      : withUnit(numbers({ maximumFractionDigits: 2 }).format(known / 1000), `k${unit}`),
  );
}

export const money = (eur: Known): string =>
  orUnknown(eur, (known) => numbers({ style: "currency", currency: "EUR" }).format(known));

/** A price per kWh, with four decimals like regulated prices, written in every language as Home Assistant writes it. */
export const price = (eur: Known): string =>
  orUnknown(eur, (known) =>
    withUnit(numbers({ minimumFractionDigits: 4, maximumFractionDigits: 4 }).format(known), "€/kWh"),
  );

/** A share between 0 and 1. */
export const percent = (share: Known, digits = 0): string =>
  orUnknown(share, (known) => numbers({ style: "percent", maximumFractionDigits: digits }).format(known));

type Moment = string | Date;
const moment = (value: Moment): Date => (typeof value === "string" ? new Date(value) : value);
/** A moment within a day of Paris, in any season. */
const noon = (day: Day): Date => new Date(`${day}T11:00:00Z`);

export const time = (at: Moment): string => dates({ hour: "2-digit", minute: "2-digit" }).format(moment(at));
export const dateTime = (at: Moment | null): string =>
  at === null
    ? UNKNOWN
    : dates({ day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" }).format(moment(at));
/** Full hours of the clock as people write them, up to 24:00. */
export const hourText = (hour: number): string => `${String(hour).padStart(2, "0")}:00`;
const dayTimes = () => dates({ weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
export const dayTime = (at: Moment): string => dayTimes().format(moment(at));
/** From one moment to another; the day is written once if it is the same. */
export const dayTimeRange = (from: Moment, until: Moment): string =>
  dayTimes().formatRange(moment(from), moment(until));

export const date = (day: Day): string => dates({ day: "numeric", month: "long", year: "numeric" }).format(noon(day));
/** A day on an axis. */
export const shortDate = (day: Day): string => intlDates({ day: "numeric", month: "short" }).format(noon(day));
export const longDate = (day: Day): string =>
  dates({ weekday: "long", day: "numeric", month: "long", year: "numeric" }).format(noon(day));
export const weekdayDate = (day: Day): string =>
  dates({ weekday: "short", day: "numeric", month: "short" }).format(noon(day));
/** The days from `start` to before `end`. */
export const dateRange = (start: Day, end: Day): string =>
  dates({ day: "numeric", month: "short", year: "numeric" }).formatRange(noon(start), noon(addDays(end, -1)));
export const month = (day: Day): string => dates({ month: "long", year: "numeric" }).format(noon(day));
export const shortMonth = (day: Day): string => dates({ month: "short" }).format(noon(day));

/** The first `most` of a list, and whether there are more. */
export const listFirst = (texts: readonly string[], most: number): string =>
  texts.slice(0, most).join(", ") + (texts.length > most ? ", …" : "");

/** Monday is 0. */
export const weekdayName = (index: number, style: "short" | "long" = "short"): string =>
  dates({ weekday: style }).format(noon(`2024-01-0${index + 1}`));

/** How far away a moment is: "in 3 hours", "2 days ago". */
export function distance(at: Moment, now: number = Date.now()): string {
  const seconds = (moment(at).getTime() - now) / 1000;
  const steps: [number, Intl.RelativeTimeFormatUnit][] = [
    [86_400, "day"],
    [3600, "hour"],
    [60, "minute"],
  ];
  const [size, unit] = steps.find(([length]) => Math.abs(seconds) >= length) ?? [60, "minute"];
  return relative({ numeric: "auto" }).format(Math.round(seconds / size), unit);
}

/** How long ago the gateway did something, whose clock may be ahead of this browser's. */
export const ago = (at: Moment, now: number = Date.now()): string =>
  distance(new Date(Math.min(moment(at).getTime(), now)), now);
