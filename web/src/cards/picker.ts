import { preferredLanguage, setLanguage } from "$i18n";
import { type CardName, elementName } from "./element.svelte";
import { pageHomeAssistant } from "./home-assistant";
import { t } from "./texts";

const DOCS = "https://github.com/MyElectricalData/my_electrical_data/blob/main/docs/cards.md";

/** The texts in the language of the page, which is known when the picker is opened, and not when this script is read. */
function texts(): ReturnType<typeof t> {
  setLanguage(preferredLanguage([pageHomeAssistant()?.language ?? document.documentElement.lang]));
  return t();
}

/** List a card in the card picker, with a preview of it. */
export function offerCard(name: CardName): void {
  (window.customCards ??= []).push({
    type: elementName(name),
    get name() {
      return texts().cards[name].name;
    },
    get description() {
      return texts().cards[name].description;
    },
    preview: true,
    documentationURL: DOCS,
  });
}

/** List the dashboard in the dialog that makes a new one. */
export function offerDashboard(): void {
  (window.customStrategies ??= []).push({
    type: "my-electrical-data",
    strategyType: "dashboard",
    get name() {
      return texts().dashboard.title;
    },
    get description() {
      return texts().dashboard.description;
    },
    documentationURL: DOCS,
  });
}
