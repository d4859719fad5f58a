import { dictionary } from "$i18n";

// separate from the page's texts, which the overview does not need
export const t = dictionary({
  services: {
    readings: ["Enedis: readings", "Enedis : relevés"],
    contracts: ["Enedis: consents and contracts", "Enedis : consentements et contrats"],
    tempo: ["RTE: Tempo", "RTE : Tempo"],
    ecowatt: ["RTE: Ecowatt", "RTE : Ecowatt"],
  },
  conditions: {
    working: ["No known problem.", "Aucun problème connu."],
    unstable: ["Some requests fail.", "Certaines requêtes échouent."],
    limit_reached: ["All allowed requests are used up.", "Toutes les requêtes autorisées sont utilisées."],
    down: ["All requests fail.", "Toutes les requêtes échouent."],
    paused: ["This site cannot send requests at the moment.", "Ce site ne peut pas l’interroger en ce moment."],
  },
  more: ["What this means for your data", "Ce que cela change pour vos données"],
});
