"""docs/answers.md and docs/answers.fr.md: every answer of Enedis and RTE that is known of, and what follows from it.

Both are written from what the code makes of each answer. `UPDATE_DOCS=1 pytest …/test_documented_answers.py` writes
them anew; without it the test says whether they are current.
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
        ("Enedis has no data of these days", "Enedis n'a pas de données pour ces jours"),
        ("`absent`", "`absent`"),
        (
            "2 hours later, then at growing pauses for 15 days; an old day after 1 and 7 days, then never",
            "2 heures après, puis de plus en plus rarement pendant 15 jours ; un jour ancien après 1 et 7 jours",
        ),
    ),
    ErrorReason.NOT_PUBLISHED: (
        ("The day is not over", "La journée n'est pas terminée"),
        ("`not_published`", "`not_published`"),
        ("The next morning", "Le lendemain matin"),
    ),
    ErrorReason.BEFORE_ACTIVATION: (
        ("The meter was not in service yet", "Le compteur n'était pas encore en service"),
        ("`before_activation`", "`before_activation`"),
        ("The next day; after a second answer never", "Le lendemain ; après une deuxième réponse, jamais"),
    ),
    ErrorReason.HISTORY_LIMIT: (
        ("Older than Enedis keeps", "Plus ancien que ce qu'Enedis conserve"),
        ("`history_limit`", "`history_limit`"),
        ("Never", "Jamais"),
    ),
    ErrorReason.TOO_LONG: (
        ("More than 7 days in one request", "Plus de 7 jours en une requête"),
        ("Nothing", "Rien"),
        ("At once, by 6 days", "Aussitôt, par 6 jours"),
    ),
    ErrorReason.WRONG_DIRECTION: (
        ("The meter does not measure this direction", "Le compteur ne mesure pas ce sens"),
        ("`absent`", "`absent`"),
        ("The next day; after a second answer never", "Le lendemain ; après une deuxième réponse, jamais"),
    ),
    ErrorReason.NOT_HOLDER: (
        ("The client is not the holder of the meter", "Le client n'est pas titulaire du compteur"),
        ("`no_consent`", "`no_consent`"),
        ("After 6 hours, then 12", "Après 6 heures, puis 12"),
    ),
    ErrorReason.NO_CONSENT: (
        ("There is no consent", "Il n'y a pas de consentement"),
        (
            "`no_consent`; the consent is checked and ends when Enedis confirms it",
            "`no_consent` ; le consentement est vérifié, et prend fin si Enedis le confirme",
        ),
        ("After 6 hours, then 12", "Après 6 heures, puis 12"),
    ),
    ErrorReason.METER_REFUSED: (
        (
            "Enedis refuses this meter: no open service, cut, not communicating, or a code nobody has seen",
            "Enedis refuse ce compteur : aucun service ouvert, coupé, non communicant, ou un code encore jamais vu",
        ),
        (
            "`meter_refused`, and a notice with Enedis' code or its connection state",
            "`meter_refused`, et un avis avec le code d'Enedis ou l'état de l'alimentation",
        ),
        ("After 1 day, 3 days, then every 7 days", "Après 1 jour, 3 jours, puis tous les 7 jours"),
    ),
    ErrorReason.NOTHING_OPEN: (
        ("No service is open", "Aucun service n'est ouvert"),
        ("The consent is pending", "Le consentement est en attente"),
        ("At growing pauses", "De plus en plus rarement"),
    ),
    ErrorReason.NOT_SUBSCRIBED: (
        ("The application is not subscribed to this API", "L'application n'est pas abonnée à cette API"),
        ("`upstream_down`; administrators see the error", "`upstream_down` ; les administrateurs voient l'erreur"),
        ("After 6 hours, then 12", "Après 6 heures, puis 12"),
    ),
    ErrorReason.QUOTA: (
        ("The application's quota is used up", "Le quota de l'application est épuisé"),
        ("`quota`", "`quota`"),
        ("When Enedis says, after an hour at most", "Quand Enedis le dit, après une heure au plus"),
    ),
    ErrorReason.UNAUTHORIZED: (
        ("The token is not valid any more", "Le jeton n'est plus valable"),
        ("Nothing", "Rien"),
        (
            "At once with a new token; refused again, after 30 seconds, doubling up to 12 hours",
            "Aussitôt avec un nouveau jeton ; refusé encore, après 30 secondes, doublées jusqu'à 12 heures",
        ),
    ),
    ErrorReason.OUR_FAULT: (
        ("Not an answer of this API", "Ce n'est pas une réponse de cette API"),
        ("`upstream_down`", "`upstream_down`"),
        ("After 30 seconds, doubling up to 12 hours", "Après 30 secondes, doublées jusqu'à 12 heures"),
    ),
    ErrorReason.DOWN: (
        ("Enedis does not answer, or not to what was asked", "Enedis ne répond pas, ou pas à ce qui est demandé"),
        ("`upstream_down`", "`upstream_down`"),
        ("After 30 seconds, doubling up to 12 hours", "Après 30 secondes, doublées jusqu'à 12 heures"),
    ),
}
POINTS: dict[str, Text] = {
    "empty_points": ("No points: the days are absent", "Aucun point : les jours sont absents"),
    "null_values": ("Null values: the days are absent", "Valeurs nulles : les jours sont absents"),
    "unreadable_values": ("Refused and logged; alone, an outage", "Refusées et journalisées ; seules, une panne"),
    "huge_values": (
        "More than ten times the subscribed power: refused and logged",
        "Plus de dix fois la puissance souscrite : refusées et journalisées",
    ),
    "other_days": ("Days not asked for: refused and logged", "Jours non demandés : refusés et journalisés"),
    "daily_twice": (
        "Two different values of a day: both are refused",
        "Deux valeurs différentes d'un jour : les deux sont refusées",
    ),
    "decimal_values": ("Read to the nearest whole", "Arrondies à l'entier le plus proche"),
    "offset_stamps": ("Read as the instant they are", "Lus comme l'instant qu'ils désignent"),
    "step_in_seconds": ("Read: any ISO 8601 duration", "Lu : toute durée ISO 8601"),
    "newest_first": (
        "Read; autumn's doubled hour is told by the order, else estimated",
        "Lu ; l'heure doublée de l'automne se déduit de l'ordre, sinon elle est estimée",
    ),
    "rounded_to_1000_w": (
        "The curve follows the daily value, as estimated",
        "La courbe suit la valeur du jour, marquée comme estimée",
    ),
}
OF_RTE: dict[RteErrorReason, tuple[Text, Text]] = {
    RteErrorReason.NOT_PUBLISHED: (
        ("Tomorrow is not known yet", "Demain n'est pas encore connu"),
        ("Later the same day", "Plus tard le même jour"),
    ),
    RteErrorReason.CREDENTIALS: (
        ("The credentials are not valid", "Les identifiants ne sont pas valables"),
        ("At growing pauses", "De plus en plus rarement"),
    ),
    RteErrorReason.UNAUTHORIZED: (
        ("The token is not valid any more", "Le jeton n'est plus valable"),
        ("With a new token", "Avec un nouveau jeton"),
    ),
    RteErrorReason.FORBIDDEN: (
        ("The application is not subscribed to this API", "L'application n'est pas abonnée à cette API"),
        ("At growing pauses", "De plus en plus rarement"),
    ),
    RteErrorReason.QUOTA: (
        ("Asked too often", "Trop de demandes"),
        ("When RTE says, after a day at most", "Quand RTE le dit, après un jour au plus"),
    ),
    RteErrorReason.OUR_FAULT: (
        ("RTE does not take this request", "RTE n'accepte pas cette requête"),
        ("At growing pauses", "De plus en plus rarement"),
    ),
    RteErrorReason.DOWN: (
        ("RTE does not answer", "RTE ne répond pas"),
        ("At growing pauses", "De plus en plus rarement"),
    ),
}
WORDS: dict[str, Text] = {
    "title": ("What Enedis and RTE answer", "Ce que répondent Enedis et RTE"),
    "intro": (
        "Every known answer, its meaning, what the API tells, and when the gateway asks again.",
        "Chaque réponse connue, son sens, ce que dit l'API, et quand la passerelle redemande.",
    ),
    "columns": (
        "| answer | meaning | what the API tells | asked again |",
        "| réponse | sens | ce que dit l'API | redemandé |",
    ),
    "points": ("Answers with odd points", "Réponses aux points inhabituels"),
    "unusual": ("Unusual answers to a load curve", "Réponses inhabituelles à une courbe de charge"),
    "unusual_columns": ("| answer | result |", "| réponse | ce qu'elle devient |"),
    "point_columns": ("| points | result |", "| points | ce qu'ils deviennent |"),
    "rte_columns": ("| answer | meaning | asked again |", "| réponse | sens | redemandé |"),
}


def read_enedis(name: str) -> tuple[str, ErrorReason]:
    """Return how an answer is shown, and its reason."""
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
