import type { Schema } from "$api";
import type { Group } from "$charts/GroupedBars.svelte";
import { money, month, percent, shortMonth, words } from "$lib";
import { t } from "./texts";

type View = Schema<"ComparisonView">;

/** The options that are no offers, in the order in which they are shown. */
const COLORS: Readonly<Record<string, string>> = {
  own: "var(--custom-1)",
  base: "var(--hp)",
  hp_hc: "var(--custom-2)",
  changed_hours: "var(--custom-3)",
  tempo: "var(--blue-hp)",
};
const ORDER = Object.keys(COLORS);
const OFFER_COLORS = ["var(--custom-4)", "var(--red-hp)", "var(--blue-hc)"];

/** The options that the gateway compared, the reader's own first, offers last. */
export function optionKeys(comparison: View): string[] {
  const offers = Object.keys(comparison.total).filter((key) => !ORDER.includes(key));
  return [...ORDER, ...offers].filter((key) => comparison.total[key] !== undefined);
}

export function optionName(comparison: View, key: string): string {
  const offer = comparison.offers.find(({ id }) => id === key);
  if (offer) return `${offer.supplier}, ${offer.name}`;
  const names: Readonly<Record<string, string>> = { ...words().options, ...t().options };
  return names[key] ?? key;
}

export function optionColors(comparison: View): Record<string, string> {
  const offers = optionKeys(comparison).filter((key) => !ORDER.includes(key));
  const own = offers.map((key, place) => [key, OFFER_COLORS[place % OFFER_COLORS.length] ?? ""]);
  return { ...COLORS, ...Object.fromEntries(own) };
}

type Month = Schema<"MonthView">;
/** Whether a month is compared over a part of its hours only, as rounded to whole per cents. */
export const isPartial = ({ known }: Month): boolean => known < 0.995;

/** The months, oldest first, each with the bill under every option. */
export function monthGroups(comparison: View): Group[] {
  const keys = optionKeys(comparison);
  return comparison.items.map((item) => {
    const values = keys.map((name) => ({ name, value: item.options[name]?.total ?? null }));
    const parts = values.map(({ name, value }) => `${optionName(comparison, name)} ${money(value)}`).join(", ");
    const [mark, part] = isPartial(item) ? ["*", ` (${t().partly({ share: percent(item.known) })})`] : ["", ""];
    return {
      label: shortMonth(item.start) + mark,
      values,
      sentence: words().labelled({ name: month(item.start) + part, value: parts }),
    };
  });
}

/** Whether a new customer may choose an option; undefined: that says nothing, or it is not known. */
export function isOpenToNew(comparison: View, key: string): boolean | undefined {
  return key === "own" ? undefined : comparison.open_to_new[key === "changed_hours" ? "hp_hc" : key];
}
