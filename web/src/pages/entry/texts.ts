import { dictionary } from "$i18n";

export const t = dictionary({
  email: ["E-mail address", "Adresse de courriel"],
  password: ["Password", "Mot de passe"],
  newPassword: ["New password", "Nouveau mot de passe"],
  code: ["Code from the e-mail", "Code reçu par courriel"],
  signUpIntro: [
    "Free and without advertising. You add your meter afterwards.",
    "Gratuit et sans publicité. Vous ajouterez ensuite votre compteur.",
  ],
  ended: ["Your session has ended. Log in to continue.", "Votre session est terminée. Connectez-vous pour continuer."],
  forgotten: ["Forgotten password?", "Mot de passe oublié ?"],
  noAccount: ["No account yet?", "Pas encore de compte ?"],
  hasAccount: ["Already have an account?", "Déjà un compte ?"],
  again: ["No e-mail? Send it again", "Pas de courriel ? Le renvoyer"],
  checkMail: ["Check your e-mail", "Consultez vos courriels"],
  checkMailText: [
    "If {email} can be used, we have sent it an e-mail with a link to continue. Check the spam folder too.",
    "Si {email} peut être utilisée, nous lui avons envoyé un courriel avec un lien pour continuer. Regardez aussi dans les indésirables.",
  ],
  verify: ["Confirm your address", "Confirmer votre adresse"],
  verifyIntro: [
    "The code is in our e-mail; the password is the one you chose when you signed up.",
    "Le code est dans notre courriel ; le mot de passe est celui choisi à la création du compte.",
  ],
  verifyAction: ["Confirm", "Confirmer"],
  verified: ["Your address is confirmed.", "Votre adresse est confirmée."],
  resend: ["Request the e-mail again", "Redemander le courriel"],
  sendMail: ["Send the e-mail", "Envoyer le courriel"],
  forgottenTitle: ["Forgotten password", "Mot de passe oublié"],
  forgottenIntro: [
    "Enter your address: we will send you a link to choose a new password.",
    "Saisissez votre adresse : nous vous enverrons un lien pour choisir un nouveau mot de passe.",
  ],
  reset: ["New password", "Nouveau mot de passe"],
  resetIntro: [
    "This logs out every browser. Home Assistant and other API clients stay connected.",
    "Tous les navigateurs seront déconnectés. Home Assistant et les autres clients d’API restent connectés.",
  ],
  resetAction: ["Set the password", "Définir le mot de passe"],
  resetDone: ["The new password is set.", "Le nouveau mot de passe est défini."],
  codeMissing: [
    "Open the link in the e-mail, or copy its code here.",
    "Ouvrez le lien du courriel, ou copiez ici son code.",
  ],
});
