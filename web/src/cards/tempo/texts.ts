import { dictionary } from "$i18n";

export const t = dictionary({
  possible: [
    "It can still be {colors}. RTE confirms it by 11:20.",
    "Il peut encore être {colors}. RTE le confirme avant 11\u00a0h\u00a020.",
  ],
  provisional: ["RTE may still change it until 11:20.", "RTE peut encore la changer jusqu’à 11\u00a0h\u00a020."],
  peak: ["Peak", "Pleines"],
  offPeak: ["Off-peak", "Creuses"],
  left: ["Days left", "Jours restants"],
  read: ["Each column is a week, Monday at the top.", "Chaque colonne est une semaine, lundi en haut."],
  empty: ["RTE has not published the colours yet.", "RTE n’a pas encore publié les couleurs."],
});
