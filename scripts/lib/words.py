"""What the demo says and shows, in English and French."""

import os

WORDS = {
    "en": {
        "simulator": "Simulated Enedis and RTE",
        "front_end": "Front end",
        "gateway": "Gateway",
        "homes": "Three homes and their meters",
        "home_assistant": "Home Assistant (its first start takes half a minute)",
        "integration": "The integration, through its own form",
        "history": "Two months of hours, from Enedis into the Energy dashboard",
        "dashboard": "The dashboard",
        "history_late": "Hours are still arriving; the Energy dashboard fills by itself.",
        "already": "The demo is running already in {folder}.",
        "busy": "Port {port} is in use. Choose another with {option} {free}.",
        "ready": """
Ready. Open {home_assistant} : no login is asked.

  Dashboard    {home_assistant}/{dashboard}   Tempo, Ecowatt, the season, each home’s month and year
  Energy       {home_assistant}/energy   hourly bars and their cost: choose a day of the last two months
  Front end    {front_end}   the same in a browser, without Home Assistant; it logs you in
  Gateway      {gateway}/docs   its HTTP API
  Simulator    {simulator}/docs   Enedis and RTE, and /control to change the weather

Tomorrow (or the next weekday, from November to March) is red, and the grid is tense at 18:00. For a very tense grid all
day, seen after a quarter of an hour:
  curl -d '{weather}' -H 'Content-Type: application/json' {simulator}/control/ecowatt

Logs are in {logs}. Ctrl-C stops everything; scripts/demo --reset begins afresh.""",
        "stopping": "Stopping…",
        "stopped": "Stopped. What it knows stays in {folder}; scripts/demo takes up from there.",
        "base": "Apartment",
        "off_peak": "House",
        "tempo": "Farmhouse",
    },
    "fr": {
        "simulator": "Enedis et RTE simulés",
        "front_end": "Interface web",
        "gateway": "Passerelle",
        "homes": "Trois logements et leurs compteurs",
        "home_assistant": "Home Assistant (une demi-minute au premier démarrage)",
        "integration": "L’intégration, par son propre formulaire",
        "history": "Deux mois d’heures, d’Enedis au tableau de bord Énergie",
        "dashboard": "Le tableau de bord",
        "history_late": "Des heures arrivent encore ; le tableau de bord Énergie se remplit tout seul.",
        "already": "La démo tourne déjà dans {folder}.",
        "busy": "Le port {port} est occupé. Choisissez-en un autre avec {option} {free}.",
        "ready": """
C’est prêt. Ouvrez {home_assistant} : aucun mot de passe n’est demandé.

  Tableau de bord  {home_assistant}/{dashboard}   Tempo, Ecowatt, la saison, le mois et l’année de chaque logement
  Énergie          {home_assistant}/energy   barres horaires et leur coût : choisissez un jour des deux derniers mois
  Interface web    {front_end}   la même chose dans un navigateur, sans Home Assistant ; vous y êtes connecté
  Passerelle       {gateway}/docs   son API HTTP
  Simulateur       {simulator}/docs   Enedis et RTE, et /control pour changer la météo

Demain (ou le prochain jour ouvré, de novembre à mars) est rouge, et le réseau est tendu à 18 h. Pour un réseau très
tendu toute la journée, visible après un quart d’heure :
  curl -d '{weather}' -H 'Content-Type: application/json' {simulator}/control/ecowatt

Les journaux sont dans {logs}. Ctrl-C arrête tout ; scripts/demo --reset recommence à zéro.""",
        "stopping": "Arrêt…",
        "stopped": "Arrêté. Ce que la démo sait reste dans {folder} ; scripts/demo reprend de là.",
        "base": "Appartement",
        "off_peak": "Maison",
        "tempo": "Ferme",
    },
}


def language() -> str:
    """`fr` or `en`, as the environment says."""
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "fr" if locale.startswith("fr") else "en"
