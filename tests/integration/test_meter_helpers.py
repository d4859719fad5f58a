"""What goes by a meter's prices: a cheapest window and the cost of an appliance, added and changed in their forms."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from conftest import MoveTo, SetUp
from homeassistant.components.recorder.models import StatisticMeanType
from homeassistant.components.recorder.statistics import async_import_statistics
from homeassistant.config_entries import SOURCE_USER, ConfigSubentry
from homeassistant.core import HomeAssistant, State
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er
from paris_home import World, parse_paris
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.recorder.common import async_wait_recording_done
from scripted_gateway import PERIODS, POINT_ID, ScriptedGateway

from custom_components.my_electrical_data.api.figures import Period
from custom_components.my_electrical_data.appliance import Use, find_price, split_uses
from custom_components.my_electrical_data.const import APPLIANCE, CHEAPEST_WINDOW, DOMAIN
from custom_components.my_electrical_data.window import Span, find_cheapest, find_cheapest_parts

PEAK, OFF_PEAK = 0.2065, 0.1579
WASHER = "sensor.washer_energy"
HOUR = timedelta(hours=1)
WINDOW = {
    "name": "Washing machine",
    "meter": POINT_ID,
    "duration": {"hours": 3, "minutes": 0, "seconds": 0},
    "continuous": True,
    "after": "00:00:00",
    "before": "00:00:00",
}


async def add(hass: HomeAssistant, entry: MockConfigEntry, kind: str, answers: dict[str, Any]) -> Any:
    """Add a helper in its form; the last step."""
    flows = hass.config_entries.subentries
    step = await flows.async_init((entry.entry_id, kind), context={"source": SOURCE_USER})
    assert step["type"] is FlowResultType.FORM
    step = await flows.async_configure(step["flow_id"], answers)
    await hass.async_block_till_done(wait_background_tasks=True)
    return step


def find_subentry(entry: MockConfigEntry, kind: str) -> ConfigSubentry:
    found: list[ConfigSubentry] = [*entry.get_subentries_of_type(kind)]
    (subentry,) = found
    return subentry


def get_state(hass: HomeAssistant, entry: MockConfigEntry, kind: str, key: str) -> State:
    """Return the state of a helper's entity."""
    domain = "binary_sensor" if key == "window_on" else "sensor"
    unique_id = f"{find_subentry(entry, kind).subentry_id}_{key}"
    entity_id = er.async_get(hass).async_get_entity_id(domain, DOMAIN, unique_id)
    assert entity_id
    state = hass.states.get(entity_id)
    assert state
    return state


# A cheapest window


async def test_the_next_cheapest_window(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo
) -> None:
    """It starts and ends on its own, and the one of the next day follows it."""
    World(slots=(("01:28", "06:58"), ("13:28", "15:58"))).script_gateway(gateway)
    entry = await set_up()
    step = await add(hass, entry, CHEAPEST_WINDOW, WINDOW)
    assert (step["type"], step["title"]) == (FlowResultType.CREATE_ENTRY, "Washing machine")
    start = get_state(hass, entry, CHEAPEST_WINDOW, "window_start")
    assert start.entity_id == "sensor.washing_machine_start"
    # 23 November, 11:05: that of today is over
    assert start.state == parse_paris("2026-11-24T01:28").isoformat()
    assert start.attributes["end"] == parse_paris("2026-11-24T04:28").isoformat()
    assert start.attributes["certain"] is True
    assert [part["bucket"] for part in start.attributes["parts"]] == ["hc"]
    assert float(get_state(hass, entry, CHEAPEST_WINDOW, "window_price").state) == OFF_PEAK
    asked = len(gateway.list_requests(PERIODS))
    assert get_state(hass, entry, CHEAPEST_WINDOW, "window_on").state == "off"
    await move_to(parse_paris("2026-11-24T01:28:01").isoformat())
    assert get_state(hass, entry, CHEAPEST_WINDOW, "window_on").state == "on"
    await move_to(parse_paris("2026-11-24T04:28:01").isoformat())
    assert get_state(hass, entry, CHEAPEST_WINDOW, "window_on").state == "off"
    assert get_state(hass, entry, CHEAPEST_WINDOW, "window_start").state == parse_paris("2026-11-25T01:28").isoformat()
    assert len(gateway.list_requests(PERIODS)) <= asked + 6, "nothing is asked for it"


