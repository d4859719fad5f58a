import type { Problem } from "$api";
import { distance } from "$lib/format";
import { dictionary } from "./index.svelte";

const t = dictionary({
  unreachable: [
    "The gateway does not answer. Check your connection; it may also be restarting.",
    "La passerelle ne répond pas. Vérifiez votre connexion ; elle redémarre peut-être.",
  ],
  invalid_credentials: [
    "This address and this password do not go together.",
    "Cette adresse et ce mot de passe ne vont pas ensemble.",
  ],
  account_inactive: [
    "This account is not active yet: confirm its address first.",
    "Ce compte n’est pas encore actif : confirmez d’abord son adresse.",
  ],
  captcha_needed: ["Please answer the check against robots.", "Veuillez répondre au contrôle anti-robots."],
  captcha_failed: [
    "The check against robots failed. Please try it again.",
    "Le contrôle anti-robots a échoué. Veuillez réessayer.",
  ],
  captcha_unavailable: [
    "The check against robots is not available at the moment. Try again shortly.",
    "Le contrôle anti-robots n’est pas disponible en ce moment. Réessayez sous peu.",
  ],
  invalid_range: [
    "These days cannot be asked for. The first must come before the last, and both lie within what Enedis keeps.",
    "Ces jours ne peuvent pas être demandés. Le premier doit précéder le dernier, et tous deux être dans ce qu’Enedis conserve.",
  ],
  range_too_long: [
    "These are too many days at once. Choose fewer.",
    "C’est trop de jours à la fois. Choisissez-en moins.",
  ],
  off_peak_unreadable: [
    "These hours cannot be read. Write them like 22:30-06:30, 12:00-14:00, with weekdays in front where they differ: Mon-Fri 22:00-06:00; Sat-Sun 00:00-24:00.",
    "Ces horaires sont illisibles. Écrivez-les comme 22h30-6h30, 12h-14h, précédés des jours s’ils diffèrent : lun-ven 22h-6h ; sam-dim 0h-24h.",
  ],
  offer_unknown: [
    "This offer does not exist for this power. Choose another, or enter its prices.",
    "Cette offre n’existe pas pour cette puissance. Choisissez-en une autre, ou saisissez ses prix.",
  ],
  invalid_code: [
    "This code is wrong, used or too old. Ask for a new mail.",
    "Ce code est faux, déjà utilisé ou trop ancien. Demandez un nouveau courriel.",
  ],
  invalid_email: [
    "This is not a mail address that can be written to.",
    "Ce n’est pas une adresse à laquelle on peut écrire.",
  ],
  invalid_number: [
    "A meter's number (PRM or PDL) has 14 digits. It is on your bill and on the meter's display.",
    "Le numéro d’un compteur (PRM ou PDL) a 14 chiffres. Il figure sur la facture et sur le compteur.",
  ],
  invalid_request: [
    "The gateway cannot read this. Check what you filled in.",
    "La passerelle ne peut pas lire cette demande. Vérifiez votre saisie.",
  ],
  too_large: ["This is too large.", "C’est trop volumineux."],
  empty_file: ["The file is empty.", "Le fichier est vide."],
  unknown_format: [
    "No table in this file is of a known form. A table of yours needs the columns debut;fin;kW.",
    "Aucun tableau de ce fichier n’a une forme connue. Un tableau à vous doit avoir les colonnes debut;fin;kW.",
  ],
  no_readings: ["This file has no readings.", "Ce fichier n’a aucun relevé."],
  another_meter: [
    "This file is about another meter. Choose the meter that it names.",
    "Ce fichier concerne un autre compteur. Choisissez celui qu’il nomme.",
  ],
  computed_table: [
    "Hours are computed from the load curve: import that table instead.",
    "Les heures sont calculées à partir de la courbe de charge : importez plutôt celle-ci.",
  ],
  damaged_file: ["This file is damaged.", "Ce fichier est endommagé."],
  encrypted_file: [
    "This file is protected by a password. Save it without one.",
    "Ce fichier est protégé par un mot de passe. Enregistrez-le sans.",
  ],
  wrong_encoding: [
    "The text of this file cannot be read. Save it as UTF-8.",
    "Le texte de ce fichier est illisible. Enregistrez-le en UTF-8.",
  ],
  too_large_unpacked: [
    "This file unpacks to too much. Split it by years.",
    "Ce fichier est trop volumineux une fois décompressé. Séparez-le par années.",
  ],
  too_many_rows: [
    "This file has too many rows. Split it by years.",
    "Ce fichier a trop de lignes. Séparez-le par années.",
  ],
  too_many_files: ["There are too many files in this archive.", "Il y a trop de fichiers dans cette archive."],
  taken_back: ["This file was taken back. Import it again.", "Ce fichier a été retiré. Importez-le à nouveau."],
  weak_password: [
    "This password is too easy to guess. Take a longer one, for example four words.",
    "Ce mot de passe est trop facile à deviner. Prenez-en un plus long, par exemple quatre mots.",
  ],
  invalid_session: ["You are no longer logged in.", "Vous n’êtes plus connecté."],
  log_in_again: [
    "For this, log out and log in again, then repeat it within 15 minutes.",
    "Pour cela, déconnectez-vous, reconnectez-vous, puis recommencez dans les 15 minutes.",
  ],
  invalid_token: ["You are no longer logged in.", "Vous n’êtes plus connecté."],
  session_needed: ["You are no longer logged in.", "Vous n’êtes plus connecté."],
  no_consent: [
    "Enedis no longer shares this meter's data: renew the consent.",
    "Enedis ne partage plus les données de ce compteur : renouvelez le consentement.",
  ],
  own_account: ["You cannot do this to your own account.", "Vous ne pouvez pas faire cela à votre propre compte."],
  too_many_api_clients: [
    "There are as many API clients as an account may have. Delete one first.",
    "Ce compte a déjà le maximum de clients d’API. Supprimez-en un d’abord.",
  ],
  too_many_tokens: [
    "There are as many reading tokens as an account may have. Revoke one first.",
    "Ce compte a déjà le maximum de jetons de lecture. Révoquez-en un d’abord.",
  ],
  too_many_attempts: ["Too many attempts. Wait a little.", "Trop d’essais. Patientez un peu."],
  too_many_answers: ["Your account's daily quota is used up.", "Le quota du jour de votre compte est épuisé."],
  quota: ["Your account's daily quota is used up.", "Le quota du jour de votre compte est épuisé."],
  upstream_down: ["Enedis or RTE does not answer at the moment.", "Enedis ou RTE ne répond pas en ce moment."],
  store_down: ["The gateway cannot work at the moment.", "La passerelle ne peut pas travailler en ce moment."],
  database_down: [
    "The gateway cannot reach its database at the moment.",
    "La passerelle n’atteint pas sa base de données en ce moment.",
  ],
  storage_full: [
    "The gateway's disk is full. Tell whoever runs it.",
    "Le disque de la passerelle est plein. Prévenez la personne qui l’exploite.",
  ],
  busy: ["The gateway is busy.", "La passerelle est occupée."],
  not_found: ["There is nothing here, or it is not yours.", "Il n’y a rien ici, ou ce n’est pas à vous."],
  cross_site: [
    "The gateway refuses this address of the site. Whoever runs it must set FRONTEND_URL to it.",
    "La passerelle refuse cette adresse du site. Son exploitant doit la donner dans FRONTEND_URL.",
  ],
  internal_error: [
    "The gateway failed. Its log has the cause; tell whoever runs it.",
    "La passerelle a échoué. Son journal en a la cause ; prévenez la personne qui l’exploite.",
  ],
  other: [
    (detail: string) => `Something went wrong: ${detail}`,
    (detail: string) => `Quelque chose s’est mal passé : ${detail}`,
  ],
  again: [(when: string) => `Next try ${when}.`, (when: string) => `Prochain essai ${when}.`],
});

type Code = Exclude<keyof ReturnType<typeof t>, "other" | "again">;

/** What a problem is and what to do, in the reader's words. */
export function describeProblem(problem: Problem): string {
  const texts = t();
  const known = problem.code in texts && problem.code !== "other" && problem.code !== "again";
  // which member of a request is wrong is said by the gateway alone
  if (problem.code === "invalid_request") return `${texts.invalid_request} (${problem.detail})`;
  const what = known ? texts[problem.code as Code] : texts.other(problem.detail);
  if (problem.retryAfter === undefined) return what;
  return `${what} ${texts.again(distance(new Date(Date.now() + problem.retryAfter)))}`;
}
