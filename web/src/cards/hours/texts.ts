import { dictionary } from "$i18n";

export const t = dictionary({
  now: ["Now:", "Maintenant :"],
  cheapest: ["Cheapest {length}: {from} – {until}", "Créneau de {length} le moins cher : {from} – {until}"],
  mean: ["{price} on average", "{price} en moyenne"],
  hours: ["{count} h", "{count} h"],
  chart: ["The price of each hour ahead", "Le prix de chaque heure à venir"],
  notKnown: ["price not known", "prix inconnu"],
  unsure: ["Hatched: not certain yet", "Hachuré : pas encore certain"],
  waiting: ["The gateway has not sent the prices yet.", "La passerelle n’a pas encore envoyé les prix."],
  empty: [
    "The prices are not known: set the tariff of this meter in the integration’s settings.",
    "Les prix ne sont pas connus : indiquez le tarif de ce compteur dans les réglages de l’intégration.",
  ],
});
