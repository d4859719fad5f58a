import { dictionary } from "$i18n";

export const t = dictionary({
  title: ["Compare tariffs", "Comparer les tarifs"],
  intro: [
    "What the same hours of your meter would have cost under each option, subscription included. Nothing is estimated: hours that are not known are left out, for every option alike.",
    "Ce que les mêmes heures de votre compteur auraient coûté avec chaque option, abonnement compris. Rien n’est estimé : les heures inconnues sont laissées de côté, pour toutes les options.",
  ],
  months: ["Months", "Mois"],
  lastMonths: [(count: number) => `${count} months`, (count: number) => `${count} mois`],
  totals: ["Altogether", "En tout"],
  totalOf: [
    (count: number, start: string, end: string) =>
      count === 1
        ? `Over ${start}, the one month that all these options have`
        : `Over the ${count} months that all these options have, ${start} to ${end}`,
    (count: number, start: string, end: string) =>
      count === 1
        ? `Sur ${start}, le seul mois que toutes ces options ont`
        : `Sur les ${count} mois que toutes ces options ont, de ${start} à ${end}`,
  ],
  noOffPeak: [
    "Peak/off-peak cannot be billed: no off-peak hours are known for this meter.",
    "Heures pleines/creuses ne peut pas être facturée : aucune heure creuse n’est connue pour ce compteur.",
  ],
  toOffPeak: ["Enter them", "Les saisir"],
  partial: [
    "Months with an * are known in part only; their bars have the whole month’s subscription.",
    "Les mois avec * ne sont connus qu’en partie ; leurs barres ont l’abonnement du mois entier.",
  ],
  partly: [(share: string) => `${share} of its hours`, (share: string) => `${share} de ses heures`],
  option: ["Option", "Option"],
  energy: ["Energy", "Énergie"],
  subscription: ["Subscription", "Abonnement"],
  bill: ["Bill", "Facture"],
  known: ["Hours with a price", "Heures avec un prix"],
  lowest: ["lowest", "la plus basse"],
  options: {
    base: ["Base", "Base"],
    hp_hc: ["Peak/off-peak", "Heures pleines/creuses"],
    tempo: ["Tempo", "Tempo"],
    own: ["Your own tariff", "Votre tarif"],
    changed_hours: ["Peak/off-peak with other hours", "Heures pleines/creuses à d’autres heures"],
  },
  newContracts: ["New contracts", "Nouveaux contrats"],
  openToNew: ["possible", "possibles"],
  closedToNew: ["no longer sold for this power", "n’est plus vendue pour cette puissance"],
  byMonth: ["Month by month", "Mois par mois"],
  sentence: [
    (month: string, parts: string) => `${month}: ${parts}`,
    (month: string, parts: string) => `${month} : ${parts}`,
  ],
  part: [(option: string, eur: string) => `${option} ${eur}`, (option: string, eur: string) => `${option} ${eur}`],
  whatIf: ["What if?", "Et si ?"],
  otherHours: ["Off-peak at other hours", "Heures creuses à d’autres heures"],
  otherHoursHint: ["For example 22h-6h or 2h-7h 13h-16h", "Par exemple 22h-6h ou 2h-7h 13h-16h"],
  tryHours: ["Compare", "Comparer"],
  forgetHours: ["Without these hours", "Sans ces horaires"],
  changedHours: [
    (hours: string, eur: string, now: string) =>
      `Peak/off-peak with ${hours} would have cost ${eur}; with the meter’s own hours, ${now}.`,
    (hours: string, eur: string, now: string) =>
      `Heures pleines/creuses avec ${hours} aurait coûté ${eur} ; avec les horaires du compteur, ${now}.`,
  ],
  redGain: [
    (eur: string) =>
      `With Tempo, using off-peak all that was used in red peak hours would have saved ${eur}; half of it, half as much.`,
    (eur: string) =>
      `Avec Tempo, décaler en heures creuses tout ce qui a été consommé en heures pleines rouges aurait économisé ${eur} ; en décaler la moitié, la moitié.`,
  ],
  buckets: ["By bucket", "Par poste"],
  bucket: ["Bucket", "Poste"],
  offerOutdated: [
    (name: string, day: string) => `${name}: nobody has checked these prices since ${day}.`,
    (name: string, day: string) => `${name} : personne n’a vérifié ces prix depuis le ${day}.`,
  ],
  against: [
    (power: string, days: number) =>
      days === 0 ? `${power}: no known day speaks against it.` : `${power}: exceeded on ${days} days.`,
    (power: string, days: number) =>
      days === 0 ? `${power} : aucun jour connu ne s’y oppose.` : `${power} : dépassé ${days} jours.`,
  ],
  power: ["Subscribed power", "Puissance souscrite"],
  enough: [
    (highest: string, lowest: string, share: string) =>
      `The highest power used was ${highest}, known on ${share} of the days. ${lowest} would have been enough.`,
    (highest: string, lowest: string, share: string) =>
      `La plus haute puissance utilisée était de ${highest}, connue pour ${share} des jours. ${lowest} auraient suffi.`,
  ],
  noPower: [
    "The highest power used is not known: turn on one of its entities in Home Assistant, or open Consumption, and Enedis is asked for it.",
    "La plus haute puissance n’est pas connue : activez une de ses entités dans Home Assistant, ou ouvrez Consommation, et elle sera demandée à Enedis.",
  ],
  present: [(power: string) => `Your contract has ${power}.`, (power: string) => `Votre contrat a ${power}.`],
  outdated: [
    (since: string) => `Newer regulated prices are due since ${since}, and the gateway does not know them yet.`,
    (since: string) =>
      `De nouveaux prix réglementés sont attendus depuis le ${since}, et la passerelle ne les connaît pas encore.`,
  ],
  empty: ["No whole month is known yet.", "Aucun mois entier n’est encore connu."],
  emptyText: [
    "The comparison begins with the first calendar month of which hours are known.",
    "La comparaison commence avec le premier mois civil dont des heures sont connues.",
  ],
});
