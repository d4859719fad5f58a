import { dictionary } from "$i18n";

export const t = dictionary({
  title: ["Overview", "Accueil"],
  until: [(when: string) => `until ${when}`, (when: string) => `jusqu’au ${when}`],
  priceNow: ["Price now", "Prix actuel"],
  priceUnknown: ["The price is not known.", "Le prix n’est pas connu."],
  hours: ["The hours to come", "Les heures à venir"],
  hoursRead: [
    "Each block is as wide as it lasts and as high as its price. What is hatched is not certain or not known yet.",
    "Chaque bloc est aussi large qu’il dure et aussi haut que son prix. Ce qui est hachuré n’est pas certain ou pas encore connu.",
  ],
  notKnown: ["price not known yet", "prix pas encore connu"],
  spans: {
    day: ["Last day", "Dernier jour"],
    week: ["This week", "Cette semaine"],
    month: ["This month", "Ce mois"],
    year: ["This year", "Cette année"],
  },
  noData: ["Nothing known yet.", "Encore rien de connu."],
  ofWhich: [
    (subscription: string) => `of which ${subscription} subscription`,
    (subscription: string) => `dont ${subscription} d’abonnement`,
  ],
  produced: ["Fed in:", "Injecté :"],
  revenue: ["Revenue:", "Recette :"],
  before: ["A year before:", "Un an avant :"],
  beforePartly: ["A year before, as far as known:", "Un an avant, pour ce qui est connu :"],
  energySince: [
    (day: string) => `for the energy, known since ${day}`,
    (day: string) => `pour l’énergie, connue depuis le ${day}`,
  ],
  wholeSubscription: ["for the subscription, owed for every day", "pour l’abonnement, dû pour chaque jour"],
  notComparable: ["Not yet to be compared with the year before.", "Pas encore comparable à l’année précédente."],
  priceMissing: ["Some of these hours lack their price.", "Il manque le prix de certaines de ces heures."],
  data: ["Data", "Données"],
  completeUntil: [(day: string) => `Complete until ${day}.`, (day: string) => `Complètes jusqu’au ${day}.`],
  nothingYet: ["Nothing has come from Enedis yet.", "Rien n’est encore arrivé d’Enedis."],
  next: [
    (when: string) => `The next day is expected ${when}.`,
    (when: string) => `Le jour suivant est attendu ${when}.`,
  ],
  history: [
    (days: string, all: string) => `${days} of ${all} days of history are here; the rest fills in by itself.`,
    (days: string, all: string) => `${days} jours d’historique sur ${all} sont là ; le reste se complète tout seul.`,
  ],
  historyDone: [
    (day: string) => `The history reaches back to ${day}.`,
    (day: string) => `L’historique remonte au ${day}.`,
  ],
  holes: ["Days that are missing:", "Jours manquants :"],
});
