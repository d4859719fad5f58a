import { dictionary } from "$i18n";

export const t = dictionary({
  total: [
    (months: string) =>
      `The bill of the same hours under each option, ${months} ${months === "1" ? "month" : "months"} altogether`,
    (months: string) => `La facture des mêmes heures avec chaque option, ${months} mois en tout`,
  ],
  lowest: ["the lowest", "la plus basse"],
  more: [(eur: string) => `${eur} more`, (eur: string) => `${eur} de plus`],
  notAlike: [
    "no total: it cannot be compared over the same hours",
    "pas de total : impossible à comparer sur les mêmes heures",
  ],
  empty: [
    "No whole month is known yet. The comparison begins with the first one.",
    "Aucun mois entier n’est encore connu. La comparaison commence avec le premier.",
  ],
});
