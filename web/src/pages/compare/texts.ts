import { dictionary } from "$i18n";

export const t = dictionary({
  title: ["Compare tariffs", "Comparer les tarifs"],
  intro: [
    "What the same hours of your meter would have cost under each option, subscription included. Nothing is estimated: unknown hours are left out of every option.",
    "Ce que les mêmes heures de votre compteur auraient coûté avec chaque option, abonnement compris. Rien n’est estimé : les heures inconnues sont laissées de côté, pour toutes les options.",
  ],
  months: ["Months", "Mois"],
  lastMonths: ["{count} months", "{count} mois"],
  totalOf: [
    (count: number) =>
      count === 1
        ? "Over the only month that all these options cover"
        : `Over the ${count} months that all these options cover`,
    (count: number) =>
      count === 1
        ? "Sur le seul mois que toutes ces options couvrent"
        : `Sur les ${count} mois que toutes ces options couvrent`,
  ],
  noOffPeak: [
    "Peak/off-peak cannot be billed: no off-peak hours are known for this meter.",
    "Heures pleines/creuses ne peut pas être facturée : aucune heure creuse n’est connue pour ce compteur.",
  ],
  toOffPeak: ["Enter them", "Les saisir"],
  partial: [
    "Months marked * are only partly known; their bars include the whole month’s subscription.",
    "Les mois marqués * ne sont connus qu’en partie ; leurs barres comptent l’abonnement du mois entier.",
  ],
  partly: ["{share} of its hours", "{share} de ses heures"],
  bill: ["Bill", "Facture"],
  known: ["Hours with a price", "Heures avec un prix"],
  lowest: ["lowest bill", "facture la plus basse"],
  options: {
    own: ["Your own tariff", "Votre tarif"],
    changed_hours: ["Peak/off-peak with other hours", "Heures pleines/creuses à d’autres heures"],
  },
  newContracts: ["New contracts", "Nouveaux contrats"],
  openToNew: ["possible", "possibles"],
  closedToNew: ["no longer sold for this power", "n’est plus vendue pour cette puissance"],
  byMonth: ["Month by month", "Mois par mois"],
  whatIf: ["What if?", "Et si ?"],
  otherHours: ["Off-peak at other hours", "Heures creuses à d’autres heures"],
  otherHoursHint: ["For example 22h-6h or 2h-7h 13h-16h", "Par exemple 22h-6h ou 2h-7h 13h-16h"],
  tryHours: ["Compare", "Comparer"],
  forgetHours: ["Remove these hours", "Retirer ces horaires"],
  changedHours: [
    "Peak/off-peak with {hours} would have cost {eur}.",
    "L’option heures pleines/creuses avec {hours} aurait coûté {eur}.",
  ],
  ownHours: [
    "With the meter’s own hours, it would have cost {eur}.",
    "Avec les horaires du compteur, elle aurait coûté {eur}.",
  ],
  redGain: [
    "With Tempo, moving all use in red peak hours to red off-peak hours would have saved {eur}; moving half of it, half as much.",
    "Avec Tempo, déplacer toute la consommation des heures pleines rouges en heures creuses rouges aurait fait économiser {eur} ; en déplacer la moitié, moitié moins.",
  ],
  buckets: ["By bucket", "Par poste"],
  offerOutdated: [
    "{name}: these prices have not been checked since {day}.",
    "{name} : ces prix n’ont pas été vérifiés depuis le {day}.",
  ],
  against: [
    (power: string, days: number) =>
      days === 0
        ? `${power}: not exceeded on any known day.`
        : `${power}: exceeded on ${days} day${days === 1 ? "" : "s"}.`,
    (power: string, days: number) =>
      days === 0
        ? `${power} : jamais dépassé, parmi les jours connus.`
        : `${power} : dépassé pendant ${days} jour${days === 1 ? "" : "s"}.`,
  ],
  enough: [
    "The highest power used was {highest}, known on {share} of the days. {lowest} would have been enough.",
    "La plus haute puissance utilisée a été de {highest} ; elle est connue pour {share} des jours. {lowest} auraient suffi.",
  ],
  noPower: [
    "The highest power used is not known. To have it requested from Enedis, enable one of its entities in Home Assistant or open Consumption.",
    "La plus haute puissance n’est pas connue. Pour qu’elle soit demandée à Enedis, activez une de ses entités dans Home Assistant ou ouvrez Consommation.",
  ],
  present: ["Your contract is for {power}.", "Votre contrat est de {power}."],
  outdated: [
    "New regulated prices have been due since {since}, and the gateway does not know them yet.",
    "De nouveaux prix réglementés sont attendus depuis le {since}, et la passerelle ne les connaît pas encore.",
  ],
  empty: ["No month is complete yet.", "Aucun mois n’est encore complet."],
  emptyText: [
    "The comparison starts with the first calendar month that has known hours.",
    "La comparaison commence avec le premier mois civil dont on connaît des heures.",
  ],
});
