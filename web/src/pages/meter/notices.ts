import type { Schema } from "$api";
import { dictionary } from "$i18n";
import { date, dayOf } from "$lib";

const t = dictionary({
  consent_ends: [
    "The consent ends on {day}. Renew it, or no new data will come.",
    "Le consentement se termine le {day}. Renouvelez-le, sinon rien de nouveau n’arrivera.",
  ],
  consent_ended: [
    "The consent has ended: no new data come. What was read stays here.",
    "Le consentement est terminé : rien de nouveau n’arrive. Ce qui a été lu reste ici.",
  ],
  consent_moved: [
    "The contract at Enedis has changed hands: consent anew to get the new one’s data.",
    "Le contrat chez Enedis a changé de titulaire : un nouveau consentement est nécessaire.",
  ],
  curve_not_collected: [
    "Enedis does not collect this meter’s load curve, so only whole days are known. Switch its collection on in your Enedis account.",
    "Enedis ne collecte pas la courbe de charge de ce compteur ; seuls les jours entiers sont connus. Activez-la dans votre compte Enedis.",
  ],
  meter_refused: [
    "Enedis refuses to give this meter’s data ({words}). It is asked again on {day}. The meter may be cut off, or no longer shared: consent anew, or ask your supplier.",
    "Enedis refuse de donner les données de ce compteur ({words}). Nouvelle demande le {day}. Le compteur est peut-être coupé, ou n’est plus partagé : refaites le consentement, ou demandez à votre fournisseur.",
  ],
  meter_not_supplied: [
    "Enedis says that this meter is not supplied ({words}): no new data come until it is.",
    "Selon Enedis, ce compteur n’est pas alimenté ({words}) : rien de nouveau n’arrive d’ici là.",
  ],
  curve_rounded: [
    "Enedis rounds this meter’s load curve to whole kilowatts. Once a week it is compared with the exact daily values, and its hours are brought into their proportion, as estimates.",
    "Enedis arrondit la courbe de charge de ce compteur au kilowatt. Chaque semaine, elle est comparée aux valeurs exactes des jours, et ses heures sont ramenées à leur proportion, comme estimations.",
  ],
  off_peak_announced: [
    "Enedis announces other off-peak hours (“{words}”), without a date. The gateway asks each night, and bills follow on the day; if you know the date, enter it on the meter’s page.",
    "Enedis annonce d’autres heures creuses (« {words} »), sans date. La passerelle demande chaque nuit et les factures suivront le jour même ; si vous connaissez la date, saisissez-la sur la page du compteur.",
  ],
  base_ends: [
    "The regulated Base option ends on {day} for 18 kVA and more; a customer who has not chosen by then is put on the off-peak option. Compare the options and ask your supplier.",
    "L’option Base du tarif réglementé prend fin le {day} à partir de 18 kVA ; sans choix avant cette date, le contrat passe en heures creuses. Comparez les options et demandez à votre fournisseur.",
  ],
  off_peak_changes: ["Enedis changes the off-peak hours on {day}.", "Enedis change les heures creuses le {day}."],
  off_peak_unreadable: [
    "The off-peak hours that Enedis gives cannot be read (“{words}”). Enter them on the meter’s page.",
    "Les heures creuses données par Enedis sont illisibles (« {words} »). Saisissez-les sur la page du compteur.",
  ],
  prices_outdated: [
    "Prices may be outdated since {day}: the gateway knows no newer ones.",
    "Les prix peuvent être périmés depuis le {day} : la passerelle n’en connaît pas de plus récents.",
  ],
  other: ["The gateway says: {code}", "La passerelle dit : {code}"],
});

/** A notice in the reader's words. */
export function describeNotice({ code, since, until, date: on, text }: Schema<"Notice">): string {
  const { other, ...texts } = t();
  const known: Readonly<Record<string, string | ((values: { day: string; words: string }) => string)>> = texts;
  const found = known[code];
  if (found === undefined) return other({ code });
  if (typeof found === "string") return found;
  return found({ day: date(on ?? dayOf(new Date(until ?? since))), words: text ?? "" });
}

/** Whether a new consent solves it. */
export const needsConsent = (code: string): boolean => code.startsWith("consent");
