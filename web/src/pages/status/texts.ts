import { dictionary } from "$i18n";

export const t = dictionary({
  title: ["What Enedis and RTE do now", "Ce que font Enedis et RTE maintenant"],
  intro: [
    "Your meter’s data come from Enedis, the colours of Tempo and the levels of Ecowatt from RTE. This page tells what this site met when it last asked them.",
    "Les données de votre compteur viennent d’Enedis, les couleurs Tempo et les niveaux Ecowatt de RTE. Cette page dit ce que ce site a rencontré en les interrogeant.",
  ],
  services: {
    readings: ["Enedis: readings", "Enedis : relevés"],
    contracts: ["Enedis: consents and contracts", "Enedis : consentements et contrats"],
    tempo: ["RTE: Tempo", "RTE : Tempo"],
    ecowatt: ["RTE: Ecowatt", "RTE : Ecowatt"],
  },
  conditions: {
    working: ["No trouble is known.", "Aucun problème connu."],
    unstable: ["Some calls fail.", "Certains appels échouent."],
    limit_reached: ["All calls that are allowed are used up.", "Tous les appels permis sont utilisés."],
    down: ["It does not answer.", "Pas de réponse."],
    paused: ["This site cannot ask at the moment.", "Ce site ne peut pas l’interroger en ce moment."],
  },
  since: [
    (when: string, ago: string) => `Since ${when} (${ago}).`,
    (when: string, ago: string) => `Depuis le ${when} (${ago}).`,
  ],
  retry: [(when: string) => `Next try ${when}.`, (when: string) => `Prochain essai ${when}.`],
  asUsual: ["New data come as usual.", "Les nouvelles données arrivent comme d’habitude."],
  later: ["New data may come later than usual.", "Les nouvelles données peuvent arriver plus tard que d’habitude."],
  meanings: {
    readings: [
      "New readings come later. Nothing is lost: Enedis keeps them, and the missing days are fetched by themselves. What is here already is shown as ever.",
      "Les nouveaux relevés arrivent plus tard. Rien n’est perdu : Enedis les garde, et les jours manquants sont récupérés d’eux-mêmes. Ce qui est déjà là reste affiché.",
    ],
    contracts: [
      "Adding a meter or renewing a consent may have to wait, and a change of your contract is noticed later. Readings come all the same.",
      "Ajouter un compteur ou renouveler un consentement doit peut-être attendre, et un changement de contrat est remarqué plus tard. Les relevés arrivent quand même.",
    ],
    tempo: [
      "Tomorrow’s colour may be missing here until RTE answers. It is then shown as not known, never guessed.",
      "La couleur de demain peut manquer ici jusqu’à ce que RTE réponde. Elle est alors indiquée comme inconnue, jamais devinée.",
    ],
    ecowatt: [
      "The levels shown are those that RTE gave last; newer ones may be missing.",
      "Les niveaux affichés sont les derniers que RTE a donnés ; de plus récents peuvent manquer.",
    ],
  },
  more: ["What that means for your data", "Ce que cela change pour vos données"],
});
