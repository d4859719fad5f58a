"""docs/answers.md and docs/answers.fr.md: every known response of Enedis and RTE, and what the gateway does then.

Both pages are generated from how the code classifies each response. `UPDATE_DOCS=1 pytest
…/test_documented_answers.py` writes them; without it, the test fails if they are out of date.
"""

import json
import os
from pathlib import Path

import pytest

from gateway.enedis.errors import ErrorReason, parse_error
from gateway.kit.http import HttpResponse
from gateway.rte.errors import RteErrorReason
from gateway.rte.errors import parse_error as parse_rte_error
from gateway.simulator.enedis import errors as enedis
from gateway.simulator.enedis.alterations import ALTERATIONS
from gateway.simulator.faults import Refusal
from gateway.simulator.rte import errors as rte
from tests.server.metering.unusual import FRENCH, UNUSUAL

DOCS = Path(__file__).parents[3] / "docs"
LANGUAGES = {"en": "answers.md", "fr": "answers.fr.md"}

type Text = tuple[str, str]
"""In English and in French."""

OF_ENEDIS: dict[ErrorReason, tuple[Text, Text, Text]] = {
    ErrorReason.ABSENT: (
        ("Enedis has no data for these days", "Enedis n’a pas de données pour ces jours"),
        ("`absent`", "`absent`"),
        (
            "After 2 hours, then less and less often for 15 days; an old day after 1 and 7 days, then never",
            (
                "Après 2 heures, puis de moins en moins souvent pendant 15 jours ; "
                "un jour ancien après 1 et 7 jours, puis jamais"
            ),
        ),
    ),
    ErrorReason.NOT_PUBLISHED: (
        ("The day is not over", "La journée n’est pas terminée"),
        ("`not_published`", "`not_published`"),
        ("The next morning", "Le lendemain matin"),
    ),
    ErrorReason.BEFORE_ACTIVATION: (
        ("The meter was not in service yet", "Le compteur n’était pas encore en service"),
        ("`before_activation`", "`before_activation`"),
        (
            "The next day; never after a second such response",
            "Le lendemain ; jamais après une seconde réponse de ce genre",
        ),
    ),
    ErrorReason.HISTORY_LIMIT: (
        ("Older than the data that Enedis keeps", "Plus ancien que les données qu’Enedis conserve"),
        ("`history_limit`", "`history_limit`"),
        ("Never", "Jamais"),
    ),
    ErrorReason.TOO_LONG: (
        ("More than 7 days in one request", "Plus de 7 jours en une requête"),
        ("Nothing", "Rien"),
        ("Immediately, 6 days at a time", "Immédiatement, par 6 jours"),
    ),
    ErrorReason.WRONG_DIRECTION: (
        ("The meter does not measure this direction", "Le compteur ne mesure pas ce sens"),
        ("`absent`", "`absent`"),
        (
            "The next day; never after a second such response",
            "Le lendemain ; jamais après une seconde réponse de ce genre",
        ),
    ),
    ErrorReason.NOT_HOLDER: (
        ("The client is not the holder of the meter", "Le client n’est pas titulaire du compteur"),
        ("`no_consent`", "`no_consent`"),
        ("After 6 hours, then 12", "Après 6 heures, puis 12"),
    ),
    ErrorReason.NO_CONSENT: (
        ("There is no consent", "Il n’y a pas de consentement"),
        (
            "`no_consent`; the gateway checks the consent, which ends if Enedis confirms this",
            "`no_consent` ; la passerelle vérifie le consentement, qui prend fin si Enedis le confirme",
        ),
        ("After 6 hours, then 12", "Après 6 heures, puis 12"),
    ),
    ErrorReason.METER_REFUSED: (
        (
            "Enedis refuses this meter: no open service, supply cut, not communicating, or an unknown code",
            "Enedis refuse ce compteur : aucun service ouvert, coupé, non communicant, ou un code inconnu",
        ),
        (
            "`meter_refused`, and a notice with Enedis' code or the state of the supply",
            "`meter_refused`, et un avis avec le code d’Enedis ou l’état de l’alimentation",
        ),
        ("After 1 day, 3 days, then every 7 days", "Après 1 jour, 3 jours, puis tous les 7 jours"),
    ),
    ErrorReason.NOTHING_OPEN: (
        ("No service is open", "Aucun service n’est ouvert"),
        ("The consent is pending", "Le consentement est en attente"),
        ("Less and less often", "De moins en moins souvent"),
    ),
    ErrorReason.NOT_SUBSCRIBED: (
        ("The application is not subscribed to this API", "L’application n’est pas abonnée à cette API"),
        ("`upstream_down`; administrators see the error", "`upstream_down` ; les administrateurs voient l’erreur"),
        ("After 6 hours, then 12", "Après 6 heures, puis 12"),
    ),
    ErrorReason.QUOTA: (
        ("The application's quota is used up", "Le quota de l’application est épuisé"),
        ("`quota`", "`quota`"),
        ("When Enedis says, but within an hour", "Quand Enedis le dit, au plus tard une heure après"),
    ),
    ErrorReason.UNAUTHORIZED: (
        ("The token is no longer valid", "Le jeton n’est plus valable"),
        ("Nothing", "Rien"),
        (
            "Immediately, with a new token; if refused again, after 30 seconds, doubling up to 12 hours",
            (
                "Immédiatement, avec un nouveau jeton ; s’il est refusé, après 30 secondes, "
                "puis le double, jusqu’à 12 heures"
            ),
        ),
    ),
    ErrorReason.OUR_FAULT: (
        (
            "Enedis does not accept the request, or another program responded",
            "Enedis n’accepte pas la requête, ou un autre programme a répondu",
        ),
        ("`upstream_down`", "`upstream_down`"),
        ("After 30 seconds, doubling up to 12 hours", "Après 30 secondes, puis le double, jusqu’à 12 heures"),
    ),
    ErrorReason.DOWN: (
        ("Enedis does not respond, or sends something else", "Enedis ne répond pas, ou envoie autre chose"),
        ("`upstream_down`", "`upstream_down`"),
        ("After 30 seconds, doubling up to 12 hours", "Après 30 secondes, puis le double, jusqu’à 12 heures"),
    ),
}
POINTS: dict[str, Text] = {
    "empty_points": ("No points: the days are absent", "Aucun point : les jours sont absents"),
    "null_values": ("Null values: the days are absent", "Valeurs nulles : les jours sont absents"),
    "unreadable_values": (
        "Refused and logged; an outage if no value is readable",
        "Refusées et journalisées ; une panne si aucune n’est lisible",
    ),
    "huge_values": (
        "More than ten times the subscribed power: refused and logged",
        "Plus de dix fois la puissance souscrite : refusées et journalisées",
    ),
    "other_days": ("Days that were not requested: refused and logged", "Jours non demandés : refusés et journalisés"),
    "daily_twice": (
        "Two different values for one day: both are refused",
        "Deux valeurs différentes pour un jour : les deux sont refusées",
    ),
    "decimal_values": ("Rounded to the nearest integer", "Arrondies à l’entier le plus proche"),
    "offset_stamps": ("Read, with their UTC offset", "Lus, avec leur décalage UTC"),
    "step_in_seconds": ("Read, like any ISO 8601 duration", "Lu, comme toute durée ISO 8601"),
    "newest_first": (
        "Read; the hour that autumn repeats is recognised by the order of the points, or else estimated",
        "Lu ; l’heure que l’automne répète se reconnaît à l’ordre des points, sinon elle est estimée",
    ),
    "rounded_to_1000_w": (
        "The curve is scaled to the daily value, and marked as estimated",
        "La courbe est ramenée à la valeur du jour, et marquée comme estimée",
    ),
}
OF_RTE: dict[RteErrorReason, tuple[Text, Text]] = {
    RteErrorReason.NOT_PUBLISHED: (
        ("Tomorrow is not known yet", "Demain n’est pas encore connu"),
        ("Later the same day", "Plus tard le même jour"),
    ),
    RteErrorReason.CREDENTIALS: (
        ("The credentials are not valid", "Les identifiants ne sont pas valables"),
        ("Less and less often", "De moins en moins souvent"),
    ),
    RteErrorReason.UNAUTHORIZED: (
        ("The token is no longer valid", "Le jeton n’est plus valable"),
        ("With a new token", "Avec un nouveau jeton"),
    ),
    RteErrorReason.FORBIDDEN: (
        ("The application is not subscribed to this API", "L’application n’est pas abonnée à cette API"),
        ("Less and less often", "De moins en moins souvent"),
    ),
    RteErrorReason.QUOTA: (
        ("Too many requests", "Trop de requêtes"),
        ("When RTE says, but within a day", "Quand RTE le dit, au plus tard un jour après"),
    ),
    RteErrorReason.OUR_FAULT: (
        ("RTE does not accept this request", "RTE n’accepte pas cette requête"),
        ("Less and less often", "De moins en moins souvent"),
    ),
    RteErrorReason.DOWN: (
        ("RTE does not respond", "RTE ne répond pas"),
        ("Less and less often", "De moins en moins souvent"),
    ),
}
WORDS: dict[str, Text] = {
    "title": ("Responses of Enedis and RTE", "Les réponses d’Enedis et de RTE"),
    "intro": (
        (
            "Every known response, what it means, what the gateway's API reports, and when the request is sent again. "
            "Codes are those of Enedis and RTE; a name in lower case is the simulator's, for a response without a "
            "code. In an *outage*, no day is recorded as absent."
        ),
        (
            "Chaque réponse connue, ce qu’elle veut dire, ce que l’API de la passerelle en dit, et quand la passerelle "
            "refait la demande. Les codes sont ceux d’Enedis et de RTE ; un nom en minuscules est celui du simulateur, "
            "pour une réponse sans code. Pendant une *panne*, aucun jour n’est noté comme absent."
        ),
    ),
    "columns": (
        "| response | meaning | what the API reports | requested again |",
        "| réponse | sens | ce que dit l’API | redemandé |",
    ),
    "points": ("Responses with unusual points", "Réponses avec des points inhabituels"),
    "unusual": (
        "Unusual responses to a request for a load curve",
        "Réponses inhabituelles à une demande de courbe de charge",
    ),
    "unusual_columns": ("| response | result |", "| réponse | résultat |"),
    "point_columns": ("| points | result |", "| points | résultat |"),
    "rte_columns": ("| response | meaning | requested again |", "| réponse | sens | redemandé |"),
}


