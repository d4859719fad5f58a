import type { Problem } from "$api";
import { distance } from "$lib/format";
import { dictionary } from "./index.svelte";

const t = dictionary({
  unreachable: [
    "The gateway does not answer. Check your connection; it may also be restarting.",
    "La passerelle ne répond pas. Vérifiez votre connexion ; elle redémarre peut-être.",
  ],
  invalid_credentials: ["The address or the password is wrong.", "L’adresse ou le mot de passe est incorrect."],
  account_inactive: [
    "This account is not active yet: confirm its address first.",
    "Ce compte n’est pas encore actif : confirmez d’abord son adresse.",
  ],
  captcha_needed: ["Please complete the anti-robot check.", "Veuillez répondre au contrôle anti-robots."],
  captcha_failed: [
    "The anti-robot check failed. Please try again.",
    "Le contrôle anti-robots a échoué. Veuillez réessayer.",
  ],
  captcha_unavailable: [
    "The anti-robot check is not available at the moment. Try again shortly.",
    "Le contrôle anti-robots n’est pas disponible en ce moment. Réessayez sous peu.",
  ],
  invalid_range: [
    "These days cannot be requested. The first must come before the last, and Enedis must still have them.",
    "Ces jours ne peuvent pas être demandés. Le premier doit précéder le dernier, et Enedis doit encore les avoir.",
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
    "This code is wrong, already used or expired. Request a new e-mail.",
    "Ce code est faux, déjà utilisé ou expiré. Demandez un nouveau courriel.",
  ],
  invalid_email: ["This is not a valid e-mail address.", "Ce n’est pas une adresse de courriel valide."],
  invalid_number: [
    "A meter’s number (PRM or PDL) has 14 digits. It is on your bill and on the meter’s display.",
    "Le numéro d’un compteur (PRM ou PDL) a 14 chiffres. Il figure sur la facture et sur le compteur.",
  ],
  invalid_request: [
    "The gateway does not accept this. Check what you entered.",
    "La passerelle n’accepte pas cette demande. Vérifiez votre saisie.",
  ],
  too_large: ["This is too large.", "C’est trop volumineux."],
  empty_file: ["The file is empty.", "Le fichier est vide."],
  unknown_format: [
    "This file has no table in a known format. A table of your own needs the columns debut;fin;kW.",
    "Ce fichier n’a aucun tableau d’un format connu. Un tableau personnel doit avoir les colonnes debut;fin;kW.",
  ],
  no_readings: ["This file has no readings.", "Ce fichier n’a aucun relevé."],
  another_meter: [
    "This file is about another meter. Choose that meter instead.",
    "Ce fichier concerne un autre compteur. Choisissez plutôt celui-là.",
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
    "This file is too large once unpacked. Split it by year.",
    "Ce fichier est trop volumineux une fois décompressé. Séparez-le par années.",
  ],
  too_many_rows: [
    "This file has too many rows. Split it by year.",
    "Ce fichier a trop de lignes. Séparez-le par années.",
  ],
  too_many_files: ["There are too many files in this archive.", "Il y a trop de fichiers dans cette archive."],
  taken_back: [
    "This import was undone. Import the file again.",
    "Cet import a été annulé. Importez à nouveau le fichier.",
  ],
  weak_password: [
    "This password is too easy to guess. Choose a longer one, for example four words.",
    "Ce mot de passe est trop facile à deviner. Prenez-en un plus long, par exemple quatre mots.",
  ],
  invalid_session: ["You are no longer logged in.", "Vous n’êtes plus connecté."],
  log_in_again: [
    "This needs a recent log-in: log out, log in again, then repeat it within 15 minutes.",
    "Il faut s’être connecté récemment : déconnectez-vous, reconnectez-vous, puis recommencez dans les 15 minutes.",
  ],
  invalid_token: ["You are no longer logged in.", "Vous n’êtes plus connecté."],
  session_needed: ["You are no longer logged in.", "Vous n’êtes plus connecté."],
  no_consent: [
    "Enedis no longer shares this meter’s data: renew the consent.",
    "Enedis ne partage plus les données de ce compteur : renouvelez le consentement.",
  ],
  own_account: ["You cannot do this to your own account.", "Vous ne pouvez pas faire cela à votre propre compte."],
  too_many_api_clients: [
    "This account already has the maximum number of API clients. Delete one first.",
    "Ce compte a déjà le maximum de clients d’API. Supprimez-en un d’abord.",
  ],
  too_many_tokens: [
    "This account already has the maximum number of reading tokens. Revoke one first.",
    "Ce compte a déjà le maximum de jetons de lecture. Révoquez-en un d’abord.",
  ],
  too_many_attempts: ["Too many attempts. Wait a moment.", "Trop d’essais. Patientez un peu."],
  too_many_answers: ["Your account’s daily quota is used up.", "Le quota du jour de votre compte est épuisé."],
  quota: ["Your account’s daily quota is used up.", "Le quota du jour de votre compte est épuisé."],
  upstream_down: ["Enedis or RTE does not answer at the moment.", "Enedis ou RTE ne répond pas en ce moment."],
  store_down: ["The gateway is unavailable at the moment.", "La passerelle est indisponible en ce moment."],
  database_down: [
    "The gateway cannot reach its database at the moment.",
    "La passerelle n’atteint pas sa base de données en ce moment.",
  ],
  storage_full: [
    "The gateway’s disk is full. Tell its operator.",
    "Le disque de la passerelle est plein. Prévenez la personne qui l’exploite.",
  ],
  busy: ["The gateway is busy.", "La passerelle est occupée."],
  not_found: [
    "This does not exist, or it belongs to another account.",
    "Cela n’existe pas, ou appartient à un autre compte.",
  ],
  cross_site: [
    "The gateway does not accept this address of the site. Its operator must set FRONTEND_URL to it.",
    "La passerelle n’accepte pas cette adresse du site. Son exploitant doit la donner dans FRONTEND_URL.",
  ],
  internal_error: [
    "The gateway failed. Its log says why; tell its operator.",
    "La passerelle a échoué. Son journal dit pourquoi ; prévenez la personne qui l’exploite.",
  ],
  other: ["Something went wrong: {detail}", "Quelque chose s’est mal passé : {detail}"],
  again: ["Next try {when}.", "Prochain essai {when}."],
});

/** Describe a problem and what to do about it. */
export function describeProblem({ code, detail, retryAfter }: Problem): string {
  const { other, again, ...texts } = t();
  const known: Readonly<Record<string, string>> = texts;
  // only the gateway knows which member of a request is wrong
  const what = code === "invalid_request" ? `${texts.invalid_request} (${detail})` : (known[code] ?? other({ detail }));
  if (retryAfter === undefined || code === "invalid_request") return what;
  return `${what} ${again({ when: distance(new Date(Date.now() + retryAfter)) })}`;
}
