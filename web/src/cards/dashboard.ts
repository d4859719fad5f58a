import { preferredLanguage, setLanguage } from "$i18n";
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

/**
 * The sections of the dashboard, in the order in which a phone shows them. Whoever pays by Tempo sees its colours first,
 * anybody else the first meter. Several meters have their names, each above all of its cards.
 */
export function buildSections(meters: readonly Meter[]): Section[] {
  const [tempo, ecowatt] = [section(card("tempo")), card("ecowatt")];
  const [first, ...others] = meters;
  if (!first) return [tempo, section(ecowatt)];
  const paysByTempo = meters.some(({ option }) => option === "tempo");
  const ofMeters =
    others.length > 0
      ? [meterSection(first), section(ecowatt), ...others.map(meterSection)]
      : onlyMeter(first, ecowatt);
  return paysByTempo ? [tempo, ...ofMeters] : [...ofMeters, tempo];
}

const meterSection = ({ id, name }: Meter): Section =>
  section(
    { type: "heading", heading: name, icon: "mdi:home-lightning-bolt" },
    card("day", { meter: id }),
    card("hours", { meter: id }),
    card("options", { meter: id }),
  );

/** A meter that needs no name fills two columns together with Ecowatt. */
const onlyMeter = ({ id }: Meter, ecowatt: Card): Section[] => [
  section(card("day", { meter: id }), card("hours", { meter: id })),
  section(ecowatt, card("options", { meter: id })),
];

/** Make the dashboard strategy `custom:my-electrical-data`. */
export function defineDashboard(): void {
  class Dashboard extends HTMLElement {
    static async generate(_config: object, hass: HomeAssistant): Promise<object> {
      setLanguage(preferredLanguage([hass.language]));
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
