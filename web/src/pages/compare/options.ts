import type { Schema } from "$api";
import type { Group } from "$charts/GroupedBars.svelte";
import { money, month, shortMonth } from "$lib/format";
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

/** The months, oldest first, each with the bill under every option. */
export function monthGroups(comparison: Schema<"ComparisonView">): Group[] {
  const keys = optionKeys(comparison);
  return comparison.items.map(({ start, options }) => {
    const values = keys.map((name) => ({ name, value: options[name]?.total ?? null }));
    const parts = values.map(({ name, value }) => t().part(t().options[name], money(value))).join(", ");
    return { label: shortMonth(start), values, sentence: t().sentence(month(start), parts) };
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
