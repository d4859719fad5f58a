import { dictionary } from "$i18n";

export const t = dictionary({
  en: {
    loading: "Loading…",
    silent: "The gateway does not answer.",
    silentSince: (when: string) => `The gateway has not answered since ${when}. What is shown is what it said before.`,
    failed: "The gateway does not answer. It is asked again in a minute.",
    noMeter: "No meter of MyElectricalData is set up.",
    fields: { title: "Title", meter: "Meter", hours: "Length of the cheapest window" },
    help: {
      title: "Empty: the card’s own title",
      meter: "Empty: the first meter",
      hours: "Empty: 3 hours",
    },
    cards: {
      tempo: { name: "Tempo", description: "Today’s and tomorrow’s colour, their prices, the days left, the season" },
      day: { name: "My day", description: "Consumption by hour, day or month, in kWh and euros, with a year before" },
      ecowatt: { name: "Ecowatt", description: "How tense the French grid is, hour by hour, for four days" },
      options: { name: "Which option?", description: "What the same hours would have cost under each tariff option" },
      hours: { name: "The hours to come", description: "The price of each coming hour and the cheapest window" },
      banner: { name: "Gateway", description: "Says that the gateway is silent; invisible as long as it answers" },
    },
    dashboard: {
      title: "My electricity",
      description: "Tempo, Ecowatt, and each meter’s days, prices and options",
    },
  },
  fr: {
    loading: "Chargement…",
    silent: "La passerelle ne répond pas.",
    silentSince: (when) =>
      `La passerelle ne répond plus depuis le ${when}. Ce qui est affiché est ce qu’elle a dit avant.`,
    failed: "La passerelle ne répond pas. Nouvel essai dans une minute.",
    noMeter: "Aucun compteur de MyElectricalData n’est configuré.",
    fields: { title: "Titre", meter: "Compteur", hours: "Durée du créneau le moins cher" },
    help: {
      title: "Vide : le titre de la carte",
      meter: "Vide : le premier compteur",
      hours: "Vide : 3 heures",
    },
    cards: {
      tempo: {
        name: "Tempo",
        description: "La couleur du jour et du lendemain, leurs prix, les jours restants, la saison",
      },
      day: {
        name: "Ma journée",
        description: "La consommation par heure, jour ou mois, en kWh et en euros, avec un an avant",
      },
      ecowatt: {
        name: "Ecowatt",
        description: "La tension du réseau électrique français, heure par heure, sur quatre jours",
      },
      options: { name: "Quelle option ?", description: "Ce que les mêmes heures auraient coûté avec chaque option" },
      hours: {
        name: "Les heures à venir",
        description: "Le prix de chaque heure à venir et le créneau le moins cher",
      },
      banner: {
        name: "Passerelle",
        description: "Dit que la passerelle ne répond pas ; invisible tant qu’elle répond",
      },
    },
    dashboard: {
      title: "Mon électricité",
      description: "Tempo, Ecowatt, et les jours, prix et options de chaque compteur",
    },
  },
});
