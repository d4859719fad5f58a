import { money } from "$lib/format";
import type { Schema } from "$api";
import { isOpenToNew } from "../../pages/compare/options";
import { t as page } from "../../pages/compare/texts";
import { t } from "./texts";

/** Half a cent: bills that differ by less are shown as the same amount. */
const SAME = 0.005;

/** What is said below the bill of an option: how it compares with the lowest one. */
export function describeBill(found: Schema<"ComparisonView">, key: string): string {
  const { total = null, above_lowest = null } = found.total[key] ?? {};
  if (total === null) return t().notAlike;
  if (isOpenToNew(found, key) === false) return page().closedToNew;
  if (key === found.lowest) return t().lowest;
  if (above_lowest === null) return "";
  return Math.abs(above_lowest) < SAME ? t().same : t().more({ eur: money(above_lowest) });
}
