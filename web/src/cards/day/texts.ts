import { dictionary } from "$i18n";

export const t = dictionary({
  bill: ["Bill", "Facture"],
  withSubscription: [(eur: string) => `of which ${eur} subscription`, (eur: string) => `dont ${eur} d’abonnement`],
  used: ["Consumption", "Consommation"],
  fedIn: ["Production", "Production"],
  before: ["A year before", "Un an avant"],
  whole: {
    hour: ["Every hour is known.", "Toutes les heures sont connues."],
    day: ["Every day is known.", "Tous les jours sont connus."],
    month: ["Every month is known.", "Tous les mois sont connus."],
  },
  known: {
    hour: [
      (count: string, all: string) => `${count} of ${all} hours are known.`,
      (count: string, all: string) => `${count} heures connues sur ${all}.`,
    ],
    day: [
      (count: string, all: string) => `${count} of ${all} days are known.`,
      (count: string, all: string) => `${count} jours connus sur ${all}.`,
    ],
    month: [
      (count: string, all: string) => `${count} of ${all} months are known in full.`,
      (count: string, all: string) => `${count} mois connus en entier sur ${all}.`,
    ],
  },
  empty: [
    "Nothing is known of this meter yet. The data come by themselves as Enedis gives them.",
    "Rien n’est encore connu de ce compteur. Les données arrivent d’elles-mêmes, à mesure qu’Enedis les donne.",
  ],
  nothing: ["Nothing is known of this time.", "Rien n’est connu de cette période."],
});
