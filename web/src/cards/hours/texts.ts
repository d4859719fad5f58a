import { dictionary } from "$i18n";

export const t = dictionary({
  en: {
    now: "Now",
    until: (when: string) => `until ${when}`,
    cheapest: (length: string, from: string, until: string) => `Cheapest ${length}: ${from} – ${until}`,
    mean: (price: string) => `${price} on average`,
    hours: (count: string) => `${count} h`,
    chart: "The price of each coming hour",
    notKnown: "price not known",
    unsure: "Hatched: not certain yet",
    empty: "The prices are not known: tell the tariff of this meter in the integration’s settings.",
  },
  fr: {
    now: "Maintenant",
    until: (when) => `jusqu’à ${when}`,
    cheapest: (length, from, until) => `Les ${length} les moins chères : ${from} – ${until}`,
    mean: (price) => `${price} en moyenne`,
    hours: (count) => `${count} h`,
    chart: "Le prix de chaque heure à venir",
    notKnown: "prix inconnu",
    unsure: "Hachuré : pas encore certain",
    empty: "Les prix ne sont pas connus : indiquez le tarif de ce compteur dans les réglages de l’intégration.",
  },
});