async def test_a_window_in_parts_between_two_times(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp
) -> None:
    World(slots=(("12:00", "14:00"), ("22:30", "00:30"))).script_gateway(gateway)
    entry = await set_up()
    parts = {"continuous": False, "after": "11:30:00", "before": "23:30:00"}
    await add(hass, entry, CHEAPEST_WINDOW, WINDOW | parts)
    start = get_state(hass, entry, CHEAPEST_WINDOW, "window_start")
    assert [(part["start"], part["end"]) for part in start.attributes["parts"]] == [
        (parse_paris("2026-11-23T12:00").isoformat(), parse_paris("2026-11-23T14:00").isoformat()),
        (parse_paris("2026-11-23T22:30").isoformat(), parse_paris("2026-11-23T23:30").isoformat()),
    ]
    assert start.attributes["price"] == OFF_PEAK


async def test_a_window_that_nobody_knows_yet(hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp) -> None:
    """Tomorrow's colour is not announced: neither is the price of its hours."""
    unknown = {date(2026, 11, 24): "unknown", date(2026, 11, 25): "unknown"}
    World(colors=unknown, on_tempo=True).script_gateway(gateway)
    entry = await set_up()
    await add(hass, entry, CHEAPEST_WINDOW, WINDOW | {"after": "10:00:00", "before": "20:00:00"})
    assert get_state(hass, entry, CHEAPEST_WINDOW, "window_start").state != "unknown"
    flows = hass.config_entries.subentries
    step = await flows.async_init(
        (entry.entry_id, CHEAPEST_WINDOW),
        context={"source": "reconfigure", "subentry_id": find_subentry(entry, CHEAPEST_WINDOW).subentry_id},
    )
    step = await flows.async_configure(step["flow_id"], WINDOW | {"after": "07:00:00", "before": "10:00:00"})
    assert step["reason"] == "reconfigure_successful"
    await hass.async_block_till_done(wait_background_tasks=True)
    assert get_state(hass, entry, CHEAPEST_WINDOW, "window_start").state == "unknown"
    assert get_state(hass, entry, CHEAPEST_WINDOW, "window_on").state == "unknown"


async def test_a_window_that_does_not_fit(hass: HomeAssistant, set_up: SetUp) -> None:
    entry = await set_up()
    short = WINDOW | {"after": "22:00:00", "before": "00:30:00"}
    step = await add(hass, entry, CHEAPEST_WINDOW, short)
    assert step["errors"] == {"duration": "window_too_long"}


async def test_without_a_meter_there_is_nothing_to_go_by(
    hass: HomeAssistant, entry: MockConfigEntry, set_up: SetUp
) -> None:
    await set_up()
    meter = next(iter(entry.subentries))
    hass.config_entries.async_remove_subentry(entry, meter)
    await hass.async_block_till_done(wait_background_tasks=True)
    flows = hass.config_entries.subentries
    step = await flows.async_init((entry.entry_id, APPLIANCE), context={"source": SOURCE_USER})
    assert (step["type"], step["reason"]) == (FlowResultType.ABORT, "no_meter")


NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_parts_are_never_dearer_than_one_piece() -> None:
    for seed in range(300):
        check_parts(Random(seed))


