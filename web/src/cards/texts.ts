import { dictionary } from "$i18n";

export const t = dictionary({
  silent: ["The gateway does not answer.", "La passerelle ne répond pas."],
  silentSince: [
    "The gateway has not answered since {when}. The figures shown are from before that.",
    "La passerelle ne répond plus depuis le {when}. Les chiffres affichés datent d’avant.",
  ],
  silentBriefly: ["Gateway silent since {when}", "Passerelle muette depuis le {when}"],
  failed: [
    "The gateway does not answer. Next try in a minute.",
    "La passerelle ne répond pas. Nouvel essai dans une minute.",
  ],
  noMeter: ["No MyElectricalData meter is set up.", "Aucun compteur MyElectricalData n’est configuré."],
  fields: {
    title: ["Title", "Titre"],
    meter: ["Meter", "Compteur"],
    hours: ["Length of the cheapest window", "Durée du créneau le moins cher"],
  },
  help: {
    title: ["Empty: the card’s own title", "Vide : le titre de la carte"],
    meter: ["Empty: the first meter", "Vide : le premier compteur"],
    hours: ["Empty: 3 hours", "Vide : 3 heures"],
  },
  cards: {
    tempo: {
      name: ["Tempo", "Tempo"],
      description: [
        "Today’s and tomorrow’s colour, their prices, the days left, the season",
        "La couleur du jour et du lendemain, leurs prix, les jours restants, la saison",
      ],
    },
    day: {
      name: ["My day", "Ma journée"],
      description: [
        "Consumption by hour, day or month, in kWh and euros, beside the year before",
        "La consommation par heure, jour ou mois, en kWh et en euros, à côté de l’année précédente",
      ],
    },
    ecowatt: {
      name: ["Ecowatt", "Ecowatt"],
      description: [
        "How tense the French grid is, hour by hour, over four days",
        "La tension du réseau électrique français, heure par heure, sur quatre jours",
      ],
    },
    options: {
      name: ["Which option?", "Quelle option ?"],
      description: [
        "What the same hours would have cost under each tariff option",
        "Ce que les mêmes heures auraient coûté avec chaque option",
      ],
    },
    hours: {
      name: ["The hours to come", "Les heures à venir"],
      description: [
        "The price of each hour ahead and the cheapest window",
        "Le prix de chaque heure à venir et le créneau le moins cher",
      ],
    },
    banner: {
      name: ["Gateway", "Passerelle"],
      description: [
        "Warns when the gateway does not answer; hidden otherwise",
        "Avertit quand la passerelle ne répond pas ; masquée sinon",
      ],
    },
  },
  dashboard: {
    title: ["My electricity", "Mon électricité"],
    description: [
      "Tempo, Ecowatt, and each meter’s days, prices and options",
      "Tempo, Ecowatt, et les jours, prix et options de chaque compteur",
    ],
  },
});
