import { preferredLanguage, useLanguage } from "$i18n";
import { listMeters, type Meter } from "./commands";
import { type CardName, elementName } from "./element.svelte";
import type { HomeAssistant } from "./home-assistant";
import { t } from "./texts";

interface Card {
  type: string;
  [field: string]: unknown;
}

const card = (name: CardName, fields: object = {}): Card => ({ type: `custom:${elementName(name)}`, ...fields });
interface Section {
  type: "grid";
  cards: Card[];
}
const section = (...cards: Card[]): Section => ({ type: "grid", cards });

/** The banner, which takes no room as long as the gateway answers, is the first card of all. */
const withBanner = ([first, ...others]: Section[]): Section[] => [
  section(card("banner"), ...(first?.cards ?? [])),
  ...others,
];

/** A meter's cards; its name above them where there are several. */
function meterCards({ id, name }: Meter, several: boolean): { shown: Card[]; compared: Card } {
  const heading = several ? [{ type: "heading", heading: name, icon: "mdi:home-lightning-bolt" }] : [];
  return {
    shown: [...heading, card("day", { meter: id }), card("hours", { meter: id })],
    compared: card("options", { meter: id }),
  };
}

/**
 * The sections of the dashboard, in the order in which a phone shows them. Whoever pays by Tempo sees its colours first,
 * anybody else the first meter.
 */
export function buildSections(meters: readonly Meter[]): Section[] {
  const tempo = section(card("tempo"));
  const [first, ...others] = meters;
  if (!first) return [tempo, section(card("ecowatt"))];
  const paysByTempo = meters.some(({ option }) => option === "tempo");
  const { shown, compared } = meterCards(first, others.length > 0);
  return [
    ...(paysByTempo ? [tempo] : []),
    section(...shown),
    section(card("ecowatt"), compared),
    ...others.map((meter) => {
      const cards = meterCards(meter, true);
      return section(...cards.shown, cards.compared);
    }),
    ...(paysByTempo ? [] : [tempo]),
  ];
}

/** Make the dashboard strategy `custom:my-electrical-data`. */
export function defineDashboard(): void {
  class Dashboard extends HTMLElement {
    static async generate(_config: object, hass: HomeAssistant): Promise<object> {
      useLanguage(preferredLanguage([hass.language]));
      return {
        title: t().dashboard.title,
        views: [
          {
            title: t().dashboard.title,
            path: "electricity",
            type: "sections",
            max_columns: 3,
            sections: withBanner(buildSections(await listMeters(hass))),
          },
        ],
      };
    }
  }
  const name = "ll-strategy-dashboard-my-electrical-data";
  if (!customElements.get(name)) customElements.define(name, Dashboard);
}
