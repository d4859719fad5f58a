import { dictionary } from "$i18n";

export const t = dictionary({
  en: {
    total: (months: string) => `The bill of the same hours under each option, ${months} months altogether`,
    lowest: "the lowest",
    more: (eur: string) => `${eur} more`,
    notAlike: "no total: it cannot be compared over the same hours",
    empty: "No whole month is known yet. The comparison begins with the first one.",
  },
  fr: {
    total: (months) => `La facture des mêmes heures avec chaque option, ${months} mois en tout`,
    lowest: "la plus basse",
    more: (eur) => `${eur} de plus`,
    notAlike: "pas de total : impossible à comparer sur les mêmes heures",
    empty: "Aucun mois entier n’est encore connu. La comparaison commence avec le premier.",
  },
});
