"""The index as the simulator and the documentation write it, by day and bucket."""

import json
from datetime import date
from typing import Any

from gateway.enedis.registers import place_index
from gateway.enedis.wire import IndexMeasure


def answer(
    calendars: list[dict[str, Any]], total: list[dict[str, Any]] | None = None, business: str = "CONS", **more: str
) -> Any:
    series: dict[str, Any] = {"grandeurMetier": business, "grandeurPhysique": "EA", "calendrier": calendars, **more}
    if total is not None:
        series["cadranTotalisateur"] = {"codeCadran": "00", "valeur": total}
    return IndexMeasure.model_validate_json(json.dumps({"contexte": [{"grandeur": [series]}]}))


def calendar(**classes: int | None) -> dict[str, Any]:
    return {
        "classeTemporelle": [
            {"idClasseTemporelle": name, "valeur": [{"d": "2026-11-02", "v": value}]} for name, value in classes.items()
        ]
    }


DAY = date(2026, 11, 2)


def test_registers_are_named_as_buckets() -> None:
    assert place_index(answer([calendar(HP=700, HC=300)], [{"d": "2026-11-02", "v": 1000}]), "CONS") == {
        DAY: {"hp": 700, "hc": 300, "total": 1000}
    }
    tempo = calendar(HCJB=1, HPJB=2, HCJW=3, HPJW=4, HCJR=5, HPJR=6)
    assert place_index(answer([tempo]), "CONS") == {
        DAY: {"blue_hc": 1, "blue_hp": 2, "white_hc": 3, "white_hp": 4, "red_hc": 5, "red_hp": 6}
    }
    assert place_index(answer([calendar(BASE=9)]), "CONS") == {DAY: {"base": 9}}


def test_a_calendar_of_unknown_classes_is_passed_over_and_another_one_counts() -> None:
    """The distributor's four seasonal classes stand beside the supplier's two."""
    distributor = calendar(HPH=1, HCH=2, HPB=3, HCB=4)
    assert place_index(answer([distributor, calendar(HP=7, HC=3)]), "CONS") == {DAY: {"hp": 7, "hc": 3}}
    assert place_index(answer([distributor], [{"d": "2026-11-02", "v": 10}]), "CONS") == {DAY: {"total": 10}}


def test_what_is_absent_negative_undated_or_of_another_quantity_is_left_out() -> None:
    assert place_index(answer([calendar(HP=None, HC=-3)]), "CONS") == {}
    assert place_index(answer([], [{"d": "soon", "v": 10}]), "CONS") == {}
    assert place_index(answer([calendar(BASE=9)], business="PROD"), "CONS") == {}
    assert place_index(IndexMeasure.model_validate({}), "CONS") == {}


def test_registers_in_another_unit_are_unknown() -> None:
    assert place_index(answer([calendar(BASE=9)], unite="Wh"), "CONS") == {DAY: {"base": 9}}
    assert place_index(answer([calendar(BASE=9)], unite="kWh"), "CONS") == {}
