import type { Schema } from "$api";
import { type Day, number, percent, UNKNOWN, weekdayDate } from "$lib";
import { t } from "./texts";

export interface Forecast {
  days: { date: Day; horizon: number; probabilities: Schema<"ProbabilitiesView"> }[];
  horizons: Schema<"HorizonView">[];
}

/** A Brier score about red days beside that of the better baseline, and over how many days. */
function describeScore(scores: Schema<"HorizonView">["backtest"] | undefined): string {
  const red = scores?.find(({ measure }) => measure === "red");
  if (!red) return UNKNOWN;
  return t().score({ forecast: number(red.forecast, 2), baseline: number(red.baseline, 2), days: number(red.days) });
}

/** A row for each forecast day after `day`, the last one that RTE announces. */
export const toForecastRows = ({ days, horizons }: Forecast, day: Day): string[][] =>
  days
    .filter(({ date }) => date > day)
    .map(({ date, horizon, probabilities }) => {
      const scores = horizons.find((each) => each.horizon === horizon);
      const shares = [probabilities.red, probabilities.white, probabilities.blue].map((share) => percent(share));
      return [weekdayDate(date), ...shares, describeScore(scores?.backtest), describeScore(scores?.recorded)];
    });
