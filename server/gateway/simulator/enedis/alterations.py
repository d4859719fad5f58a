"""Odd answers on order: what a measurement says, changed in one way, still with status 200.

Each takes the answer's body and changes it in place. They are what was seen of Enedis, or what must not be believed.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

type _Body = dict[str, Any]
type Alteration = Callable[[_Body], None]


def _series(body: _Body) -> list[_Body]:
    series: list[_Body] = body.get("grandeur") or []
    return series


def _points(body: _Body) -> Iterator[_Body]:
    for series in _series(body):
        yield from series["points"]


def _no_grandeur(body: _Body) -> None:
    del body["grandeur"]


def _null_grandeur(body: _Body) -> None:
    body["grandeur"] = None


def _empty_grandeur(body: _Body) -> None:
    body["grandeur"] = []


def _other_meter(body: _Body) -> None:
    body["idPrm"] = "30001000000099"


def _other_period(body: _Body) -> None:
    body["periode"] = {"dateDebut": "2025-01-01", "dateFin": "2025-01-08"}


def _other_unit(body: _Body) -> None:
    for series in _series(body):
        series["unite"] = f"k{series['unite']}"


def _no_points(body: _Body) -> None:
    for series in _series(body):
        del series["points"]


def _empty_points(body: _Body) -> None:
    for series in _series(body):
        series["points"] = []


def _each_value(change: Callable[[str], str | None]) -> Alteration:
    def alter(body: _Body) -> None:
        for point in _points(body):
            point["v"] = change(point["v"])

    return alter


def _other_days(body: _Body) -> None:
    for point in _points(body):
        point["d"] = re.sub(r"^\d{4}", "2019", point["d"])


def _with_offset(body: _Body) -> None:
    """As in winter, and right there only."""
    for point in _points(body):
        point["d"] = point["d"].replace(" ", "T") + "+01:00"


def _step_in_seconds(body: _Body) -> None:
    for point in _points(body):
        if minutes := re.fullmatch(r"PT(\d+)M", point.get("p", "")):
            point["p"] = f"PT{int(minutes[1]) * 60}S"


def _newest_first(body: _Body) -> None:
    """Ties too: of two points of one stamp, the later comes first."""
    for series in _series(body):
        series["points"] = sorted(series["points"], key=lambda point: point["d"])[::-1]


def _daily_twice(body: _Body) -> None:
    """Each day a second time, with another value."""
    for series in _series(body):
        series["points"] += [point | {"v": str(int(point["v"]) + 500)} for point in series["points"]]


def _rounded(value: str) -> str:
    return str((int(value) + 500) // 1000 * 1000)


ALTERATIONS: dict[str, Alteration] = {
    "200_no_grandeur": _no_grandeur,
    "200_null_grandeur": _null_grandeur,
    "200_empty_grandeur": _empty_grandeur,
    "200_other_meter": _other_meter,
    "200_other_period": _other_period,
    "200_other_unit": _other_unit,
    "200_no_points": _no_points,
    "empty_points": _empty_points,
    "null_values": _each_value(lambda _: None),
    "unreadable_values": _each_value(lambda _: "n/a"),
    "huge_values": _each_value(lambda _: "999999999999999"),
    "decimal_values": _each_value(lambda value: f"{value}.4"),
    "other_days": _other_days,
    "offset_stamps": _with_offset,
    "step_in_seconds": _step_in_seconds,
    "newest_first": _newest_first,
    "daily_twice": _daily_twice,
    "rounded_to_1000_w": _each_value(_rounded),
}
