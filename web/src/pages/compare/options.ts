import type { Schema } from "$api";
import type { Group } from "$charts/GroupedBars.svelte";
import { money, month, percent, shortMonth } from "$lib/format";
import { t } from "./texts";

export type OptionKey = keyof ReturnType<typeof t>["options"];
const ORDER: readonly OptionKey[] = ["own", "base", "hp_hc", "tempo"];

export const optionColors: Readonly<Record<OptionKey, string>> = {
  own: "var(--custom-1)",
  base: "var(--hp)",
  hp_hc: "var(--custom-2)",
  tempo: "var(--blue-hp)",
};

/** The options that the gateway compared, the reader's own first. */
export const optionKeys = (comparison: Schema<"ComparisonView">): OptionKey[] =>
  ORDER.filter((key) => comparison.total[key] !== undefined);

type Month = Schema<"MonthView">;
/** The share of a month's hours over which its options are compared. */
export const knownShare = ({ options }: Month): number => Math.max(...Object.values(options).map(({ known }) => known));
export const isPartial = (item: Month): boolean => knownShare(item) < 0.995;

/** The first days of the months that the total adds up: those in which each of its options has a bill. */
export function countedMonths({ items, total }: Schema<"ComparisonView">): string[] {
  const billed = Object.entries(total).flatMap(([key, { known }]) => (known > 0 ? [key as OptionKey] : []));
  return items.filter(({ options }) => billed.every((key) => options[key]?.known)).map(({ start }) => start);
}

/** The months, oldest first, each with the bill under every option. */
export function monthGroups(comparison: Schema<"ComparisonView">): Group[] {
  const keys = optionKeys(comparison);
  return comparison.items.map((item) => {
    const values = keys.map((name) => ({ name, value: item.options[name]?.total ?? null }));
    const parts = values.map(({ name, value }) => t().part(t().options[name], money(value))).join(", ");
    const [mark, part] = isPartial(item) ? ["*", ` (${t().partly(percent(knownShare(item)))})`] : ["", ""];
    return {
      label: shortMonth(item.start) + mark,
      values,
      sentence: t().sentence(month(item.start) + part, parts),
    };
  });
}

/** The option with the lowest bill, of those that have one. */
export function lowestOption(comparison: Schema<"ComparisonView">): OptionKey | undefined {
  const bills = optionKeys(comparison).flatMap((key) => {
    const eur = comparison.total[key]?.total ?? null;
    return eur === null ? [] : [{ key, eur }];
  });
  return bills.toSorted((a, b) => a.eur - b.eur)[0]?.key;
}
