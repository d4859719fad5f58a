import { dictionary } from "$i18n";

export const t = dictionary({
  password: ["Password", "Mot de passe"],
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
  sendMail: ["Send the e-mail", "Envoyer le courriel"],
  mailPages: {
    "resend-mail": { title: ["Request the e-mail again", "Redemander le courriel"] },
    "forgotten-password": {
      title: ["Forgotten password", "Mot de passe oublié"],
      intro: [
        "Enter your address: we will send you a link to choose a new password.",
        "Saisissez votre adresse : nous vous enverrons un lien pour choisir un nouveau mot de passe.",
      ],
    },
  },
  codePages: {
    "verify-email": {
      title: ["Confirm your address", "Confirmer votre adresse"],
      intro: [
        "The code is in our e-mail; the password is the one you chose when you signed up.",
        "Le code est dans notre courriel ; le mot de passe est celui choisi à la création du compte.",
      ],
      action: ["Confirm", "Confirmer"],
      done: ["Your address is confirmed.", "Votre adresse est confirmée."],
    },
    "reset-password": {
      title: ["New password", "Nouveau mot de passe"],
      intro: [
        "This logs out every browser. Home Assistant and other API clients stay connected.",
        "Tous les navigateurs seront déconnectés. Home Assistant et les autres clients d’API restent connectés.",
      ],
      action: ["Set the password", "Définir le mot de passe"],
      done: ["The new password is set.", "Le nouveau mot de passe est défini."],
    },
  },
  codeMissing: [
    "Open the link in the e-mail, or copy its code here.",
    "Ouvrez le lien du courriel, ou copiez ici son code.",
  ],
});
