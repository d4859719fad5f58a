import { dictionary } from "$i18n";

export const t = dictionary({
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
  read: {
    consumption: [
      "Colours show how each kWh is billed. A line marks the same period a year before; hatched parts are not known.",
      "Les couleurs montrent comment chaque kWh est facturé. Un trait marque la même période un an avant ; les parties hachurées sont inconnues.",
    ],
    production: [
      "A line marks the same period a year before; hatched parts are not known.",
      "Un trait marque la même période un an avant ; les parties hachurées sont inconnues.",
    ],
  },
  readZoom: [
    "Click a bar, or press Enter, to open it.",
    "Cliquez sur une barre, ou appuyez sur Entrée, pour l’ouvrir.",
  ],
  before: ["a year before", "un an avant"],
  beforeHead: ["A year before", "Un an avant"],
  notKnown: ["Not known", "Inconnu"],
  partly: ["only partly known", "connu seulement en partie"],
  totalBefore: ["A year before, over the same days", "Un an avant, sur les mêmes jours"],
  knownSince: [
    "Known since {day}; earlier days are not counted.",
    "Connu depuis le {day} ; les jours d’avant ne sont pas comptés.",
  ],
  wholeSubscription: [
    "The subscription, due for every day, adds {eur}.",
    "L’abonnement, dû pour chaque jour, ajoute {eur}.",
  ],
  everySubscription: [
    "The total includes the subscription for every day so far, the bars only that of known days.",
    "Le total compte l’abonnement de chaque jour écoulé, les barres seulement celui des jours connus.",
  ],
  empty: ["No data for this period", "Pas de données pour cette période"],
  emptyText: ["The archive covers {start} to {end}.", "L’archive va du {start} au {end}."],
  noPrice: {
    consumption: ["The cost is not known", "Le coût n’est pas connu"],
    production: ["The revenue is not known", "La recette n’est pas connue"],
  },
  noPriceText: [
    "The energy is known but its price is not: set it in the tariff.",
    "L’énergie est connue, mais pas son prix : indiquez-le dans le tarif.",
  ],
  toTariff: ["Go to the tariff", "Aller au tarif"],
  emptyYet: [
    "Data appears here as Enedis provides it.",
    "Les données apparaissent ici à mesure qu’Enedis les fournit.",
  ],
  outdated: ["Prices may be outdated since {day}.", "Les prix peuvent être périmés depuis le {day}."],
  curve: ["Load curve", "Courbe de charge"],
  curveRead: [
    "Average power of each half-hour. Where the curve has a gap, it is not known.",
    "Puissance moyenne de chaque demi-heure. Là où elle s’interrompt, elle est inconnue.",
  ],
  curveLimit: ["The dashed line is your subscribed power.", "La ligne en pointillés est votre puissance souscrite."],
  curveEmpty: ["No load curve is known for this period.", "Aucune courbe de charge n’est connue pour cette période."],
  peak: ["Maximum power", "Puissance maximale"],
  peakRead: [
    "The highest power of each day, as the meter recorded it. The dashed line is your subscribed power.",
    "La plus haute puissance de chaque jour, enregistrée par le compteur. La ligne en pointillés est votre puissance souscrite.",
  ],
  peakEmpty: [
    "No maximum power is known for this period.",
    "Aucune puissance maximale n’est connue pour cette période.",
  ],
  missing: ["Not known:", "Inconnu :"],
  expected: ["expected {when}", "attendu le {when}"],
  estimated: ["estimated", "estimé"],
  imported: ["imported", "importé"],
  power: ["Power", "Puissance"],
});
