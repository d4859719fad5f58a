import type { Bar } from "$charts/Bars.svelte";
import { type Row, toBar, toRows, type Unit, write } from "../../pages/consumption/bars";
import { t as page } from "../../pages/consumption/texts";
import type { Span } from "../../pages/consumption/view";
import { words } from "$lib";
import type { Series } from "../commands";
import { t } from "./texts";

/** The steps that a bar stands for, by span. */
export const stepNames = { day: "hour", week: "day", month: "day", year: "month", all: "month" } as const;

export interface DayView {
  rows: Row[];
  bars: Bar[];
}

/** The rows of a series and their bars: consumption by bucket with its euros, and production beside it. */
export function buildView(series: Series, span: Span, unit: Unit, produces: boolean): DayView {
  const rows = toRows(series, span, "consumption", unit);
  const otherUnit = unit === "energy" ? "euros" : "energy";
  const others = toRows(series, span, "consumption", otherUnit);
  const produced = produces ? toRows(series, span, "production", unit) : undefined;
  const bars = rows.map((row, place) => {
    const bar = toBar(row, unit);
    const other = others[place]?.total ?? null;
    const beside = produced?.[place]?.total;
    const sentence = [
      bar.sentence,
      ...(other === null ? [] : [write(otherUnit)(other)]),
      ...(beside === undefined || beside === null ? [] : [`${words().directions.production} ${write(unit)(beside)}`]),
    ].join(" · ");
    return { ...bar, sentence, ...(produced ? { beside: beside ?? null } : {}) };
  });
  return { rows, bars };
}

const isKnown = (amount: number | null | undefined): boolean => amount !== null && amount !== undefined;
const hasAmounts = ({ rows, bars }: DayView): boolean =>
  rows.some(({ total }) => isKnown(total)) || bars.some(({ beside }) => isKnown(beside));

/** Why no row of a series shows an amount; undefined if one does, even if only of the year before. */
export function explainEmpty(series: Series, span: Span, unit: Unit, produces: boolean): string | undefined {
  const view = buildView(series, span, unit, produces);
  if (hasAmounts(view) || view.rows.some(({ before }) => isKnown(before))) return undefined;
  return hasAmounts(buildView(series, span, "energy", produces)) ? page().noPriceText : t().nothing;
}

/** How much of a span is known, in words. */
export function describeKnown({ current }: Series, span: Span, unit: Unit): string {
  const step = stepNames[span];
  const known = current.complete_rows?.[unit === "energy" ? "consumption" : "cost"];
  if (known === undefined) return "";
  const all = current.start.length;
  return known === all ? t().whole[step] : t().known[step]({ count: String(known), all: String(all) });
}
