import { dictionary } from "$i18n";

export const t = dictionary({
  email: ["E-mail address", "Adresse e-mail"],
  password: ["Password", "Mot de passe"],
  newPassword: ["New password", "Nouveau mot de passe"],
  code: ["Code from the mail", "Code reçu par courriel"],
  signUp: ["Create an account", "Créer un compte"],
  signUpIntro: [
    "Free, and without advertisement. Then you add your meter.",
    "Gratuit et sans publicité. Vous ajouterez ensuite votre compteur.",
  ],
  logIn: ["Log in", "Se connecter"],
  ended: ["Your session has ended. Log in to go on.", "Votre session est terminée. Connectez-vous pour continuer."],
  forgotten: ["Forgotten password?", "Mot de passe oublié ?"],
  noAccount: ["No account yet?", "Pas encore de compte ?"],
  hasAccount: ["Already have an account?", "Déjà un compte ?"],
  again: ["No mail? Ask for it again", "Pas de courriel ? Le redemander"],
  checkMail: ["Look at your mail", "Consultez vos courriels"],
  checkMailText: [
    (email: string) =>
      `If ${email} can be used, a mail is on its way with a link to go on. Look into the spam folder too.`,
    (email: string) =>
      `Si ${email} peut être utilisée, un courriel est en route avec un lien pour continuer. Regardez aussi dans les indésirables.`,
  ],
  verify: ["Confirm your address", "Confirmer votre adresse"],
  verifyIntro: [
    "The code is in our mail; the password is the one you chose when you signed up.",
    "Le code est dans notre courriel ; le mot de passe est celui choisi à la création du compte.",
  ],
  verifyAction: ["Confirm", "Confirmer"],
  verified: ["Your address is confirmed.", "Votre adresse est confirmée."],
  resend: ["Ask for the mail again", "Redemander le courriel"],
  resendAction: ["Send the mail", "Envoyer le courriel"],
  forgottenTitle: ["Forgotten password", "Mot de passe oublié"],
  forgottenIntro: [
    "Give your address: a mail brings you a link to choose another password.",
    "Donnez votre adresse : un courriel vous apporte un lien pour choisir un autre mot de passe.",
  ],
  forgottenAction: ["Send the mail", "Envoyer le courriel"],
  reset: ["New password", "Nouveau mot de passe"],
  resetIntro: [
    "This logs out every browser. Home Assistant and other API clients stay connected.",
    "Tous les navigateurs seront déconnectés. Home Assistant et les autres clients d’API restent connectés.",
  ],
  resetAction: ["Set the password", "Définir le mot de passe"],
  resetDone: ["The new password is set.", "Le nouveau mot de passe est défini."],
  codeMissing: [
    "Open the link of the mail, or copy its code here.",
    "Ouvrez le lien du courriel, ou copiez ici son code.",
  ],
});
