import { dictionary } from "$i18n";

export const t = dictionary({
  intro: [
    "RTE forecasts for four days whether France has enough electricity. Using less in tense hours helps.",
    "RTE annonce sur quatre jours si l’approvisionnement de la France en électricité est assuré. Consommer moins aux heures tendues aide.",
  ],
  now: ["Now", "Maintenant"],
  until: ["{level}, until {until}", "{level}, jusqu’au {until}"],
  next: ["Then: {level}, from {since}", "Puis : {level}, à partir du {since}"],
  unknown: ["RTE has not published the level.", "RTE n’a pas publié le niveau."],
  days: ["Today and the days to come", "Aujourd’hui et les jours suivants"],
  read: [
    "Each row is a day, from midnight to midnight; the line marks the present.",
    "Chaque ligne est un jour, de minuit à minuit ; le trait marque l’instant présent.",
  ],
  empty: ["RTE has announced nothing yet.", "RTE n’a encore rien annoncé."],
  worst: [
    "The highest level of each day, with RTE’s message in French",
    "Le plus haut niveau de chaque jour, avec le message de RTE",
  ],
  tense: ["Hours in which to save electricity", "Heures où économiser l’électricité"],
  noTense: ["No tense hour is announced.", "Aucune heure tendue n’est annoncée."],
});
