import { dictionary } from "$i18n";

export const t = dictionary({
  title: ["Habits", "Habitudes"],
  intro: [
    "When your home uses electricity, seen in four ways. What is not known stays empty.",
    "Quand votre logement consomme, vu de quatre façons. Ce qui n’est pas connu reste vide.",
  ],
  span: ["Period", "Période"],
  last: ["12 months", "12 mois"],
  carpet: ["The year as a carpet", "L’année en tapis"],
  readCarpet: [
    "A column is a day, midnight at the top: a water heater is a stripe, holidays are a pale gap, heating is a warm-coloured winter.",
    "Une colonne est un jour, minuit en haut : un chauffe-eau fait une bande, des vacances un trou pâle, le chauffage un hiver aux couleurs chaudes.",
  ],
  carpetCell: [
    (date: string, from: string, until: string, energy: string) => `${date}, ${from} to ${until}: ${energy}`,
    (date: string, from: string, until: string, energy: string) => `${date}, de ${from} à ${until} : ${energy}`,
  ],
  week: ["The week", "La semaine"],
  readWeek: [
    "A row is a day of the week: the warmer an hour’s colour, the more is used on average in that hour.",
    "Une ligne est un jour de la semaine : plus la couleur d’une heure est chaude, plus on y consomme en moyenne.",
  ],
  cell: [
    (row: string, from: string, until: string, what: string) => `${row}, ${from} to ${until}: ${what}`,
    (row: string, from: string, until: string, what: string) => `${row}, de ${from} à ${until} : ${what}`,
  ],
  average: [
    (energy: string, price: string | null) => `${energy} on average${price === null ? "" : `, at ${price}`}`,
    (energy: string, price: string | null) => `${energy} en moyenne${price === null ? "" : `, à ${price}`}`,
  ],
  calendar: ["The calendar", "Le calendrier"],
  readCalendar: [
    "A cell is a day, a column a week: the warmer its colour, the more was used that day.",
    "Une case est un jour, une colonne une semaine : plus sa couleur est chaude, plus le jour a consommé.",
  ],
  dayCell: [
    (date: string, energy: string) => `${date}: ${energy}`,
    (date: string, energy: string) => `${date} : ${energy}`,
  ],
  months: ["The average day of each month", "Le jour moyen de chaque mois"],
  readMonths: [
    "A row is the average day of a month: it shows when heating begins, and what an hour uses without it.",
    "Une ligne est le jour moyen d’un mois : on y voit quand le chauffage commence, et ce qu’une heure consomme sans lui.",
  ],
  month: ["Month", "Mois"],
  low: ["little", "peu"],
  high: [(energy: string) => `${energy} and more`, (energy: string) => `${energy} et plus`],
  unknown: ["lines: not known", "lignes : pas connu"],
  empty: ["No hour is known yet.", "Aucune heure n’est encore connue."],
  emptyText: [
    "The first sixty days come within minutes of adding a meter, older ones within days.",
    "Les soixante premiers jours arrivent quelques minutes après l’ajout d’un compteur, les plus anciens en quelques jours.",
  ],
  daysOnly: [
    "Enedis gives only daily values for this meter: turn on the hourly load curve in your account at Enedis.",
    "Enedis ne donne que des valeurs par jour pour ce compteur : activez la courbe de charge horaire dans votre compte Enedis.",
  ],
});
