import { dictionary } from "./index.svelte";

/** Words of the field, used on several pages. */
export const words = dictionary({
  en: {
    colors: { blue: "blue", white: "white", red: "red", unknown: "not known yet" },
    colorDay: { blue: "Blue day", white: "White day", red: "Red day", unknown: "Not known yet" },
    buckets: {
      base: "Base",
      hp: "Peak",
      hc: "Off-peak",
      blue_hp: "Blue, peak",
      blue_hc: "Blue, off-peak",
      white_hp: "White, peak",
      white_hc: "White, off-peak",
      red_hp: "Red, peak",
      red_hc: "Red, off-peak",
      unknown: "Not assigned",
    },
    options: { base: "Base", hp_hc: "Peak/off-peak", tempo: "Tempo", custom: "Own prices" },
    levels: ["Low-carbon", "Normal", "Tense", "Very tense"] as readonly string[],
    directions: { consumption: "Consumption", production: "Production" },
    quality: { measured: "measured", estimated: "estimated" },
    expected: {
      quota_left: "expected: that many days of this colour are usually still to come",
      quota_used: "expected: the other colours’ usual days are used up",
    },
    notCertain: "not certain",
    subscription: "Subscription",
    total: "Total",
    today: "Today",
    tomorrow: "Tomorrow",
    reasons: {
      not_published: "not published by Enedis yet",
      scheduled: "will be fetched",
      quota: "the daily quota is used up",
      upstream_down: "Enedis does not answer",
      absent: "Enedis has nothing for it",
      before_activation: "before the meter was active",
      history_limit: "older than Enedis gives",
      no_consent: "no consent",
      curve_not_collected: "the load curve is not collected",
      meter_refused: "Enedis refuses this meter",
    },
  },
  fr: {
    colors: { blue: "bleu", white: "blanc", red: "rouge", unknown: "pas encore connu" },
    colorDay: { blue: "Jour bleu", white: "Jour blanc", red: "Jour rouge", unknown: "Pas encore connu" },
    buckets: {
      base: "Base",
      hp: "Heures pleines",
      hc: "Heures creuses",
      blue_hp: "Bleu, pleines",
      blue_hc: "Bleu, creuses",
      white_hp: "Blanc, pleines",
      white_hc: "Blanc, creuses",
      red_hp: "Rouge, pleines",
      red_hc: "Rouge, creuses",
      unknown: "Non attribué",
    },
    options: { base: "Base", hp_hc: "Heures pleines/creuses", tempo: "Tempo", custom: "Prix propres" },
    levels: ["Décarboné", "Normal", "Tendu", "Très tendu"],
    directions: { consumption: "Consommation", production: "Production" },
    quality: { measured: "mesuré", estimated: "estimé" },
    expected: {
      quota_left: "attendu : il reste d’ordinaire autant de jours de cette couleur",
      quota_used: "attendu : les jours habituels des autres couleurs sont épuisés",
    },
    notCertain: "pas certain",
    subscription: "Abonnement",
    total: "Total",
    today: "Aujourd’hui",
    tomorrow: "Demain",
    reasons: {
      not_published: "pas encore publié par Enedis",
      scheduled: "sera récupéré",
      quota: "le quota du jour est épuisé",
      upstream_down: "Enedis ne répond pas",
      absent: "Enedis n’a rien pour ces jours",
      before_activation: "avant la mise en service",
      history_limit: "plus ancien que ce qu’Enedis donne",
      no_consent: "pas de consentement",
      curve_not_collected: "la courbe de charge n’est pas collectée",
      meter_refused: "Enedis refuse ce compteur",
    },
  },
});

/** The name of a bucket: ours in the reader's language, or as its owner named it. */
export function bucketName(bucket: string): string {
  const known: Readonly<Record<string, string>> = words().buckets;
  return known[bucket] ?? bucket.replaceAll("_", " ");
}

/** What is said of a period that is not certain: why its colour is expected, or that it may change. */
export const doubt = (reason: "quota_left" | "quota_used" | null): string =>
  reason === null ? words().notCertain : words().expected[reason];
