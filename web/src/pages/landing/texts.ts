import { dictionary } from "$i18n";

export const t = dictionary({
  title: ["Your electricity, hour by hour", "Votre électricité, heure par heure"],
  intro: [
    "Your Linky meter measures every half-hour. Here you see it: each kWh in its hour, each euro at its price, with Tempo and Ecowatt, in the browser and in Home Assistant.",
    "Votre compteur Linky mesure chaque demi-heure. Vous la voyez ici : chaque kWh à son heure, chaque euro à son prix, avec Tempo et Ecowatt, dans le navigateur et dans Home Assistant.",
  ],
  what: ["What you get", "Ce que vous obtenez"],
  whatItems: [
    [
      "Consumption and production by hour, day, month and year, in kWh and in euros, with the bill’s subscription.",
      "Base, off-peak, Tempo or your own prices, with their dates, compared with other offers over the same hours.",
      "Charts of your habits, the maximum power, missing days with their reasons, and a CSV of everything.",
      "An HTTP API, and a Home Assistant integration that fills the energy dashboard.",
    ],
    [
      "Consommation et production par heure, jour, mois et année, en kWh et en euros, avec l’abonnement.",
      "Base, heures creuses, Tempo ou vos propres prix, avec leurs dates, comparés à d’autres offres sur les mêmes heures.",
      "Vos habitudes en images, la puissance maximale, les jours manquants et leurs raisons, et un CSV de tout.",
      "Une API HTTP, et une intégration Home Assistant qui remplit le tableau de bord Énergie.",
    ],
  ],
  privacy: ["Your data", "Vos données"],
  privacyItems: [
    [
      "Enedis shares data only after you consent at Enedis, and you can withdraw it at any time.",
      "Your meter’s number is encrypted, and never appears in an address or a log.",
      "No advertising, no trackers, no requests to other sites.",
      "You can export everything, and delete it all yourself.",
    ],
    [
      "Enedis ne partage les données qu’après votre accord chez Enedis, que vous pouvez retirer à tout moment.",
      "Le numéro de votre compteur est chiffré, et ne figure dans aucune adresse ni aucun journal.",
      "Ni publicité, ni traceur, ni requête vers un autre site.",
      "Vous pouvez tout exporter, et tout supprimer vous-même.",
    ],
  ],
  operator: ["Who runs this", "Qui exploite ce site"],
  runBy: ["This site is run by {name}.", "Ce site est exploité par {name}."],
  selfRun: [
    "This gateway is run by the person who installed it.",
    "Cette passerelle est exploitée par la personne qui l’a installée.",
  ],
  contact: ["Contact", "Contact"],
  free: ["The software is free: Apache License 2.0.", "Le logiciel est libre : licence Apache 2.0."],
});
