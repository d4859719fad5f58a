import type { Schema } from "$api";
import type { Day } from "$lib/paris";
import type { toRows } from "../pages/consumption/bars";
import type { toCells } from "../pages/ecowatt/cells";
import type { Forecast } from "../pages/tempo/forecast";
import type { TempoDay } from "../pages/tempo/season";
import type { HomeAssistant } from "./home-assistant";

/** The integration's websocket commands; websocket.py and card_feeds.py have the other side. */
const DOMAIN = "my_electrical_data";

export interface Meter {
  id: string;
  name: string;
  /** Null while its gateway is not connected, or where its owner has not told it. */
  option: string | null;
  produces: boolean;
}
export type Series = Parameters<typeof toRows>[0];
export type Comparison = Schema<"ComparisonView">;
export type { TempoDay };
export type Color = Exclude<Schema<"Color">, "unknown">;

/** What the integration holds. The data stay when the gateway falls silent. */
export interface Feed<Data> {
  is_silent: boolean;
  silent_since: string | null;
  data: Data | null;
}
export interface Tempo {
  now: {
    today: TempoDay | null;
    tomorrow: TempoDay | null;
    left: Partial<Record<Color, number | null>>;
  };
  season: Schema<"Tempo">["season"];
  days: TempoDay[];
  as_of: string | null;
  /** Null unless the option for it is on. */
  forecast: Forecast | null;
}
export interface Ecowatt {
  now: { level: number; since: string; until: string } | null;
  days: Parameters<typeof toCells>[0][number][];
  as_of: string | null;
}
export interface Periods {
  items: Schema<"PeriodView">[];
  /** How far ahead they are shown; the last period may end later. */
  until: string;
  cheapest: { start: string; end: string; price: number } | null;
}
export interface Meters {
  meters: Meter[];
}
export interface Feeds {
  meters: Meters;
  tempo: Tempo;
  ecowatt: Ecowatt;
  periods: Periods;
  gateway: never;
}

export async function listMeters(hass: HomeAssistant): Promise<Meter[]> {
  return (await hass.callWS<Meters>({ type: `${DOMAIN}/homes` })).meters;
}

export const fetchSeries = (
  hass: HomeAssistant,
  asked: { meter: string; start: Day; end: Day; step: Schema<"Step"> },
): Promise<Series & Pick<Schema<"SeriesView">, "next_change">> => hass.callWS({ type: `${DOMAIN}/series`, ...asked });

export const fetchComparison = (hass: HomeAssistant, meter: string): Promise<Comparison> =>
  hass.callWS({ type: `${DOMAIN}/comparison`, meter });

/** Follow a feed. Returns how to stop. */
export function subscribe<Name extends keyof Feeds>(
  hass: HomeAssistant,
  feed: Name,
  options: { meter?: string; hours?: number },
  receive: (feed: Feed<Feeds[Name]>) => void,
): () => void {
  const subscription = hass.connection.subscribeMessage(receive, { type: `${DOMAIN}/subscribe`, feed, ...options });
  return () => void subscription.then((stop) => stop());
}
