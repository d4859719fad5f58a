"""Odd answers on order: what a measurement says, changed in one way, still with status 200.

Each takes the answer's body and changes it in place. They are what was seen of Enedis, or what must not be believed.
"""

import re
from collections.abc import Callable, Iterator

from gateway.simulator.wire import JsonObject

type Alteration = Callable[[JsonObject], None]


def _list_series(body: JsonObject) -> list[JsonObject]:
    series: list[JsonObject] = body.get("grandeur") or []
    return series


def _iterate_points(body: JsonObject) -> Iterator[JsonObject]:
    for series in _list_series(body):
        yield from series["points"]


def _remove_grandeur(body: JsonObject) -> None:
    del body["grandeur"]


def _nullify_grandeur(body: JsonObject) -> None:
    body["grandeur"] = None


def _empty_grandeur(body: JsonObject) -> None:
    body["grandeur"] = []


def _change_meter(body: JsonObject) -> None:
    body["idPrm"] = "30001000000099"


def _change_period(body: JsonObject) -> None:
    body["periode"] = {"dateDebut": "2025-01-01", "dateFin": "2025-01-08"}


def _change_unit(body: JsonObject) -> None:
    for series in _list_series(body):
        series["unite"] = f"k{series['unite']}"


def _remove_points(body: JsonObject) -> None:
    for series in _list_series(body):
        del series["points"]


def _empty_points(body: JsonObject) -> None:
    for series in _list_series(body):
        series["points"] = []


def _change_values(change: Callable[[str], str | None]) -> Alteration:
    def alter_body(body: JsonObject) -> None:
        for point in _iterate_points(body):
            point["v"] = change(point["v"])

    return alter_body


def _change_days(body: JsonObject) -> None:
    for point in _iterate_points(body):
        point["d"] = re.sub(r"^\d{4}", "2019", point["d"])


def _add_offset(body: JsonObject) -> None:
    """As in winter, and right there only."""
    for point in _iterate_points(body):
        point["d"] = point["d"].replace(" ", "T") + "+01:00"


def _write_step_in_seconds(body: JsonObject) -> None:
    for point in _iterate_points(body):
        if minutes := re.fullmatch(r"PT(\d+)M", point.get("p", "")):
            point["p"] = f"PT{int(minutes[1]) * 60}S"


def _reverse_points(body: JsonObject) -> None:
    """Ties too: of two points of one stamp, the later comes first."""
    for series in _list_series(body):
        series["points"] = sorted(series["points"], key=lambda point: point["d"])[::-1]


def _repeat_days(body: JsonObject) -> None:
    """Each day a second time, with another value."""
    for series in _list_series(body):
        series["points"] += [point | {"v": str(int(point["v"]) + 500)} for point in series["points"]]


def _round_value(value: str) -> str:
    return str((int(value) + 500) // 1000 * 1000)


ALTERATIONS: dict[str, Alteration] = {
    "200_no_grandeur": _remove_grandeur,
    "200_null_grandeur": _nullify_grandeur,
    "200_empty_grandeur": _empty_grandeur,
    "200_other_meter": _change_meter,
    "200_other_period": _change_period,
    "200_other_unit": _change_unit,
    "200_no_points": _remove_points,
    "empty_points": _empty_points,
    "null_values": _change_values(lambda _: None),
    "unreadable_values": _change_values(lambda _: "n/a"),
    "huge_values": _change_values(lambda _: "999999999999999"),
    "decimal_values": _change_values(lambda value: f"{value}.4"),
    "other_days": _change_days,
    "offset_stamps": _add_offset,
    "step_in_seconds": _write_step_in_seconds,
    "newest_first": _reverse_points,
    "daily_twice": _repeat_days,
    "rounded_to_1000_w": _change_values(_round_value),
}
