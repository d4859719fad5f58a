import { dictionary } from "$i18n";

export const t = dictionary({
  intro: [
    "When your home uses electricity, shown in four ways. Unknown hours stay empty.",
    "Quand votre logement consomme, vu de quatre façons. Les heures inconnues restent vides.",
  ],
  span: ["Period", "Période"],
  last: ["12 months", "12 mois"],
  carpet: ["The year, hour by hour", "L’année, heure par heure"],
  readCarpet: [
    "Each column is a day, midnight at the top: a water heater shows as a stripe, holidays as a pale gap, heating as warm colours in winter.",
    "Chaque colonne est un jour, minuit en haut : un chauffe-eau fait une bande, des vacances un trou pâle, le chauffage des couleurs chaudes en hiver.",
  ],
  week: ["The week", "La semaine"],
  readWeek: [
    "Each row is a day of the week: the warmer the colour, the higher the average use in that hour.",
    "Chaque ligne est un jour de la semaine : plus la couleur d’une heure est chaude, plus on y consomme en moyenne.",
  ],
  average: [
    (energy: string, price: string | null) => `${energy} on average${price === null ? "" : `, at ${price}`}`,
    (energy: string, price: string | null) => `${energy} en moyenne${price === null ? "" : `, à ${price}`}`,
  ],
  calendar: ["The calendar", "Le calendrier"],
  readCalendar: [
    "Each cell is a day, each column a week: the warmer the colour, the more was used that day.",
    "Chaque case est un jour, chaque colonne une semaine : plus la couleur est chaude, plus on a consommé ce jour-là.",
  ],
  months: ["The average day of each month", "Le jour moyen de chaque mois"],
  readMonths: [
    "Each row is the average day of a month: it shows when heating begins, and what each hour uses without it.",
    "Chaque ligne est le jour moyen d’un mois : on y voit quand le chauffage commence, et ce que chaque heure consomme sans lui.",
  ],
  month: ["Month", "Mois"],
  weekday: ["Day of the week", "Jour de la semaine"],
  low: ["little", "peu"],
  high: ["{energy} or more", "{energy} ou plus"],
  unknown: ["hatched: not known", "hachuré : inconnu"],
  empty: ["There are no hours yet.", "Il n’y a pas encore d’heures."],
  emptyText: [
    "The last sixty days arrive within minutes of adding a meter, older ones within days.",
    "Les soixante derniers jours arrivent quelques minutes après l’ajout d’un compteur, les plus anciens en quelques jours.",
  ],
  daysOnly: [
    "Enedis gives only daily values for this meter: turn on the hourly load curve in your account at Enedis.",
    "Enedis ne donne que des valeurs par jour pour ce compteur : activez la courbe de charge horaire dans votre compte Enedis.",
  ],
});
