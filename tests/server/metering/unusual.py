"""Unusual responses of Enedis to a request for a load curve, and the result of each.

The request is for a week of June, in half-hours. Each response is the usual one with a change, or another one.
"""

import gzip
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from gateway.enedis.errors import ErrorReason
from tests.server.enedis.origins import Reply
from tests.server.metering.stand_in import A_DAY, OLD, make_measure

PARIS = ZoneInfo("Europe/Paris")
HALF_HOUR = timedelta(minutes=30)

type Point = dict[str, Any]
type Text = tuple[str, str]


class Outcome(StrEnum):
    """What is read of the week: all of it, all but something on its third day, or nothing."""

    READ = "read"
    WITH_A_HOLE = "with a hole"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Unusual:
    """A response, its result, and the result in words for docs/answers.md."""

    reply: Reply
    outcome: Outcome
    text: Text
    reason: ErrorReason | None = None
    """Why nothing was read."""
    calls: int = field(default=1, kw_only=True)


def usual_points() -> list[Point]:
    midnight = datetime.combine(OLD, time())
    ends = [midnight + number * HALF_HOUR for number in range(1, 7 * 48 + 1)]
    return [
        {"v": str(501 + 7 * number), "d": f"{end:%Y-%m-%d %H:%M:%S}", "p": "PT30M", "n": "B", "iv": "0", "ec": "0"}
        for number, end in enumerate(ends)
    ]


THIRD_DAY = slice(2 * 48, 3 * 48)


def _make_reply(points: Sequence[object], **changes: object) -> Reply:
    return Reply(body=json.dumps(make_measure("PA", "W", points, OLD, 7) | changes).encode())


def _change_each(change: Callable[[Point], object]) -> Reply:
    return _make_reply([point | change(point) for point in usual_points()])  # type: ignore[operator]  # each returns members


def _change_one(change: Callable[[Point], Point]) -> Reply:
    """Change a point of the third day."""
    points = usual_points()
    points[120] = change(points[120])
    return _make_reply(points)


def _stamp_each(write: Callable[[datetime], str]) -> Reply:
    return _change_each(lambda point: {"d": write(datetime.fromisoformat(point["d"]).replace(tzinfo=PARIS))})


def _midnight_of_the_day_that_ends(end: datetime) -> str:
    return f"{end - A_DAY:%Y-%m-%d} 24:00:00" if f"{end:%H%M}" == "0000" else f"{end:%Y-%m-%d %H:%M:%S}"


def _shuffle_points() -> list[Point]:
    points = usual_points()
    random.Random(7).shuffle(points)
    return points