def check_parts(random: Random) -> None:
    prices = [(random.randint(1, 8), random.choice([None, 0.1, 0.2, 0.3])) for _ in range(random.randint(1, 8))]
    quarters = random.randint(1, 12)
    spans: list[Span] = []
    start = NOON
    for length, price in prices:
        end = start + length * HOUR / 4
        spans.append(Span(start, end, price, ""))
        start = end
    span = quarters * HOUR / 4
    whole = find_cheapest(spans, span, earliest=NOON, latest=start)
    parts = find_cheapest_parts(spans, span, earliest=NOON, latest=start)
    known = sum((each.end - each.start for each in spans if each.value is not None), timedelta(0))
    assert (parts is None) == (known < span)
    if parts:
        assert sum((part.end - part.start for part in parts.parts), timedelta(0)) == span
        assert all(before.end <= after.start for before, after in pairwise(parts.parts))
    if whole:
        assert parts
        assert parts.mean <= whole.mean + 1e-9


# The cost of an appliance


def hours_between(start: datetime, end: datetime) -> Iterator[datetime]:
    while start < end:
        yield start
        start += HOUR


async def count_up(hass: HomeAssistant, start: datetime, end: datetime, watt_hours: float = 500) -> None:
    """Have the recorder know that the washer used the same in each hour."""
    hass.states.async_set(
        WASHER, "1", {"device_class": "energy", "state_class": "total_increasing", "unit_of_measurement": "Wh"}
    )
    metadata: Any = {
        "statistic_id": WASHER,
        "source": "recorder",
        "name": None,
        "unit_of_measurement": "Wh",
        "unit_class": "energy",
        "mean_type": StatisticMeanType.NONE,
        "has_sum": True,
    }
    first = start - HOUR
    rows: list[Any] = [
        {"start": hour, "sum": watt_hours * number, "state": watt_hours * number}
        for number, hour in enumerate(hours_between(first, end))
    ]
    async_import_statistics(hass, metadata, rows)
    await async_wait_recording_done(hass)


APPLIANCE_FORM = {"name": "Washer", "meter": POINT_ID, "source": WASHER}


@pytest.mark.parametrize(
    ("moment", "first", "peak", "off_peak"),
    [
        # 25 hours on Sunday 25 October: from midnight to 22:00 are 23 of them, 6 hours of night more than once a day
        ("2026-10-25T23:30", "2026-10-25T00:00", 16, 8),
        # 23 hours on Sunday 29 March
        ("2026-03-29T23:30", "2026-03-29T00:00", 16, 6),
    ],
)
async def test_what_an_appliance_costs_on_days_of_25_and_23_hours(
    hass: HomeAssistant,
    gateway: ScriptedGateway,
    set_up: SetUp,
    move_to: MoveTo,
    moment: str,
    first: str,
    peak: int,
    off_peak: int,
) -> None:
    """Half a kWh in each hour; 22:00 to 06:00 are off-peak hours, and the running hour is not counted."""
    await move_to(parse_paris(moment).isoformat())
    World().script_gateway(gateway)
    last_hour = parse_paris(moment).replace(minute=0)
    await count_up(hass, parse_paris(first) - 24 * HOUR, last_hour)
    entry = await set_up()
    step = await add(hass, entry, APPLIANCE, APPLIANCE_FORM)
    assert step["type"] is FlowResultType.CREATE_ENTRY
    day = get_state(hass, entry, APPLIANCE, "appliance_day_cost")
    assert day.entity_id == "sensor.washer_cost_today"
    assert day.attributes["energy"] == (peak + off_peak) / 2
    assert float(day.state) == pytest.approx((peak * PEAK + off_peak * OFF_PEAK) / 2)
    assert day.attributes["start"] == first[:10]
    month = get_state(hass, entry, APPLIANCE, "appliance_month_cost")
    assert float(month.state) > float(day.state)
    assert month.attributes["known_since"] == (parse_paris(first) - 25 * HOUR).isoformat()


