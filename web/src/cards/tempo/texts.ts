import { dictionary } from "$i18n";

export const t = dictionary({
  en: {
    names: { blue: "Blue", white: "White", red: "Red", unknown: "Not known yet" },
    until: (when: string) => `until ${when}`,
    from: (when: string) => `from ${when}`,
    possible: (colors: string) => `It can still be ${colors}. RTE settles it by 11:20.`,
    provisional: "RTE may still change it until 11:20.",
    peak: "Peak",
    offPeak: "Off-peak",
    left: "Days left",
    season: (years: string) => `Season ${years}`,
    read: "A column is a week, Monday at the top.",
    certain: "Filled: certain",
    empty: "RTE has not said the colours yet.",
  },
  fr: {
    names: { blue: "Bleu", white: "Blanc", red: "Rouge", unknown: "Pas encore connu" },
    until: (when) => `jusqu’à ${when}`,
    from: (when) => `à partir de ${when}`,
    possible: (colors) => `Il peut encore être ${colors}. RTE le fixe vers 11\u00a0h\u00a020.`,
    provisional: "RTE peut encore la changer jusqu’à 11\u00a0h\u00a020.",
    peak: "Pleines",
    offPeak: "Creuses",
    left: "Jours restants",
    season: (years) => `Saison ${years}`,
    read: "Une colonne est une semaine, lundi en haut.",
    certain: "Plein : certain",
    empty: "RTE n’a pas encore dit les couleurs.",
  },
});
