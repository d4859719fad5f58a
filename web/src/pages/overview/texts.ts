import { dictionary } from "$i18n";

export const t = dictionary({
  priceNow: ["Price now", "Prix actuel"],
  priceUnknown: ["The price is not known.", "Le prix n’est pas connu."],
  hours: ["The hours to come", "Les heures à venir"],
  hoursRead: [
    "Each block is as wide as its duration and as high as its price. Hatched blocks are uncertain or not known yet.",
    "Chaque bloc est aussi large que sa durée et aussi haut que son prix. Les blocs hachurés sont incertains ou pas encore connus.",
  ],
  notKnown: ["price not known yet", "prix pas encore connu"],
  spans: {
    day: ["Last day", "Dernier jour"],
    week: ["This week", "Cette semaine"],
    month: ["This month", "Ce mois"],
    year: ["This year", "Cette année"],
  },
  noData: ["No data yet.", "Pas encore de données."],
  ofWhich: ["of which {subscription} subscription", "dont {subscription} d’abonnement"],
  produced: ["Fed in:", "Injecté :"],
  revenue: ["Revenue:", "Recette :"],
  before: ["A year before:", "Un an avant :"],
  beforePartly: ["A year before, as far as known:", "Un an avant, pour ce qui est connu :"],
  energySince: ["for the energy, known since {day}", "pour l’énergie, connue depuis le {day}"],
  wholeSubscription: ["for the subscription, due for every day", "pour l’abonnement, dû pour chaque jour"],
  notComparable: ["Not comparable with the year before yet.", "Pas encore comparable à l’année précédente."],
  data: ["Data", "Données"],
  completeUntil: ["Complete until {day}.", "Complètes jusqu’au {day}."],
  nothingYet: ["No data has arrived from Enedis yet.", "Aucune donnée n’est encore arrivée d’Enedis."],
  next: ["The next day is expected {when}.", "Le jour suivant est attendu le {when}."],
  history: [
    "Days of history received: {days} of {all}; the rest follows automatically.",
    "Jours d’historique reçus : {days} sur {all} ; le reste se complète tout seul.",
  ],
  historyDone: ["The history reaches back to {day}.", "L’historique remonte au {day}."],
  holes: ["Missing days:", "Jours manquants :"],
});