async def test_an_appliance_is_dearer_on_a_red_day_and_each_hour_adds(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo
) -> None:
    World().script_gateway(gateway)
    await count_up(hass, parse_paris("2026-11-23T00:00"), parse_paris("2026-11-23T11:00"), 1000)
    entry = await set_up()
    await add(hass, entry, APPLIANCE, APPLIANCE_FORM)
    assert float(get_state(hass, entry, APPLIANCE, "appliance_week_cost").state) == pytest.approx(
        6 * OFF_PEAK + 5 * PEAK
    )
    await count_up(hass, parse_paris("2026-11-23T00:00"), parse_paris("2026-11-23T12:00"), 1000)
    await move_to(parse_paris("2026-11-23T12:01:10").isoformat())
    assert float(get_state(hass, entry, APPLIANCE, "appliance_day_cost").state) == pytest.approx(
        6 * OFF_PEAK + 6 * PEAK
    )


async def test_energy_whose_price_is_not_known_leaves_the_cost_unknown(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp
) -> None:
    World(colors={date(2026, 11, 23): "unknown"}, on_tempo=True).script_gateway(gateway)
    await count_up(hass, parse_paris("2026-11-23T00:00"), parse_paris("2026-11-23T11:00"), 1000)
    entry = await set_up()
    await add(hass, entry, APPLIANCE, APPLIANCE_FORM)
    day = get_state(hass, entry, APPLIANCE, "appliance_day_cost")
    assert (day.state, day.attributes["energy_without_price"], day.attributes["energy"]) == ("unknown", 5, 11)


async def test_an_appliance_of_which_nothing_is_known(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp
) -> None:
    World().script_gateway(gateway)
    entry = await set_up()
    hass.states.async_set(WASHER, "1", {"device_class": "energy", "state_class": "total_increasing"})
    await add(hass, entry, APPLIANCE, APPLIANCE_FORM)
    assert get_state(hass, entry, APPLIANCE, "appliance_day_cost").state == "unknown"


async def test_a_sensor_without_statistics_is_refused(hass: HomeAssistant, set_up: SetUp) -> None:
    entry = await set_up()
    hass.states.async_set(WASHER, "1", {"device_class": "energy"})
    step = await add(hass, entry, APPLIANCE, APPLIANCE_FORM)
    assert step["errors"] == {"source": "not_summed"}


def build_period(start: str, end: str, price: float | None) -> Period:
    return Period(
        start=parse_paris(start),
        end=parse_paris(end),
        bucket="hp",
        off_peak=False,
        price=price,
        certain=True,
        expected=False,
        expected_reason=None,
    )


def test_an_hour_in_which_the_price_changes_is_split_by_its_five_minutes() -> None:
    """Off-peak hours begin at 01:28. Where the five minutes are gone, the hour costs the mean of its two prices."""
    periods = [
        build_period("2026-11-23T00:00", "2026-11-23T01:28", 0.3),
        build_period("2026-11-23T01:28", "2026-11-23T07:00", 0.1),
    ]
    hour = Use(parse_paris("2026-11-23T01:00"), parse_paris("2026-11-23T02:00"), 1.2)
    fine = [
        Use(hour.start + number * HOUR / 12, hour.start + (number + 1) * HOUR / 12, kwh)
        for number, kwh in enumerate([0.0] * 6 + [0.2] * 6)
    ]
    assert find_price(hour, periods) == pytest.approx((28 * 0.3 + 32 * 0.1) / 60)
    split = split_uses([hour], fine, periods)
    assert len(split) == 12
    cost = sum(use.kwh * price for use in split if (price := find_price(use, periods)) is not None)
    assert cost == pytest.approx(1.2 * 0.1), "all of it was used after 01:30"
    assert split_uses([hour], fine[1:], periods) == [hour]
    whole = Use(parse_paris("2026-11-23T03:00"), parse_paris("2026-11-23T04:00"), 1)
    assert split_uses([whole], fine, periods) == [whole]
    assert find_price(Use(parse_paris("2026-11-23T06:30"), parse_paris("2026-11-23T07:30"), 1), periods) is None
