import { dictionary } from "$i18n";

export const t = dictionary({
  intro: [
    "Three steps: enter its number, consent at Enedis, and come back here. You need an Enedis account.",
    "Trois étapes : saisir son numéro, consentir chez Enedis, et revenir ici. Il vous faut un compte Enedis.",
  ],
  number: ["Number of the meter (PRM or PDL)", "Numéro du compteur (PRM ou PDL)"],
  numberHint: [
    "14 digits: on your bill, or on the Linky’s display after pressing + several times.",
    "14 chiffres : sur la facture, ou sur l’écran du Linky en appuyant plusieurs fois sur +.",
  ],
  numberWrong: ["The number has 14 digits.", "Le numéro a 14 chiffres."],
  go: ["Go to Enedis", "Aller chez Enedis"],
  newWindow: [
    "Enedis cannot be shown inside another page. It opens in a window of its own; the meter appears here soon after.",
    "Enedis ne peut pas s’afficher dans une autre page. Il s’ouvre dans sa propre fenêtre ; le compteur apparaît ici peu après.",
  ],
  openEnedis: ["Open Enedis", "Ouvrir Enedis"],
  privacy: [
    "Enedis will share consumption, production and the contract with this site for up to three years. You can withdraw it at any time, here or at Enedis.",
    "Enedis partagera consommation, production et contrat avec ce site pendant trois ans au plus. Vous pouvez y mettre fin à tout moment, ici ou chez Enedis.",
  ],
  result: ["Consent", "Consentement"],
  pending: [
    "You gave your consent. Enedis usually opens access within a minute, sometimes only after several hours. There is nothing left to do.",
    "Vous avez donné votre accord. Enedis ouvre en général l’accès en une minute, parfois seulement après plusieurs heures. Il n’y a plus rien à faire.",
  ],
  granted: ["Done: Enedis shares the meter’s data.", "C’est fait : Enedis partage les données du compteur."],
  grantedNext: [
    "The last sixty days come first, older ones follow automatically. Choose your tariff now, so that costs are right.",
    "Les soixante derniers jours arrivent d’abord, les plus anciens suivent tout seuls. Choisissez maintenant votre tarif, pour que les coûts soient justes.",
  ],
  refused: ["The consent was not given.", "Le consentement n’a pas été donné."],
  reasons: {
    refused_at_enedis: [
      "You refused at Enedis, or left before finishing.",
      "Vous avez refusé chez Enedis, ou quitté avant la fin.",
    ],
    wrong_meter: [
      "The meter chosen at Enedis is not the one entered here.",
      "Le compteur choisi chez Enedis n’est pas celui saisi ici.",
    ],
    held_by_another: [
      "Another account of this site has this meter, or had it through the same share. If the meter is yours, delete the share in your Enedis account, then try again tomorrow.",
      "Un autre compte de ce site a ce compteur, ou l’a eu par le même partage. Si ce compteur est le vôtre, supprimez le partage dans votre compte Enedis, puis réessayez demain.",
    ],
    shared_before: [
      "This share is older than your request. Delete it in your Enedis account, then try again.",
      "Ce partage est plus ancien que votre demande. Supprimez-le dans votre compte Enedis, puis recommencez.",
    ],
    contested: [
      "Two accounts claimed the same share, so neither received it. Delete the share in your Enedis account, then try again tomorrow.",
      "Deux comptes ont réclamé le même partage : aucun des deux ne l’a reçu. Supprimez le partage dans votre compte Enedis, puis recommencez demain.",
    ],
    not_opened: [
      "Enedis did not open access within a day. Delete the share in your Enedis account, then try again.",
      "Enedis n’a pas ouvert l’accès en une journée. Supprimez le partage dans votre compte Enedis, puis recommencez.",
    ],
    upstream_down: [
      "For a whole day, the gateway could not check with Enedis what was shared. Start again later.",
      "Pendant une journée entière, la passerelle n’a pas pu vérifier auprès d’Enedis ce qui a été partagé. Recommencez plus tard.",
    ],
    other_browser: [
      "The consent came back in a different browser from the one that started it.",
      "Le consentement est revenu dans un autre navigateur que celui qui l’a commencé.",
    ],
  },
  expired: ["This request has expired. Start again.", "Cette demande a expiré. Recommencez."],
  noConsent: [
    "No consent of yours was found at this address.",
    "Cette adresse ne mène à aucun consentement de votre compte.",
  ],
  noConsentText: [
    "It may be cut off. If you gave your consent at Enedis, it counts all the same: look for the meter in the overview.",
    "Elle est peut-être tronquée. Si vous avez consenti chez Enedis, cela compte quand même : cherchez le compteur sur l’accueil.",
  ],
  toTariff: ["Choose the tariff", "Choisir le tarif"],
  toOverview: ["To the overview", "Vers l’accueil"],
  again: ["Start again", "Recommencer"],
  tryAgain: ["Try again at Enedis", "Réessayer chez Enedis"],
  logIn: ["Log in to see the meter.", "Connectez-vous pour voir le compteur."],
});
