import { dictionary } from "$i18n";

export const t = dictionary({
  en: {
    bill: "Bill",
    withSubscription: (eur: string) => `${eur} of it subscription`,
    used: "Consumption",
    fedIn: "Production",
    before: "A year before",
    whole: { hour: "Every hour is known.", day: "Every day is known.", month: "Every month is known." },
    known: {
      hour: (count: string, all: string) => `${count} of ${all} hours are known.`,
      day: (count: string, all: string) => `${count} of ${all} days are known.`,
      month: (count: string, all: string) => `${count} of ${all} months are known in full.`,
    },
    empty: "Nothing is known of this meter yet. The data come by themselves as Enedis gives them.",
    nothing: "Nothing is known of this time.",
    fromHistory: "From Home Assistant’s own history: without the subscription.",
  },
  fr: {
    bill: "Facture",
    withSubscription: (eur) => `dont ${eur} d’abonnement`,
    used: "Consommation",
    fedIn: "Production",
    before: "Un an avant",
    whole: {
      hour: "Toutes les heures sont connues.",
      day: "Tous les jours sont connus.",
      month: "Tous les mois sont connus.",
    },
    known: {
      hour: (count, all) => `${count} heures connues sur ${all}.`,
      day: (count, all) => `${count} jours connus sur ${all}.`,
      month: (count, all) => `${count} mois connus en entier sur ${all}.`,
    },
    empty: "Rien n’est encore connu de ce compteur. Les données arrivent d’elles-mêmes, à mesure qu’Enedis les donne.",
    nothing: "Rien n’est connu de cette période.",
    fromHistory: "D’après l’historique de Home Assistant : sans l’abonnement.",
  },
});
