import { dictionary } from "$i18n";

export const t = dictionary({
  now: ["Now:", "Maintenant :"],
  until: [(when: string) => `until ${when}`, (when: string) => `jusqu’au ${when}`],
  cheapest: [
    (length: string, from: string, until: string) => `Cheapest ${length}: ${from} – ${until}`,
    (length: string, from: string, until: string) => `Créneau de ${length} le moins cher : ${from} – ${until}`,
  ],
  mean: [(price: string) => `${price} on average`, (price: string) => `${price} en moyenne`],
  hours: [(count: string) => `${count} h`, (count: string) => `${count} h`],
  chart: ["The price of each hour ahead", "Le prix de chaque heure à venir"],
  notKnown: ["price not known", "prix inconnu"],
  unsure: ["Hatched: not certain yet", "Hachuré : pas encore certain"],
  waiting: ["The gateway has not sent the prices yet.", "La passerelle n’a pas encore envoyé les prix."],
  empty: [
    "The prices are not known: set the tariff of this meter in the integration’s settings.",
    "Les prix ne sont pas connus : indiquez le tarif de ce compteur dans les réglages de l’intégration.",
  ],
});