def read_enedis(name: str) -> tuple[str, ErrorReason]:
    """Return how a response is shown, and its reason."""
    if name in ALTERATIONS:
        return f"200 `{name.removeprefix('200_')}`", ErrorReason.DOWN
    refusal = enedis.build_refusal(name)
    body = refusal.body if isinstance(refusal.body, str) else json.dumps(refusal.body)
    error = parse_error(HttpResponse(refusal.status, body.encode(), {}))
    return f"{refusal.status} `{name}`", ErrorReason.DOWN if refusal.status == 200 else error.reason


def read_rte(name: str) -> tuple[str, RteErrorReason]:
    refusal: Refusal = rte.build_refusal(name)
    body = refusal.body if isinstance(refusal.body, str) else json.dumps(refusal.body)
    return f"{refusal.status} `{name}`", parse_rte_error(HttpResponse(refusal.status, body.encode(), {})).reason


def write_page(language: str) -> str:
    at = list(LANGUAGES).index(language)
    lines = [
        f"# {WORDS['title'][at]}",
        "",
        WORDS["intro"][at],
        "",
        "## Enedis",
        "",
        WORDS["columns"][at],
        "|---|---|---|---|",
    ]
    for name in enedis.list_names():
        if name not in POINTS:
            shown, reason = read_enedis(name)
            lines.append(f"| {shown} | {' | '.join(text[at] for text in OF_ENEDIS[reason])} |")
    lines += ["", f"## {WORDS['points'][at]}", "", WORDS["point_columns"][at], "|---|---|"]
    lines += [f"| `{name}` | {text[at]} |" for name, text in POINTS.items()]
    lines += ["", f"## {WORDS['unusual'][at]}", "", WORDS["unusual_columns"][at], "|---|---|"]
    lines += [f"| {(name, FRENCH[name])[at]} | {one.text[at]} |" for name, one in UNUSUAL.items()]
    lines += ["", "## RTE", "", WORDS["rte_columns"][at], "|---|---|---|"]
    for name in rte.list_names():
        shown, rte_reason = read_rte(name)
        lines.append(f"| {shown} | {' | '.join(text[at] for text in OF_RTE[rte_reason])} |")
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_current(language: str) -> None:
    page = DOCS / LANGUAGES[language]
    if os.environ.get("UPDATE_DOCS"):
        page.write_text(write_page(language))
    assert page.read_text() == write_page(language), "run this test with UPDATE_DOCS=1, and read what it wrote"


def test_every_reason_is_explained() -> None:
    assert OF_ENEDIS.keys() == set(ErrorReason)
    assert OF_RTE.keys() == set(RteErrorReason)