def _in_steps() -> list[Point]:
    """Cut each half-hour of four days into its parts of 10 and of 15 minutes, and join those of two days to hours."""
    points: list[Point] = []
    for number, point in enumerate(usual_points()):
        day, end = number // 48, datetime.fromisoformat(point["d"])
        step = (10, 15, 30, 10, 15, 30, 30)[day]
        for part in range(30 // step):
            at = end - timedelta(minutes=30 - step * (part + 1))
            points.append(point | {"d": f"{at:%Y-%m-%d %H:%M:%S}", "p": f"PT{step}M"})
    return points


def _with_other_series() -> Reply:
    measure = make_measure("PA", "W", usual_points(), OLD, 7)
    [series] = measure["grandeur"]
    other = series | {"grandeurMetier": "PROD", "points": [point | {"v": "9"} for point in usual_points()]}
    return Reply(body=json.dumps(measure | {"grandeur": [None, other, series, "?"]}).encode())


def _in_two_series() -> Reply:
    measure = make_measure("PA", "W", [], OLD, 7)
    [series] = measure["grandeur"]
    halves = [series | {"points": usual_points()[200:]}, series | {"points": usual_points()[:200]}]
    return Reply(body=json.dumps(measure | {"grandeur": halves}).encode())


def _set_unit(unit: object) -> Reply:
    measure = make_measure("PA", "W", usual_points(), OLD, 7)
    return Reply(body=json.dumps(measure | {"grandeur": [measure["grandeur"][0] | {"unite": unit}]}).encode())


_USUAL = _make_reply(usual_points()).body
_EVE = [{"v": "1", "d": f"{OLD - A_DAY} 23:30:00", "p": "PT30M"}, {"v": "1", "d": f"{OLD} 00:00:00", "p": "PT30M"}]
_QUOTA_TEXT = {"error": "Forbidden", "error_description": "Quota Q4 reached Call threshold allowed on 0:-30:-40"}
_FAR = {"code": "900804", "message": "Message throttled out", "nextAccessTime": "2099-Jul-22 05:00:00+0000 UTC"}
_BAD_TOKEN = {"fault": {"code": 900901, "message": "Invalid Credentials"}}


def _json(status: int, body: object, **headers: str) -> Reply:
    return Reply(status, json.dumps(body).encode(), headers)


_HOLE: Text = (
    "That point is refused, counted and logged; the rest is read",
    "Ce point est refusé, compté et journalisé ; le reste est lu",
)
_READ: Text = ("Read", "Lu")
_OUTAGE: Text = ("An outage", "Une panne")
_NO_UNIT: Text = ("An outage; other units are not converted", "Une panne ; les autres unités ne sont pas converties")

UNUSUAL: dict[str, Unusual] = {
    "numbers instead of strings": Unusual(_change_each(lambda one: {"v": int(one["v"])}), Outcome.READ, _READ),
    "decimals with a comma": Unusual(
        _change_each(lambda one: {"v": f"{one['v']},2"}),
        Outcome.READ,
        ("Rounded to the nearest integer", "Arrondies à l’entier le plus proche"),
    ),
    "numbers with spaces around them": Unusual(_change_each(lambda one: {"v": f" {one['v']} "}), Outcome.READ, _READ),
    "points in any order": Unusual(_make_reply(_shuffle_points()), Outcome.READ, _READ),
    "points in reverse order": Unusual(_make_reply(usual_points()[::-1]), Outcome.READ, _READ),
    "each point twice": Unusual(_make_reply(usual_points() * 2), Outcome.READ, ("Counted once", "Compté une fois")),
    "timestamps in UTC with Z": Unusual(
        _stamp_each(lambda end: f"{end.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"), Outcome.READ, _READ
    ),
    "timestamps with +0200": Unusual(_stamp_each(lambda end: f"{end:%Y-%m-%dT%H:%M:%S%z}"), Outcome.READ, _READ),
    "timestamps with T and milliseconds": Unusual(
        _stamp_each(lambda end: f"{end:%Y-%m-%dT%H:%M:%S.000}"), Outcome.READ, _READ
    ),
    "midnight as 24:00": Unusual(_stamp_each(_midnight_of_the_day_that_ends), Outcome.READ, _READ),
    "timestamps such as 01/06/2026": Unusual(
        _stamp_each(lambda end: f"{end:%d/%m/%Y %H:%M:%S}"), Outcome.NOTHING, _OUTAGE, ErrorReason.DOWN
    ),
    "timestamps in milliseconds since 1970": Unusual(
        _change_each(lambda _: {"d": 1780351200000}), Outcome.NOTHING, _OUTAGE, ErrorReason.DOWN
    ),
    "step PT1800S": Unusual(_change_each(lambda _: {"p": "PT1800S"}), Outcome.READ, _READ),
    "step P0DT30M": Unusual(_change_each(lambda _: {"p": "P0DT30M"}), Outcome.READ, _READ),
    "step PT0H30M0S": Unusual(_change_each(lambda _: {"p": "PT0H30M0S"}), Outcome.READ, _READ),
    "step P0D": Unusual(_change_each(lambda _: {"p": "P0D"}), Outcome.NOTHING, _OUTAGE, ErrorReason.DOWN),
    "step 30": Unusual(_change_each(lambda _: {"p": 30}), Outcome.NOTHING, _OUTAGE, ErrorReason.DOWN),
    "no step": Unusual(_change_each(lambda _: {"p": None}), Outcome.NOTHING, _OUTAGE, ErrorReason.DOWN),
    "steps of 10, 15 and 30 minutes": Unusual(_make_reply(_in_steps()), Outcome.READ, _READ),
    "one point with step P0D": Unusual(_change_one(lambda one: one | {"p": "P0D"}), Outcome.WITH_A_HOLE, _HOLE),
    "one value is null": Unusual(
        _change_one(lambda one: one | {"v": None}),
        Outcome.WITH_A_HOLE,
        ("That half-hour is missing; the rest is read", "Cette demi-heure manque ; le reste est lu"),
    ),
    "one value is negative": Unusual(_change_one(lambda one: one | {"v": "-120"}), Outcome.WITH_A_HOLE, _HOLE),
    "one value is n/a": Unusual(_change_one(lambda one: one | {"v": "n/a"}), Outcome.WITH_A_HOLE, _HOLE),
    "one value is NaN": Unusual(_change_one(lambda one: one | {"v": float("nan")}), Outcome.WITH_A_HOLE, _HOLE),
    "one value above ten times the subscribed power": Unusual(
        _change_one(lambda one: one | {"v": "99000000"}), Outcome.WITH_A_HOLE, _HOLE
    ),
    "one timestamp is unreadable": Unusual(
        _change_one(lambda one: one | {"d": "2026-06-31 00:30:00"}), Outcome.WITH_A_HOLE, _HOLE
    ),
    "one timestamp with two values": Unusual(
        _make_reply([*usual_points(), usual_points()[120] | {"v": "9"}]),
        Outcome.WITH_A_HOLE,
        (
            "Both are refused, counted and logged; the rest is read",
            "Les deux sont refusées, comptées et journalisées ; le reste est lu",
        ),
    ),
    "an hour and one of its half-hours": Unusual(
        _make_reply([*usual_points(), usual_points()[120] | {"p": "PT60M"}]),
        Outcome.WITH_A_HOLE,
        (
            "Points that overlap are refused; the rest is read",
            "Les points qui se chevauchent sont refusés ; le reste est lu",
        ),
    ),
    "points from 23:30 of the previous day on": Unusual(
        _make_reply([*_EVE, *usual_points()]),
        Outcome.READ,
        (
            "What was not requested is refused; the rest is read",
            "Ce qui n’a pas été demandé est refusé ; le reste est lu",
        ),
    ),
    "null and strings among the points": Unusual(
        _make_reply([None, "?", 5, [], *usual_points()]),
        Outcome.READ,
        ("Counted and logged; the rest is read", "Comptés et journalisés ; le reste est lu"),
    ),
    "unknown codes and members": Unusual(
        _change_each(lambda _: {"n": "Z", "iv": None, "ec": 17, "x": {"y": []}}),
        Outcome.READ,
        ("Ignored", "Ignorés"),
    ),
    "production in addition to consumption": Unusual(
        _with_other_series(), Outcome.READ, ("Only what was requested is read", "Seul ce qui a été demandé est lu")
    ),
    "one quantity in two series": Unusual(_in_two_series(), Outcome.READ, _READ),
    "unit w": Unusual(_set_unit("w "), Outcome.READ, _READ),
    "unit kW": Unusual(_set_unit("kW"), Outcome.NOTHING, _NO_UNIT, ErrorReason.DOWN),
    "unit Wh": Unusual(_set_unit("Wh"), Outcome.NOTHING, _NO_UNIT, ErrorReason.DOWN),
    "no unit": Unusual(_set_unit(None), Outcome.NOTHING, _NO_UNIT, ErrorReason.DOWN),
    "a period that was not requested": Unusual(
        _make_reply(usual_points(), periode={"dateDebut": str(OLD), "dateFin": str(OLD + 8 * A_DAY)}),
        Outcome.NOTHING,
        _OUTAGE,
        ErrorReason.DOWN,
    ),
    "the period with times of day": Unusual(
        _make_reply(
            usual_points(), periode={"dateDebut": "2026-05-31T22:00:00Z", "dateFin": "2026-06-08T00:00:00+02:00"}
        ),
        Outcome.READ,
        _READ,
    ),
    "no series": Unusual(_make_reply([], grandeur=[]), Outcome.NOTHING, _OUTAGE, ErrorReason.DOWN),
    "JSON after a byte order mark": Unusual(Reply(body=b"\xef\xbb\xbf" + _USUAL), Outcome.READ, _READ),
    "gzip": Unusual(Reply(body=gzip.compress(_USUAL), headers={"Content-Encoding": "gzip"}), Outcome.READ, _READ),
    "invalid gzip": Unusual(
        Reply(body=_USUAL, headers={"Content-Encoding": "gzip"}), Outcome.NOTHING, _OUTAGE, ErrorReason.DOWN
    ),
    "truncated JSON": Unusual(Reply(body=_USUAL[:-200]), Outcome.NOTHING, _OUTAGE, ErrorReason.DOWN),
    "fewer bytes than announced": Unusual(
        Reply(body=_USUAL, headers={"Content-Length": str(len(_USUAL) + 100)}),
        Outcome.NOTHING,
        _OUTAGE,
        ErrorReason.DOWN,
    ),
    "200 with HTML": Unusual(
        Reply(body=b"<html><body>Maintenance</body></html>"), Outcome.NOTHING, _OUTAGE, ErrorReason.DOWN
    ),
    "204": Unusual(Reply(204, b""), Outcome.NOTHING, _OUTAGE, ErrorReason.OUR_FAULT),
    "302": Unusual(
        Reply(302, b"", {"Location": "https://example.org/"}),
        Outcome.NOTHING,
        ("Not followed; an outage", "Redirection non suivie ; une panne"),
        ErrorReason.OUR_FAULT,
    ),
    "403 with a text about a quota": Unusual(
        _json(403, _QUOTA_TEXT),
        Outcome.NOTHING,
        ("The quota is used up; the consent is not checked", "Le quota est épuisé ; le consentement n’est pas vérifié"),
        ErrorReason.QUOTA,
    ),
    "403 900803": Unusual(
        _json(403, {"code": "900803", "message": "Message throttled out"}),
        Outcome.NOTHING,
        ("The quota is used up", "Le quota est épuisé"),
        ErrorReason.QUOTA,
    ),
    "403 900910": Unusual(
        _json(403, {"code": "900910", "message": "The access token does not allow you"}),
        Outcome.NOTHING,
        ("The application is not subscribed to this API", "L’application n’est pas abonnée à cette API"),
        ErrorReason.NOT_SUBSCRIBED,
    ),
    "401 for any token": Unusual(
        _json(401, _BAD_TOKEN),
        Outcome.NOTHING,
        ("One new token, one more call, then a pause", "Un nouveau jeton, un appel de plus, puis une pause"),
        ErrorReason.UNAUTHORIZED,
        calls=2,
    ),
    "429 until the year 2099": Unusual(
        _json(429, _FAR),
        Outcome.NOTHING,
        ("Requested again within an hour", "Redemandé dans l’heure"),
        ErrorReason.QUOTA,
    ),
    "429 with a Retry-After of years": Unusual(
        _json(429, {}, **{"Retry-After": "999999999"}),
        Outcome.NOTHING,
        ("Requested again after a minute", "Redemandé après une minute"),
        ErrorReason.QUOTA,
    ),
}

FRENCH = {
    "numbers instead of strings": "des nombres au lieu de textes",
    "decimals with a comma": "des décimales à virgule",
    "numbers with spaces around them": "des nombres entourés d’espaces",
    "points in any order": "des points en désordre",
    "points in reverse order": "des points dans l’ordre inverse",
    "each point twice": "chaque point deux fois",
    "timestamps in UTC with Z": "des horodatages UTC avec Z",
    "timestamps with +0200": "des horodatages avec +0200",
    "timestamps with T and milliseconds": "des horodatages avec T et millisecondes",
    "midnight as 24:00": "minuit écrit 24:00",
    "timestamps such as 01/06/2026": "des horodatages comme 01/06/2026",
    "timestamps in milliseconds since 1970": "des horodatages en millisecondes depuis 1970",
    "step PT1800S": "le pas PT1800S",
    "step P0DT30M": "le pas P0DT30M",
    "step PT0H30M0S": "le pas PT0H30M0S",
    "step P0D": "le pas P0D",
    "step 30": "le pas 30",
    "no step": "aucun pas",
    "steps of 10, 15 and 30 minutes": "des pas de 10, 15 et 30 minutes",
    "one point with step P0D": "un point avec le pas P0D",
    "one value is null": "une valeur nulle (null)",
    "one value is negative": "une valeur négative",
    "one value is n/a": "une valeur n/a",
    "one value is NaN": "une valeur NaN",
    "one value above ten times the subscribed power": "une valeur au-delà de dix fois la puissance souscrite",
    "one timestamp is unreadable": "un horodatage illisible",
    "one timestamp with two values": "un horodatage à deux valeurs",
    "an hour and one of its half-hours": "une heure et une de ses demi-heures",
    "points from 23:30 of the previous day on": "des points à partir de 23:30 la veille",
    "null and strings among the points": "null et des textes parmi les points",
    "unknown codes and members": "des codes et champs inconnus",
    "production in addition to consumption": "la production en plus de la consommation",
    "one quantity in two series": "une grandeur en deux séries",
    "unit w": "l’unité w",
    "unit kW": "l’unité kW",
    "unit Wh": "l’unité Wh",
    "no unit": "aucune unité",
    "a period that was not requested": "une période autre que celle demandée",
    "the period with times of day": "la période avec des heures",
    "no series": "aucune série",
    "JSON after a byte order mark": "du JSON après une marque d’ordre (BOM)",
    "gzip": "gzip",
    "invalid gzip": "un gzip invalide",
    "truncated JSON": "du JSON tronqué",
    "fewer bytes than announced": "moins d’octets qu’annoncé",
    "200 with HTML": "200 avec du HTML",
    "204": "204",
    "302": "302",
    "403 with a text about a quota": "403 avec un texte sur un quota",
    "403 900803": "403 900803",
    "403 900910": "403 900910",
    "401 for any token": "401 quel que soit le jeton",
    "429 until the year 2099": "429 jusqu’en 2099",
    "429 with a Retry-After of years": "429 avec un Retry-After de plusieurs années",
}
"""The names above."""
