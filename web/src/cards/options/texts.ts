import { dictionary } from "$i18n";

export const t = dictionary({
  total: [
    (months: string) =>
      `The bill for the same hours under each option, over ${months} ${months === "1" ? "month" : "months"}`,
    (months: string) => `La facture des mêmes heures avec chaque option, sur ${months} mois`,
  ],
  lowest: ["the lowest", "la plus basse"],
  same: ["the same amount", "le même montant"],
  more: ["{eur} more", "{eur} de plus"],
  notAlike: [
    "no total: not comparable over the same hours",
    "pas de total : impossible à comparer sur les mêmes heures",
  ],
  empty: [
    "No month is complete yet. The comparison starts with the first one.",
    "Aucun mois n’est encore complet. La comparaison commence avec le premier.",
  ],
});
