import { dictionary } from "$i18n";

// separate from the landing page's texts, which the overview does not need
export const t = dictionary({
  today: ["Tempo today", "Tempo aujourd’hui"],
  tomorrow: ["Tempo tomorrow", "Tempo demain"],
  possible: ["Still possible: {colors}", "Encore possible : {colors}"],
  announced: ["Announced in the morning, by 11:20.", "Annoncé dans la matinée, avant 11\u00a0h\u00a020."],
  unconfirmed: ["not confirmed yet", "pas encore confirmé"],
  now: ["The grid now", "Le réseau maintenant"],
  nowUnknown: ["RTE has not published the grid’s level.", "RTE n’a pas publié le niveau du réseau."],
  tense: ["Tense hours to come", "Heures tendues à venir"],
  noTense: [
    "No tense hours are expected in the days to come.",
    "Aucune heure tendue n’est attendue ces prochains jours.",
  ],
});
