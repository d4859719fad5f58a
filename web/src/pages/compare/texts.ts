import { dictionary } from "$i18n";

export const t = dictionary({
  en: {
    title: "Compare tariffs",
    intro:
      "What the same hours of your meter would have cost under each option, subscription included. Nothing is estimated: months that are not known are left out, for every option alike.",
    months: "Months",
    lastMonths: (count: number) => `${count} months`,
    totals: "Altogether",
    totalOf: (start: string, end: string) => `Whole months from ${start} to ${end}`,
    option: "Option",
    energy: "Energy",
    subscription: "Subscription",
    bill: "Bill",
    known: "Hours with a price",
    lowest: "lowest",
    options: { base: "Base", hp_hc: "Peak/off-peak", tempo: "Tempo", own: "Your own tariff" },
    newContracts: "New contracts",
    openToNew: "possible",
    closedToNew: "no longer sold for this power",
    byMonth: "Month by month",
    sentence: (month: string, parts: string) => `${month}: ${parts}`,
    part: (option: string, eur: string) => `${option} ${eur}`,
    power: "Subscribed power",
    enough: (highest: string, lowest: string, share: string) =>
      `The highest power used was ${highest}, known on ${share} of the days. ${lowest} would have been enough.`,
    noPower:
      "The highest power used is not known: turn on one of its entities in Home Assistant, or open Consumption, and Enedis is asked for it.",
    present: (power: string) => `Your contract has ${power}.`,
    outdated: (since: string) =>
      `Newer regulated prices are due since ${since}, and the gateway does not know them yet.`,
    empty: "No whole month is known yet.",
    emptyText: "The comparison begins with the first calendar month of which hours are known.",
  },
  fr: {
    title: "Comparer les tarifs",
    intro:
      "Ce que les mêmes heures de votre compteur auraient coûté avec chaque option, abonnement compris. Rien n’est estimé : les mois inconnus sont laissés de côté, pour toutes les options.",
    months: "Mois",
    lastMonths: (count) => `${count} mois`,
    totals: "En tout",
    totalOf: (start, end) => `Mois entiers du ${start} au ${end}`,
    option: "Option",
    energy: "Énergie",
    subscription: "Abonnement",
    bill: "Facture",
    known: "Heures avec un prix",
    lowest: "la plus basse",
    options: { base: "Base", hp_hc: "Heures pleines/creuses", tempo: "Tempo", own: "Votre tarif" },
    newContracts: "Nouveaux contrats",
    openToNew: "possibles",
    closedToNew: "n’est plus vendue pour cette puissance",
    byMonth: "Mois par mois",
    sentence: (month, parts) => `${month} : ${parts}`,
    part: (option, eur) => `${option} ${eur}`,
    power: "Puissance souscrite",
    enough: (highest, lowest, share) =>
      `La plus haute puissance utilisée était de ${highest}, connue pour ${share} des jours. ${lowest} auraient suffi.`,
    noPower:
      "La plus haute puissance n’est pas connue : activez une de ses entités dans Home Assistant, ou ouvrez Consommation, et elle sera demandée à Enedis.",
    present: (power) => `Votre contrat a ${power}.`,
    outdated: (since) =>
      `De nouveaux prix réglementés sont attendus depuis le ${since}, et la passerelle ne les connaît pas encore.`,
    empty: "Aucun mois entier n’est encore connu.",
    emptyText: "La comparaison commence avec le premier mois civil dont des heures sont connues.",
  },
});
