"""Strings become numbers and dates at the edge, in every form seen, and one bad point spoils no other."""

import json
from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from structlog.testing import capture_logs

from gateway.enedis.wire import Measure, Point


def answer(points: object) -> bytes:
    return json.dumps(
        {"grandeur": [{"grandeurMetier": "CONS", "grandeurPhysique": "PA", "unite": "W", "points": points}]}
    ).encode()


@pytest.mark.parametrize(
    ("written", "value"),
    [("4078", 4078), (4078, 4078), ("4078.0", 4078), (4078.0, 4078), (" 12 ", 12), ("0", 0), ("", None), (None, None)],
)
def test_values(written: object, value: int | None) -> None:
    assert Point.model_validate({"v": written, "d": "2026-09-29"}).v == value


def test_a_value_may_be_left_out() -> None:
    point = Point.model_validate({"d": "2026-09-29"})
    assert (point.v, point.p) == (None, None)


@pytest.mark.parametrize(
    ("written", "minutes"),
    [("PT5M", 5), ("PT30M", 30), ("PT60M", 60), ("PT1H", 60), ("PT1H30M", 90)]
    + [(nothing, None) for nothing in ("P1D", "P1M", "PT", "PT0M", "30", "", None, "PT-5M", "pt30m", "PT30M ")],
)
def test_steps(written: object, minutes: int | None) -> None:
    assert Point.model_validate({"v": "1", "d": "2026-09-29 00:30:00", "p": written}).p == minutes


@pytest.mark.parametrize(
    ("written", "day"),
    [("2026-09-29", date(2026, 9, 29)), ("2026-09-29 13:03:35", date(2026, 9, 29))]
    + [(nonsense, None) for nonsense in ("2026-02-30", "29/09/2026", "", "soon")],
)
def test_days(written: str, day: date | None) -> None:
    assert Point.model_validate({"v": "1", "d": written}).day == day


def test_midnight_is_written_in_two_ways() -> None:
    next_day = datetime(2026, 9, 30)  # noqa: DTZ001 - Enedis' clock has no offset
    for written in ("2026-09-30 00:00:00", "2026-09-29 24:00:00"):
        assert Point.model_validate({"v": "1", "d": written}).local == next_day


def test_only_the_quantity_asked_for_is_read() -> None:
    series = [
        {"grandeurMetier": business, "grandeurPhysique": physical, "points": [{"v": f"{number}", "d": "2026-09-29"}]}
        for number, (business, physical) in enumerate([("CONS", "PA"), ("PROD", "PA"), ("CONS", "EA")])
    ]
    measure = Measure.model_validate({"grandeur": series})
    assert [point.v for point in measure.points("PROD", "PA")] == [1]
    assert measure.points("PROD", "EA") == []


@pytest.mark.parametrize(
    ("physical", "unit", "is_taken"),
    [("EA", "Wh", True), ("PA", "W", True), ("PMA", "VA", True), ("PMA2", "VA", True), ("EA", "WH ", True)]
    + [(physical, nothing, True) for physical in ("EA", "PA", "PMA") for nothing in (None, "")]
    + [("EA", "kWh", False), ("EA", "W", False), ("PA", "kW", False), ("PA", "VA", False), ("PMA", "kVA", False)],
)
def test_a_series_in_another_unit_is_unknown(physical: str, unit: str | None, is_taken: bool) -> None:
    series = {"grandeurMetier": "CONS", "grandeurPhysique": physical, "unite": unit}
    measure = Measure.model_validate({"grandeur": [series | {"points": [{"v": "33", "d": "2026-09-29"}]}]})
    with capture_logs() as logged:
        assert [point.v for point in measure.points("CONS", physical)] == ([33] if is_taken else [])
    assert [(line["event"], line["quantity"]) for line in logged] == ([] if is_taken else [("unit_refused", physical)])


def test_a_series_in_another_unit_spoils_no_other() -> None:
    named = {"grandeurMetier": "CONS", "grandeurPhysique": "EA"}
    series = [named | {"unite": unit, "points": [{"v": "33", "d": day}]} for unit, day in (("kWh", "x"), ("Wh", "y"))]
    assert [point.d for point in Measure.model_validate({"grandeur": series}).points("CONS", "EA")] == ["y"]


@pytest.mark.parametrize("body", [{}, {"grandeur": None}, {"grandeur": []}, {"grandeur": [{}]}])
def test_no_series_is_no_points(body: object) -> None:
    assert Measure.model_validate(body).points("CONS", "PA") == []


def test_one_unreadable_point_does_not_spoil_the_answer() -> None:
    good = {"v": "100", "d": "2026-09-29 00:30:00", "p": "PT30M"}
    unreadable: list[object] = [
        {"v": "NaN", "d": "x"},
        {"v": "1.5", "d": "x"},
        {"v": "12"},
        {"v": {}, "d": "x"},
        "point",
        None,
        [],
    ]
    for bad in unreadable:
        points = Measure.model_validate_json(answer([good, bad, good])).points("CONS", "PA")
        assert [point.v for point in points] == [100, 100]


@given(st.binary(max_size=200) | st.text(max_size=40).map(lambda text: answer([{"v": text, "d": text, "p": text}])))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_an_answer_or_a_validation_error(body: bytes) -> None:
    try:
        points = Measure.model_validate_json(body).points("CONS", "PA")
    except ValidationError:
        return
    for point in points:
        assert point.v is None or isinstance(point.v, int)
        assert point.day is None or point.d.startswith(str(point.day)) or len(point.d) < 10
