"""Euros of other programs: kept where the gateway has no price, in the hours to which they belong."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import pytest
from conftest import MoveTo, SetUp
from homeassistant.core import HomeAssistant
from other_programs import HOUR, OUR_FIRST_HOUR, OURS, Row, make_rows, take_over
from recorded import TOMORROW, load_changes, state_of
from scripted_gateway import NUMBER, ScriptedGateway

from custom_components.my_electrical_data import statistics

pytestmark = pytest.mark.usefixtures("energy")


async def import_with_euros(import_as_program: Any, hours: list[datetime]) -> None:
    """Write hours of HA Linky: 0.5 kWh and 0.125 € each."""
    await import_as_program(f"linky:{NUMBER}", "Wh", make_rows(hours[0], [500.0] * len(hours)))
    await import_as_program(f"linky:{NUMBER}_cost", "€", make_rows(hours[0], [0.125] * len(hours)))


def build_unpriced(priced: Iterable[float | None]) -> Row:
    """Return the gateway's hours from OUR_FIRST_HOUR on: 1 kWh each; None is an hour without a price."""
    euros = list(priced)
    cost = [round(sum(each or 0 for each in euros[: number + 1]), 6) for number in range(len(euros))]
    energy = [1000 * (number + 1) for number in range(len(euros))]
    return state_of(OUR_FIRST_HOUR, [1000] * len(euros)) | {"sum": {"consumption": energy, "cost": cost}}


async def test_euros_of_another_program_are_kept_until_the_first_price_here(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo, import_as_program: Any
) -> None:
    """Energy is ours from the first hour on, euros from the first day with a price; older prices may come later."""
    hours = [OUR_FIRST_HOUR + number * HOUR for number in range(-24, 48)]
    await import_with_euros(import_as_program, hours)
    # Paris' midnight is 23:00 UTC: three hours of the first day, and the whole second day, have no price here
    gateway.hours[:] = [build_unpriced([None] * 27 + [0.25] * 21)]
    await set_up()
    ours = await load_changes(hass, f"{OURS}_cost")
    assert ours == dict.fromkeys(hours[51:], 0.25), "energy without a price does not cost 0 €"
    await take_over(hass)
    energy = await load_changes(hass, f"{OURS}_consumption")
    assert [energy[hour] for hour in hours] == [0.5] * 24 + [1.0] * 48
    cost = await load_changes(hass, f"{OURS}_cost")
    assert [cost[hour] for hour in hours] == [0.125] * 51 + [0.25] * 21

    gateway.hours.append(build_unpriced([None] * 3 + [0.25] * 45) | {"cursor": "c2"})
    await move_to(TOMORROW)
    cost = await load_changes(hass, f"{OURS}_cost")
    assert [cost[hour] for hour in hours] == [0.125] * 27 + [0.25] * 45, "no hour counts twice"


async def test_euros_of_another_program_are_kept_while_there_is_no_price_here(
    hass: HomeAssistant,
    gateway: ScriptedGateway,
    set_up: SetUp,
    move_to: MoveTo,
    import_as_program: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Over several pages, and until a price comes."""
    monkeypatch.setattr(statistics, "PAGE_HOURS", 60)
    size = 100
    hours = [OUR_FIRST_HOUR + number * HOUR for number in range(-24, size)]
    await import_with_euros(import_as_program, hours)
    gateway.hours[:] = [build_unpriced([None] * size)]
    await set_up()
    assert await load_changes(hass, f"{OURS}_cost") == {}
    await take_over(hass)
    assert await load_changes(hass, f"{OURS}_cost") == dict.fromkeys(hours, 0.125)

    gateway.hours.append(build_unpriced([None] * 27 + [0.25] * (size - 27)) | {"cursor": "c2"})
    await move_to(TOMORROW)
    assert list((await load_changes(hass, f"{OURS}_cost")).values()) == [0.125] * 51 + [0.25] * (size - 27)


async def test_euros_of_another_program_are_kept_while_the_gateway_has_no_series_of_money(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo, import_as_program: Any
) -> None:
    hours = [OUR_FIRST_HOUR + number * HOUR for number in range(-24, 48)]
    await import_with_euros(import_as_program, hours)
    priceless = build_unpriced([None] * 48)
    priceless["series"] = [each for each in priceless["series"] if each["key"] == "consumption"]
    priceless["sum"] = {"consumption": priceless["sum"]["consumption"]}
    gateway.hours[:] = [priceless]
    await set_up()
    await take_over(hass)
    assert await load_changes(hass, f"{OURS}_cost") == dict.fromkeys(hours, 0.125)

    gateway.hours.append(build_unpriced([None] * 27 + [0.25] * 21) | {"cursor": "c2"})
    await move_to(TOMORROW)
    cost = await load_changes(hass, f"{OURS}_cost")
    assert [cost[hour] for hour in hours] == [0.125] * 51 + [0.25] * 21


async def test_euros_of_hours_between_two_pages_stay_in_their_hours(
    hass: HomeAssistant,
    gateway: ScriptedGateway,
    set_up: SetUp,
    import_as_program: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The gateway has no rows for five hours, which are the end of one page and the beginning of the next."""
    monkeypatch.setattr(statistics, "PAGE_HOURS", 20)
    hours = [OUR_FIRST_HOUR + number * HOUR for number in range(-24, 45)]
    await import_with_euros(import_as_program, hours)
    known = build_unpriced([None] * 45)
    del known["start"][20:25]
    for sums in known["sum"].values():
        del sums[20:25]
    gateway.hours[:] = [known]
    await set_up()
    await take_over(hass)
    assert await load_changes(hass, f"{OURS}_cost") == dict.fromkeys(hours, 0.125)
