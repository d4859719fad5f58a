import { dictionary } from "$i18n";

export const t = dictionary({
  en: {
    title: "Ecowatt",
    intro:
      "RTE says for four days how well France can supply its electricity. In tense hours every kWh that waits helps.",
    now: "Now",
    until: (level: string, until: string) => `${level}, until ${until}`,
    next: (level: string, since: string) => `Then ${level}, from ${since}`,
    unknown: "RTE has not said it.",
    days: "Today and the next three days",
    read: "A row is a day, from midnight to midnight; the line is now.",
    cell: (day: string, from: string, until: string, level: string) => `${day}, ${from} to ${until}: ${level}`,
    empty: "RTE has announced nothing yet.",
    day: "Day",
    worst: "Worst hour",
    message: "RTE’s message (in French)",
    asOf: (when: string) => `RTE last answered ${when}.`,
    tense: "Hours to spare electricity",
    noTense: "No tense hour is announced.",
  },
  fr: {
    title: "Ecowatt",
    intro:
      "RTE annonce sur quatre jours si l’approvisionnement de la France en électricité est assuré. Aux heures tendues, chaque kWh reporté aide.",
    now: "Maintenant",
    until: (level, until) => `${level}, jusqu’à ${until}`,
    next: (level, since) => `Puis ${level}, à partir de ${since}`,
    unknown: "RTE ne l’a pas dit.",
    days: "Aujourd’hui et les trois jours suivants",
    read: "Une ligne est un jour, de minuit à minuit ; le trait marque maintenant.",
    cell: (day, from, until, level) => `${day}, de ${from} à ${until} : ${level}`,
    empty: "RTE n’a encore rien annoncé.",
    day: "Jour",
    worst: "Heure la plus tendue",
    message: "Message de RTE",
    asOf: (when) => `Dernière réponse de RTE ${when}.`,
    tense: "Heures où économiser l’électricité",
    noTense: "Aucune heure tendue n’est annoncée.",
  },
});
