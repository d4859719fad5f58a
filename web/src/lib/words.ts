import { dictionary } from "$i18n";

/** Words that several pages use. */
export const words = dictionary({
  colors: {
    blue: ["blue", "bleu"],
    white: ["white", "blanc"],
    red: ["red", "rouge"],
    unknown: ["not known yet", "pas encore connu"],
  },
  colorDay: {
    blue: ["Blue day", "Jour bleu"],
    white: ["White day", "Jour blanc"],
    red: ["Red day", "Jour rouge"],
    unknown: ["Not known yet", "Pas encore connu"],
  },
  // in the order of charts and tables; each has a colour in colors.css
  buckets: {
    subscription: ["Subscription", "Abonnement"],
    base: ["Base", "Base"],
    hp: ["Peak", "Heures pleines"],
    hc: ["Off-peak", "Heures creuses"],
    blue_hp: ["Blue, peak", "Bleu, pleines"],
    blue_hc: ["Blue, off-peak", "Bleu, creuses"],
    white_hp: ["White, peak", "Blanc, pleines"],
    white_hc: ["White, off-peak", "Blanc, creuses"],
    red_hp: ["Red, peak", "Rouge, pleines"],
    red_hc: ["Red, off-peak", "Rouge, creuses"],
    unknown: ["Not assigned", "Non attribué"],
    production: ["Production", "Production"],
  },
  options: {
    base: ["Base", "Base"],
    hp_hc: ["Peak/off-peak", "Heures pleines/creuses"],
    tempo: ["Tempo", "Tempo"],
    custom: ["Your own prices", "Vos propres prix"],
  },
  levels: [
    ["Low-carbon", "Normal", "Tense", "Very tense"],
    ["Décarboné", "Normal", "Tendu", "Très tendu"],
  ],
  directions: { consumption: ["Consumption", "Consommation"], production: ["Production", "Production"] },
  expected: {
    quota_left: [
      "as many days of this colour are usually left as days that can have it",
      "il reste d’ordinaire autant de jours de cette couleur que de jours qui peuvent l’avoir",
    ],
    quota_used: ["the other colours are usually used up", "les autres couleurs sont d’ordinaire épuisées"],
  },
  expectedBecause: ["expected: {reason}", "attendu : {reason}"],
  notCertain: ["not certain", "pas certain"],
  labelled: ["{name}: {value}", "{name} : {value}"],
  inHours: ["{name}, {from} to {until}: {value}", "{name}, de {from} à {until} : {value}"],
  total: ["Total", "Total"],
  day: ["Day", "Jour"],
  when: ["When", "Quand"],
  bucket: ["Bucket", "Poste"],
  energy: ["Energy", "Énergie"],
  subscribedPower: ["Subscribed power", "Puissance souscrite"],
  callsByDay: ["Calls to Enedis by day", "Appels à Enedis par jour"],
  from: ["from {when}", "à partir du {when}"],
  until: ["until {when}", "jusqu’au {when}"],
  option: ["Option", "Option"],
  apiClients: ["API clients", "Clients d’API"],
  priceMissing: [
    "The price of some of these hours is not known.",
    "Le prix de certaines de ces heures n’est pas connu.",
  ],
  rteAnswered: ["RTE last answered {when}.", "Dernière réponse de RTE {when}."],
  today: ["Today", "Aujourd’hui"],
  tomorrow: ["Tomorrow", "Demain"],
  reasons: {
    not_published: ["not published by Enedis yet", "pas encore publié par Enedis"],
    scheduled: ["will be fetched", "sera récupéré"],
    quota: ["the daily quota is used up", "le quota du jour est épuisé"],
    upstream_down: ["Enedis does not answer", "Enedis ne répond pas"],
    absent: ["Enedis has no data for it", "Enedis n’a pas de données pour ces jours"],
    before_activation: ["before the meter was put into service", "avant la mise en service"],
    history_limit: ["older than Enedis provides", "plus ancien que ce qu’Enedis fournit"],
    no_consent: ["no consent", "pas de consentement"],
    curve_not_collected: ["the load curve is not collected", "la courbe de charge n’est pas collectée"],
    meter_refused: ["Enedis refuses this meter", "Enedis refuse ce compteur"],
  },
});

/** The name of a part of a bill: a bucket in the reader's language or as its owner named it, or the subscription. */
export function bucketName(bucket: string): string {
  const known: Readonly<Record<string, string>> = words().buckets;
  const name = Object.hasOwn(known, bucket) ? known[bucket] : undefined;
  return name ?? bucket.replaceAll("_", " ");
}

/** A level of Ecowatt: 0 low-carbon, 1 normal, 2 tense, 3 very tense. */
export const levelName = (level: number): string => words().levels[level] ?? "";

/** Why the colour of a period is only expected, or that it may change. */
export const doubt = (reason: "quota_left" | "quota_used" | null): string =>
  reason === null ? words().notCertain : words().expectedBecause({ reason: words().expected[reason] });
