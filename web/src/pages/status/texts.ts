import { dictionary } from "$i18n";

export const t = dictionary({
  title: ["Status of Enedis and RTE", "État d’Enedis et de RTE"],
  intro: [
    "Your meter’s data comes from Enedis, the Tempo colours and Ecowatt levels come from RTE. This page says how they answered this site’s last requests.",
    "Les données de votre compteur viennent d’Enedis, les couleurs Tempo et les niveaux Ecowatt de RTE. Cette page dit comment ils ont répondu aux dernières requêtes de ce site.",
  ],
  since: ["Since {when} ({ago}).", "Depuis le {when} ({ago})."],
  retry: ["Next try {when}.", "Prochain essai le {when}."],
  asUsual: ["New data arrives as usual.", "Les nouvelles données arrivent comme d’habitude."],
  later: ["New data may arrive later than usual.", "Les nouvelles données peuvent arriver plus tard que d’habitude."],
  meanings: {
    readings: [
      "New readings arrive later. Nothing is lost: Enedis keeps them, and missing days are fetched automatically. Everything already fetched is still shown.",
      "Les nouveaux relevés arrivent plus tard. Rien n’est perdu : Enedis les garde, et les jours manquants sont récupérés automatiquement. Tout ce qui est déjà là reste affiché.",
    ],
    contracts: [
      "Adding a meter or renewing a consent may have to wait, and a change of your contract is noticed later. Readings do not depend on it.",
      "Ajouter un compteur ou renouveler un consentement doit peut-être attendre, et un changement de contrat est remarqué plus tard. Les relevés n’en dépendent pas.",
    ],
    tempo: [
      "Tomorrow’s colour may be missing until RTE answers: it is shown as not known, never guessed.",
      "La couleur de demain peut manquer jusqu’à ce que RTE réponde : elle est indiquée comme inconnue, jamais devinée.",
    ],
    ecowatt: [
      "The levels shown are the last that RTE published; newer ones may be missing.",
      "Les niveaux affichés sont les derniers que RTE a publiés ; de plus récents peuvent manquer.",
    ],
  },
});
