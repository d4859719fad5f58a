"""The index as the simulator and the documentation write it, by day and bucket."""

import json
from datetime import date
from typing import Any

import pytest

from gateway.enedis.registers import Registers, place_index
from gateway.enedis.rejected_values import RejectionReason
from gateway.enedis.wire import IndexSeries


def make_series(
    calendars: list[dict[str, Any]], total: list[dict[str, Any]] | None = None, business: str = "CONS"
) -> Any:
    series: dict[str, Any] = {
        "grandeurMetier": business,
        "grandeurPhysique": "EA",
        "unite": "Wh",
        "calendrier": calendars,
    }
    if total is not None:
        series["cadranTotalisateur"] = {"codeCadran": "00", "valeur": total}
    return IndexSeries.model_validate_json(json.dumps(series))


def place_series(*series: IndexSeries) -> dict[date, Registers]:
    return place_index(series, date(2026, 11, 1), date(2026, 11, 9)).days


def make_calendar(**classes: int | None) -> dict[str, Any]:
    return {
        "classeTemporelle": [
            {"idClasseTemporelle": name, "valeur": [{"d": "2026-11-02", "v": value}]} for name, value in classes.items()
        ]
    }


DAY = date(2026, 11, 2)


def test_registers_are_named_as_buckets() -> None:
    assert place_series(make_series([make_calendar(HP=700, HC=300)], [{"d": "2026-11-02", "v": 1000}])) == {
        DAY: {"hp": 700, "hc": 300, "total": 1000}
    }
    tempo = make_calendar(HCJB=1, HPJB=2, HCJW=3, HPJW=4, HCJR=5, HPJR=6)
    assert place_series(make_series([tempo])) == {
        DAY: {"blue_hc": 1, "blue_hp": 2, "white_hc": 3, "white_hp": 4, "red_hc": 5, "red_hp": 6, "total": 21}
    }
    assert place_series(make_series([make_calendar(BASE=9)])) == {DAY: {"base": 9, "total": 9}}


def test_a_calendar_of_unknown_classes_is_passed_over_and_another_one_counts() -> None:
    """The distributor's four seasonal classes stand beside the supplier's two."""
    distributor = make_calendar(HPH=1, HCH=2, HPB=3, HCB=4)
    assert place_series(make_series([distributor, make_calendar(HP=7, HC=3)])) == {DAY: {"hp": 7, "hc": 3, "total": 10}}
    assert place_series(make_series([distributor], [{"d": "2026-11-02", "v": 10}])) == {DAY: {"total": 10}}


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ({"idCalendrier": "FC000016"}, {"idCalendrier": "DI000003"}),
        ({"libelleCalendrier": "Calendrier du fournisseur"}, {"libelleCalendrier": "Calendrier du distributeur"}),
        ({}, {"libelleCalendrier": "Distributeur"}),
    ],
)
def test_the_suppliers_calendar_wins_over_the_distributors(ours: dict[str, str], theirs: dict[str, str]) -> None:
    supplier, distributor = make_calendar(BASE=10) | ours, make_calendar(HP=6, HC=4) | theirs
    for calendars in ([supplier, distributor], [distributor, supplier]):
        assert place_series(make_series(calendars)) == {DAY: {"base": 10, "total": 10}}


@pytest.mark.parametrize("classes", [{"WE": 3, "HPSEM": 4, "HCSEM": 5}, {"P1": 6, "P2": 6}, {"P1": 12}])
def test_registers_of_unknown_names_still_give_the_total(classes: dict[str, int]) -> None:
    assert place_series(make_series([make_calendar(**classes)])) == {DAY: {"total": 12}}


def test_what_is_absent_negative_undated_or_of_another_day_is_left_out() -> None:
    assert place_series(make_series([make_calendar(HP=None, HC=-3)])) == {}
    assert place_series(make_series([], [{"d": "soon", "v": 10}])) == {}
    assert place_series(make_series([], [{"d": "2026-12-02", "v": 10}])) == {}
    assert place_series() == {}
    found = place_index(
        [make_series([], [{"d": "soon", "v": 10}, {"d": "2026-11-02", "v": -1}])], DAY, date(2026, 11, 9)
    )
    assert found.refused.counts == {RejectionReason.STAMP: 1, RejectionReason.IMPLAUSIBLE: 1}
