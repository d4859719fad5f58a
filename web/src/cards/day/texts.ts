import { dictionary } from "$i18n";

export const t = dictionary({
  withSubscription: ["of which {eur} subscription", "dont {eur} d’abonnement"],
  whole: {
    hour: ["Every hour is known.", "Toutes les heures sont connues."],
    day: ["Every day is known.", "Tous les jours sont connus."],
    month: ["Every month is known.", "Tous les mois sont connus."],
  },
  known: {
    hour: ["Hours known: {count} of {all}", "Heures connues : {count} sur {all}"],
    day: ["Days known: {count} of {all}", "Jours connus : {count} sur {all}"],
    month: ["Months known in full: {count} of {all}", "Mois connus en entier : {count} sur {all}"],
  },
  empty: [
    "There is no data for this meter yet. It appears here as Enedis provides it.",
    "Il n’y a pas encore de données pour ce compteur. Elles apparaissent ici à mesure qu’Enedis les fournit.",
  ],
  nothing: ["There is no data for this period.", "Il n’y a pas de données pour cette période."],
});
