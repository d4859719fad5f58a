import { dictionary } from "$i18n";

export const t = dictionary({
  now: ["Today and tomorrow", "Aujourd’hui et demain"],
  from: ["from {from} to {until}", "du {from} au {until}"],
  provisional: [
    "RTE may still change the colour until 11:20.",
    "RTE peut encore changer la couleur jusqu’à 11\u00a0h\u00a020.",
  ],
  unknownTomorrow: [
    "RTE announces the colour from about 06:00 and confirms it by 11:20.",
    "RTE annonce la couleur à partir de 6\u00a0h environ et la confirme avant 11\u00a0h\u00a020.",
  ],
  possible: ["It can still be {colors}.", "Il peut encore être {colors}."],
  or: [" or ", " ou "],
  period: ["Now: {name}, until {until}", "Maintenant : {name}, jusqu’au {until}"],
  season: ["Season {years}", "Saison {years}"],
  strip: ["The Tempo season {years}, a column a week", "La saison Tempo {years}, une colonne par semaine"],
  readStrip: [
    "Each column is a week, Monday at the top. Filled days are certain. Hatched days are not announced yet; their colour is expected from the usual number of days, and RTE may decide otherwise. Days with grey lines can still have one of several colours.",
    "Chaque colonne est une semaine, lundi en haut. Les jours pleins sont certains. Les jours hachurés ne sont pas encore annoncés ; leur couleur est attendue d’après le nombre habituel de jours, et RTE peut en décider autrement. Les jours à lignes grises peuvent encore avoir plusieurs couleurs.",
  ],
  earlier: ["Previous season", "Saison précédente"],
  later: ["Next season", "Saison suivante"],
  left: ["{count} of {total} left", "il en reste {count} sur {total}"],
  leftUnknown: ["not known yet, of {total}", "pas encore connu, sur {total}"],
  expectedDay: [
    "{date}: {color} expected, not announced: {reason}",
    "{date} : {color} attendu, pas annoncé : {reason}",
  ],
  several: ["{date}: not announced, {colors} possible", "{date} : pas annoncé, {colors} possible"],
  notKnown: ["several colours possible", "plusieurs couleurs possibles"],
  expected: ["expected, not announced", "attendu, pas annoncé"],
  table: ["Announced days, newest first", "Jours annoncés, du plus récent au plus ancien"],
  date: ["Date", "Date"],
  color: ["Colour", "Couleur"],
  expectedRed: ["Expected red days", "Jours rouges attendus"],
  forecast: [
    "Beyond tomorrow: a forecast, not announced by RTE",
    "Au-delà de demain : une prévision, pas une annonce de RTE",
  ],
  names: {
    blue: ["Blue", "Bleu"],
    white: ["White", "Blanc"],
    red: ["Red", "Rouge"],
    unknown: ["Not known yet", "Pas encore connu"],
  },
  backtest: ["Score since 2014", "Score depuis 2014"],
  recorded: ["Score here", "Score ici"],
  score: ["{forecast} against {baseline}, over {days} days", "{forecast} contre {baseline}, sur {days} jours"],
  readForecast: [
    "An estimate by this gateway, not by RTE. The score (Brier, for red days) is the mean squared error of the probability: 0 is perfect. It is compared with the best score without a forecast.",
    "Une estimation de cette passerelle, non de RTE. Le score (Brier, jours rouges) est l’erreur quadratique moyenne de la probabilité : 0 est parfait. Il est comparé au meilleur score sans prévision.",
  ],
});
