/** The script that Home Assistant's pages load: the cards, their entries in the card picker, and the dashboard. */
import Banner from "./banner/Banner.svelte";
import { defineDashboard } from "./dashboard";
import Day from "./day/Day.svelte";
import Ecowatt from "./ecowatt/Ecowatt.svelte";
import { HOURS, meterForm, titleForm } from "./editor";
import { type CardDefinition, defineCard } from "./element.svelte";
import Hours from "./hours/Hours.svelte";
import Options from "./options/Options.svelte";
import { offerCard, offerDashboard } from "./picker";
import Tempo from "./tempo/Tempo.svelte";

const cards: CardDefinition[] = [
  { name: "tempo", component: Tempo, form: () => meterForm(), rows: 9 },
  { name: "day", component: Day, form: () => meterForm(), rows: 10 },
  { name: "ecowatt", component: Ecowatt, form: titleForm, rows: 5 },
  { name: "options", component: Options, form: () => meterForm(), rows: 8 },
  { name: "hours", component: Hours, form: () => meterForm(HOURS), rows: 6 },
];

function define(): void {
  for (const card of cards) {
    defineCard(card);
    offerCard(card.name);
  }
  defineCard({ name: "banner", component: Banner, form: titleForm, rows: 1, livesHidden: true });
  defineDashboard();
  offerDashboard();
}

// Home Assistant's own script, which loads beside this one, replaces the browser's registry of elements, in which it then
// does not find what was defined before.
void customElements.whenDefined("home-assistant").then(define);
