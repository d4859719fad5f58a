"""Hours without a price, or without a reading of production: they are unknown, and never 0 € or 0 kWh."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from conftest import MoveTo, SetUp
from homeassistant.core import HomeAssistant
from recorded import COST, TOMORROW, load_changes, state_of
from scripted_gateway import HOURS, POINT_ID, ScriptedGateway, load_body

from custom_components.my_electrical_data import statistics
from custom_components.my_electrical_data.const import DOMAIN

FIRST = datetime(2026, 11, 22, 20, tzinfo=UTC)
COST_PEAK, COST_OFF_PEAK = f"{COST}_hp", f"{COST}_hc"
PRODUCTION, REVENUE = f"{DOMAIN}:{POINT_ID}_production", f"{DOMAIN}:{POINT_ID}_revenue"


def build_hours(euros: Iterable[float | None], **changes: Any) -> dict[str, Any]:
    """Return the gateway's hours from FIRST on, of 1 kWh each; None is an hour whose energy has no price."""
    costs = list(euros)
    sums = [round(sum(each or 0 for each in costs[: number + 1]), 6) for number in range(len(costs))]
    answer = state_of(FIRST, [1000] * len(costs), **changes)
    return answer | {"sum": {**answer["sum"], "cost": sums}, "unpriced": {"cost": [each is None for each in costs]}}


def at_hours(gains: dict[int, float]) -> dict[datetime, float]:
    return {FIRST + timedelta(hours=hour): gained for hour, gained in gains.items()}


def list_cursors(gateway: ScriptedGateway) -> list[str | None]:
    return [request.query.get("cursor") for request in gateway.list_requests(HOURS)]


async def test_an_hour_without_a_price_has_no_cost(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo
) -> None:
    """An hour that costs 0 € has a price, and says so."""
    gateway.hours = [build_hours([0.2, 0.2, None, None, 0.0, 0.2])]
    await set_up()
    expected = at_hours({0: 0.2, 1: 0.2, 4: 0.0, 5: 0.2})
    assert await load_changes(hass, COST) == expected
    newer = build_hours([0.2, 0.2, None, None, 0.0, 0.2, None], cursor="c2", changed_from="2026-11-22T21:00:00Z")
    gateway.hours.append(newer)
    await move_to(TOMORROW)
    assert await load_changes(hass, COST) == expected
    assert list_cursors(gateway) == [None, "c1"], "what is imported stays"


async def test_the_cost_of_a_price_that_goes_away_is_unknown_again(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo
) -> None:
    gateway.hours = [build_hours([0.2] * 6)]
    await set_up()
    gateway.hours.append(
        build_hours([0.2, 0.2, None, None, None, 0.2], cursor="c2", changed_from="2026-11-22T22:00:00Z")
    )
    await move_to(TOMORROW)
    assert await load_changes(hass, COST) == at_hours({0: 0.2, 1: 0.2, 5: 0.2})


async def test_a_price_that_comes_fills_its_hours(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo
) -> None:
    gateway.hours = [build_hours([0.2, 0.2, None, None])]
    await set_up()
    gateway.hours.append(build_hours([0.2] * 4, cursor="c2", changed_from="2026-11-22T22:00:00Z"))
    await move_to(TOMORROW)
    assert await load_changes(hass, COST) == at_hours(dict.fromkeys(range(4), 0.2))


async def test_a_bucket_whose_price_comes_pages_later_is_imported_once(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Off-peak hours have a price from the first page on, peak hours from the third."""
    monkeypatch.setattr(statistics, "PAGE_HOURS", 10)
    hours = build_hours([0.2 if number % 2 or number >= 25 else None for number in range(30)])
    off_peak = [0.2 * ((number + 1) // 2) for number in range(30)]
    hours["series"] += [{"key": "cost_hc", "unit": "EUR"}, {"key": "cost_hp", "unit": "EUR"}]
    hours["sum"] |= {
        "cost_hc": off_peak,
        "cost_hp": [total - known for total, known in zip(hours["sum"]["cost"], off_peak, strict=True)],
    }
    hours["unpriced"]["cost_hp"] = hours["unpriced"]["cost"]
    gateway.hours = [hours]
    await set_up()
    assert list_cursors(gateway) == [None, "c1+10", "c1+20"]
    peak = await load_changes(hass, COST_PEAK)
    assert {start: gained for start, gained in peak.items() if gained} == at_hours({26: 0.2, 28: 0.2})
    assert sum((await load_changes(hass, COST_OFF_PEAK)).values()) == pytest.approx(15 * 0.2)


async def test_flags_that_do_not_belong_to_the_hours_are_refused(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp
) -> None:
    gateway.answers[HOURS] = load_body("hours") | {"unpriced": {"cost": [True]}}
    await set_up()
    assert await load_changes(hass, f"{DOMAIN}:{POINT_ID}_consumption") == {}


def build_production(kwh: Iterable[float | None], **changes: Any) -> dict[str, Any]:
    """Return the gateway's hours from FIRST on, which fed in so much at 0.10 €; None is an hour without a reading."""
    gave = list(kwh)
    sums = [sum(each or 0 for each in gave[: number + 1]) for number in range(len(gave))]
    answer = state_of(FIRST, [1000] * len(gave), **changes)
    return answer | {
        "series": [*answer["series"], {"key": "production", "unit": "Wh"}, {"key": "revenue", "unit": "EUR"}],
        "sum": {**answer["sum"], "production": [each * 1000 for each in sums], "revenue": [each / 10 for each in sums]},
        "made_of": {
            "consumption": ["measured"] * len(gave),
            "production": ["unknown" if each is None else "measured" for each in gave],
        },
    }


async def test_an_hour_of_which_no_production_is_known_has_none(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo
) -> None:
    """At night the roof gives 0 kWh, and that is known."""
    gateway.hours = [build_production([2, 0, None, None])]
    await set_up()
    assert await load_changes(hass, PRODUCTION) == at_hours({0: 2, 1: 0})
    assert await load_changes(hass, REVENUE) == at_hours({0: 0.2, 1: 0})
    gateway.hours.append(
        build_production([2, 0, 3, None, 4], cursor="c2", changed_from="2026-11-22T22:00:00Z"),
    )
    await move_to(TOMORROW)
    assert await load_changes(hass, PRODUCTION) == at_hours({0: 2, 1: 0, 2: 3, 4: 4})
    assert list_cursors(gateway) == [None, "c1"], "what is imported stays"


async def test_production_that_is_not_known_any_more_is_taken_out(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo
) -> None:
    gateway.hours = [build_production([2, 1, 1])]
    await set_up()
    gateway.hours.append(build_production([2, None, 1], cursor="c2", changed_from="2026-11-22T21:00:00Z"))
    await move_to(TOMORROW)
    assert await load_changes(hass, PRODUCTION) == at_hours({0: 2, 2: 1})
