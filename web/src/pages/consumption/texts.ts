import { dictionary } from "$i18n";

export const t = dictionary({
  colon: [":", " :"],
  direction: ["Direction", "Sens"],
  span: ["Time span", "Durée"],
  spans: {
    day: ["Day", "Jour"],
    week: ["Week", "Semaine"],
    month: ["Month", "Mois"],
    year: ["Year", "Année"],
    all: ["All", "Tout"],
  },
  unit: ["Unit", "Unité"],
  units: { energy: ["kWh", "kWh"], euros: ["€", "€"] },
  earlier: ["Earlier", "Avant"],
  later: ["Later", "Après"],
  goTo: ["Go to a day", "Aller à un jour"],
  energyTitle: { consumption: ["Energy used", "Énergie consommée"], production: ["Energy fed in", "Énergie injectée"] },
  eurosTitle: { consumption: ["Bill", "Facture"], production: ["Revenue", "Recette"] },
  read: [
    "Colours say what each kWh is billed as. A line marks the same span a year before; what is hatched is not known.",
    "Les couleurs disent comment chaque kWh est facturé. Un trait marque la même durée un an avant ; ce qui est hachuré n’est pas connu.",
  ],
  readZoom: ["A click on a bar, or Enter, opens it.", "Un clic sur une barre, ou Entrée, l’ouvre."],
  before: ["a year before", "un an avant"],
  beforeHead: ["A year before", "Un an avant"],
  notKnown: ["Not known", "Pas connu"],
  partly: ["not all of it is known", "tout n’est pas connu"],
  total: ["Total", "Total"],
  totalBefore: ["A year before, over the same days", "Un an avant, sur les mêmes jours"],
  priceMissing: ["Some of these hours lack their price.", "Il manque le prix de certaines de ces heures."],
  knownSince: [
    (day: string) => `Known since ${day}; earlier days are not counted.`,
    (day: string) => `Connu depuis le ${day} ; les jours d’avant ne sont pas comptés.`,
  ],
  wholeSubscription: [
    (eur: string) => `The subscription, which is owed for every day, comes to ${eur} on top.`,
    (eur: string) => `L’abonnement, dû pour chaque jour, ajoute ${eur}.`,
  ],
  everySubscription: [
    "The total has the subscription of every day so far, the bars only that of known days.",
    "Le total compte l’abonnement de chaque jour écoulé, les barres seulement celui des jours connus.",
  ],
  when: ["When", "Quand"],
  empty: ["Nothing is known of this time", "Rien n’est connu de cette période"],
  emptyText: [
    (start: string, end: string) => `The archive reaches from ${start} to ${end}.`,
    (start: string, end: string) => `L’archive va du ${start} au ${end}.`,
  ],
  noPrice: {
    consumption: ["What this costs is not known", "Ce que cela coûte n’est pas connu"],
    production: ["What is paid for this is not known", "Ce qui est payé pour cela n’est pas connu"],
  },
  noPriceText: [
    "The energy is known, its price is not: it belongs to the tariff.",
    "L’énergie est connue, pas son prix : il se règle avec le tarif.",
  ],
  toTariff: ["To the tariff", "Vers le tarif"],
  emptyYet: [
    "The data come by themselves as Enedis gives them.",
    "Les données arrivent d’elles-mêmes, à mesure qu’Enedis les donne.",
  ],
  outdated: [
    (day: string) => `Prices may be outdated since ${day}.`,
    (day: string) => `Les prix peuvent être périmés depuis le ${day}.`,
  ],
  curve: ["Load curve", "Courbe de charge"],
  curveRead: [
    "Average power of each half-hour. Gaps are not known. The dashed line is the power of your contract.",
    "Puissance moyenne de chaque demi-heure. Les trous ne sont pas connus. La ligne tiretée est la puissance de votre contrat.",
  ],
  curveEmpty: ["No load curve of this time is known.", "Aucune courbe de charge n’est connue pour cette période."],
  peak: ["Maximum power", "Puissance maximale"],
  peakRead: [
    "The greatest power of each day as the meter noted it. The line is the power of your contract.",
    "La plus grande puissance de chaque jour, notée par le compteur. La ligne est la puissance de votre contrat.",
  ],
  peakEmpty: ["No maximum power of this time is known.", "Aucune puissance maximale n’est connue pour cette période."],
  missing: ["Not known:", "Pas connu :"],
  estimated: ["estimated", "estimé"],
  power: ["Power", "Puissance"],
  contract: ["Power of the contract", "Puissance du contrat"],
});
