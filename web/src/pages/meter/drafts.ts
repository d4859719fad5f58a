import type { Schema } from "$api";
import { addDays, type Day } from "$lib/paris";

/** What forms edit: texts as people type them. */
export interface Times {
  season: "all" | "summer" | "winter";
  weekdays: number[];
  holidays: Schema<"HolidayRule">;
  slots: { from: string; to: string }[];
}
export const COLORS = ["blue", "white", "red"] as const;
export type Color = (typeof COLORS)[number];
export interface PriceDraft extends Times {
  bucket: string;
  price: string;
  /** Tempo colours on which it applies; empty: any day. */
  colors: Color[];
  on: string | null;
}
export interface TariffDraft {
  validFrom: string;
  option: Schema<"Option">;
  power: number;
  own: boolean;
  prices: PriceDraft[];
  subscription: string;
  production: string;
  /** Id of the offer whose prices apply; empty: none. */
  offer: string;
  holidays: Schema<"HolidayRegion">;
  /** Values that the form does not show, but keeps. */
  kept: Pick<Schema<"Tariff-Input">, "day_starts" | "special_days">;
}
export interface OffPeakDraft extends Times {
  validFrom: string;
  validTo: string;
}

export const EVERY_DAY = [0, 1, 2, 3, 4, 5, 6];
export const POWERS = [3, 6, 9, 12, 15, 18, 24, 30, 36];

/** The buckets of each option; custom tariffs define their own. */
export const bucketsOf: Record<Schema<"Option">, readonly string[]> = {
  base: ["base"],
  hp_hc: ["hp", "hc"],
  tempo: COLORS.flatMap((color) => [`${color}_hp`, `${color}_hc`]),
  custom: [],
};

type Clock = readonly unknown[];
const clock = (value: unknown): string => String(value);
const DAY_MINUTES = 24 * 60;

/** A clock time as minutes of the day. */
export function minutes(time: string): number {
  const [hour = 0, minute = 0] = time.split(":").map(Number);
  return hour * 60 + minute;
}

export const newPrice = (bucket = ""): PriceDraft => ({ ...toTimes({}), bucket, price: "", colors: [], on: null });
export const newOffPeak = (): OffPeakDraft => toOffPeakDraft({ slots: [["", ""]] });

interface GivenTimes {
  season?: Times["season"];
  weekdays?: number[];
  public_holidays?: Times["holidays"];
  slots?: readonly Clock[];
}
const toTimes = ({
  season = "all",
  weekdays = EVERY_DAY,
  public_holidays = "by_weekday",
  slots = [],
}: GivenTimes): Times => ({
  season,
  weekdays: [...weekdays],
  holidays: public_holidays,
  // time fields have no 24:00, so midnight is 00:00 as an end too
  slots: slots.map(([from, to]) => ({ from: clock(from), to: clock(to) === "24:00" ? "00:00" : clock(to) })),
});
const fromTimes = ({ season, weekdays, holidays, slots }: Times) => ({
  season,
  weekdays: weekdays.toSorted(),
  public_holidays: holidays,
  slots: slots
    .filter(({ from, to }) => from && to)
    .map(({ from, to }): [number, number] => [minutes(from), minutes(to) || DAY_MINUTES]),
});

/** Parse a number with a comma or a point; null if it is empty. */
export const parseNumber = (text: string): number | null =>
  text.trim() ? Number(text.trim().replace(",", ".")) : null;
export const isNumber = (text: string): boolean => !text.trim() || Number.isFinite(parseNumber(text));

export function toTariffDraft(tariff: Schema<"Tariff-Output">): TariffDraft {
  const prices = Array.isArray(tariff.prices) ? tariff.prices : undefined;
  return {
    validFrom: tariff.valid_from ?? "",
    option: tariff.option,
    power: tariff.power_kva,
    own: prices !== undefined,
    prices: (prices ?? []).map((price) => ({
      ...toTimes(price as GivenTimes),
      bucket: price.bucket,
      price: String(price.eur_per_kwh),
      colors: [...(price.colors ?? [])],
      on: price.on ?? null,
    })),
    subscription: tariff.subscription_eur_per_month?.toString() ?? "",
    production: tariff.production_eur_per_kwh?.toString() ?? "",
    offer: tariff.offer ?? "",
    holidays: tariff.holidays ?? "mainland",
    kept: {
      ...(tariff.day_starts ? { day_starts: minutes(clock(tariff.day_starts)) } : {}),
      ...(tariff.special_days ? { special_days: tariff.special_days } : {}),
    },
  };
}

export function fromTariffDraft(draft: TariffDraft): Schema<"Tariff-Input"> {
  const isCustom = draft.option === "custom";
  const offer = (isCustom && draft.offer) || null;
  const own = !offer && (draft.own || isCustom);
  return {
    valid_from: draft.validFrom || null,
    option: draft.option,
    power_kva: draft.power,
    prices: own
      ? draft.prices.map((row) => ({
          ...(isCustom ? fromTimes(row) : {}),
          ...(isCustom && row.colors.length > 0 ? { colors: row.colors } : {}),
          ...(isCustom && row.on ? { on: row.on } : {}),
          bucket: row.bucket.trim(),
          eur_per_kwh: parseNumber(row.price) ?? 0,
        }))
      : offer
        ? "offer"
        : "regulated",
    ...(offer ? { offer } : {}),
    holidays: draft.holidays,
    ...(isCustom ? draft.kept : {}),
    subscription_eur_per_month: parseNumber(draft.subscription),
    production_eur_per_kwh: parseNumber(draft.production),
  };
}

/** The day whose prices are shown for a tariff: today, or the nearest day on which it is in force. */
export function priceDay(
  tariffs: { valid_from?: Day | null }[],
  { valid_from }: { valid_from?: Day | null },
  now: Day,
): Day {
  const first = valid_from ?? "";
  if (first > now) return first;
  const [next] = tariffs
    .flatMap((other) => ((other.valid_from ?? "") > first ? [other.valid_from ?? ""] : []))
    .toSorted();
  return next && next <= now ? addDays(next, -1) : now;
}

export function toOffPeakDraft(period: Schema<"OffPeakPeriod-Output">): OffPeakDraft {
  return { ...toTimes(period as GivenTimes), validFrom: period.valid_from ?? "", validTo: period.valid_to ?? "" };
}

/** Whether a period is past, current or coming on a day. */
export function tenseOf(period: Schema<"OffPeakPeriod-Output">, day: string): "past" | "now" | "coming" {
  if (period.valid_to && period.valid_to <= day) return "past";
  return period.valid_from && period.valid_from > day ? "coming" : "now";
}

export const fromOffPeakDraft = (draft: OffPeakDraft): Schema<"OffPeakPeriod-Input"> => ({
  ...fromTimes(draft),
  valid_from: draft.validFrom || null,
  valid_to: draft.validTo || null,
});
