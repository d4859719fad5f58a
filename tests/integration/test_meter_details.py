"""The sensors of a meter that few people need: disabled until somebody enables them."""

from typing import Any

import pytest
from conftest import MoveTo, SetUp
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er
from pages import reload_entry
from paris_home import World, make_red_days, parse_paris
from pytest_homeassistant_custom_component.common import MockConfigEntry
from scripted_gateway import (
    COMPARISON,
    INSTANCE_ID,
    MAX_POWER,
    PING,
    POINT_ID,
    POINTS,
    QUOTA,
    TEMPO,
    TOTALS,
    ScriptedGateway,
    answer_text,
)

from custom_components.my_electrical_data.const import CONF_FORECAST, DOMAIN, OPTIONS

TARIFFS = "/v1/tariffs"


async def enable(hass: HomeAssistant, entry: MockConfigEntry, *unique_ids: str) -> None:
    """Enable entities, as a person does on their page."""
    registry = er.async_get(hass)
    for entity in er.async_entries_for_config_entry(registry, entry.entry_id):
        if entity.unique_id in unique_ids:
            assert entity.disabled_by is er.RegistryEntryDisabler.INTEGRATION, entity.entity_id
            registry.async_update_entity(entity.entity_id, disabled_by=None)
    await reload_entry(hass, entry)


def get_entity_state(hass: HomeAssistant, unique_id: str, domain: str = "sensor") -> State:
    entity_id = er.async_get(hass).async_get_entity_id(domain, DOMAIN, unique_id)
    assert entity_id
    state = hass.states.get(entity_id)
    assert state, entity_id
    return state


def of_meter(*keys: str) -> list[str]:
    return [f"{POINT_ID}_{key}" for key in keys]


async def test_the_last_day_by_bucket(hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp) -> None:
    entry = await set_up()
    await enable(hass, entry, *of_meter("last_day_energy_hp", "last_day_energy_hc", "last_day_cost_hc"))
    energy = get_entity_state(hass, f"{POINT_ID}_last_day_energy_hp")
    assert (energy.state, energy.attributes["date"]) == ("14.0736", "2026-11-22")
    assert energy.entity_id == "sensor.maison_last_day_kwh_peak"
    assert get_entity_state(hass, f"{POINT_ID}_last_day_energy_hc").state == "9.3824"
    assert get_entity_state(hass, f"{POINT_ID}_last_day_cost_hc").state == "1.481481"


async def test_a_last_day_without_a_price_has_no_cost(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp
) -> None:
    gateway.answers[TOTALS]["day"]["last"] |= {"cost_complete": False}
    entry = await set_up()
    await enable(hass, entry, *of_meter("last_day_cost_hp"))
    assert get_entity_state(hass, f"{POINT_ID}_last_day_cost_hp").state == "unknown"


@pytest.mark.parametrize(("option", "buckets"), OPTIONS.items())
async def test_a_meter_has_the_buckets_of_its_option_only(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, option: str, buckets: list[str]
) -> None:
    gateway.answers[POINTS]["items"][0]["tariffs"][0]["option"] = option
    entry = await set_up()
    entities = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    priced = [entity.unique_id for entity in entities if entity.unique_id.startswith(f"{POINT_ID}_price_")]
    assert priced == of_meter(*(f"price_{bucket}" for bucket in buckets))


async def test_the_price_of_each_colour(hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp) -> None:
    """In summer, too, when no red day is near: these are not the prices of the coming days."""
    gateway.answers[POINTS]["items"][0]["tariffs"][0]["option"] = "tempo"
    gateway.answers[TARIFFS] = {"items": [{"eur_per_kwh": {"blue_hp": 0.1654, "blue_hc": 0.1356, "red_hp": 0.6468}}]}
    entry = await set_up()
    assert not gateway.list_requests(TARIFFS), "nobody looks at them"
    await enable(hass, entry, *of_meter("price_blue_hc", "price_red_hp", "price_red_hc"))
    assert get_entity_state(hass, f"{POINT_ID}_price_red_hp").state == "0.6468"
    assert get_entity_state(hass, f"{POINT_ID}_price_blue_hc").state == "0.1356"
    assert get_entity_state(hass, f"{POINT_ID}_price_red_hc").state == "unknown"
    (asked,) = gateway.list_requests(TARIFFS)
    assert dict(asked.query) == {"option": "tempo", "power": "9"}


async def test_prices_of_ones_own(hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp) -> None:
    own = [{"bucket": "hp", "eur_per_kwh": 0.21}, {"bucket": "hc", "eur_per_kwh": 0.11}]
    gateway.answers[POINTS]["items"][0]["tariffs"][0]["prices"] = own
    entry = await set_up()
    await enable(hass, entry, *of_meter("price_hp", "price_hc"))
    assert [get_entity_state(hass, f"{POINT_ID}_price_{bucket}").state for bucket in ("hp", "hc")] == ["0.21", "0.11"]


def build_comparison(bills: dict[str, float | None], lowest: str | None) -> dict[str, Any]:
    least = None if lowest is None else bills[lowest]
    costs: dict[str, Any] = {
        option: {
            "energy": bill,
            "subscription": 0,
            "total": bill,
            "known": 1.0 if bill else 0.0,
            "buckets": {},
            "red_gain": None,
            "above_lowest": None if bill is None or least is None else bill - least,
        }
        for option, bill in bills.items()
    }
    return {
        "items": [],
        "total": costs,
        "total_months": 7,
        "lowest": lowest,
        "offers": [{"id": "week-end", "supplier": "Example", "name": "Week-end", "prices_outdated": None}],
        "open_to_new": {},
        "power_kva": 9,
        "highest_va": None,
        "highest_known": 0.0,
        "lowest_power_kva": None,
        "lower_powers": [],
        "prices_outdated": None,
        "next_change": "2026-11-24T11:00:00Z",
    }


@pytest.mark.parametrize(
    ("bills", "lowest", "state", "saving", "offer"),
    [
        ({"base": 500.0, "hp_hc": 480.0, "tempo": 410.5, "own": 480.0}, "tempo", "tempo", 69.5, None),
        ({"base": 500.0, "hp_hc": 480.0, "tempo": None, "own": 480.0}, "own", "own", 0, None),
        ({"base": 500.0, "hp_hc": 480.0, "tempo": 410.5, "own": 480.0}, "own", "own", 0, None),
        ({"base": 500.0, "hp_hc": 480.0, "tempo": None, "own": None}, "hp_hc", "hp_hc", None, None),
        ({"base": 500.0, "own": 480.0, "week-end": 450.25}, "week-end", "offer", 29.75, "Week-end"),
        ({"base": None, "hp_hc": None, "tempo": None, "own": None}, None, "unknown", None, None),
    ],
)
async def test_the_cheapest_option_is_the_one_that_the_gateway_names(
    hass: HomeAssistant,
    gateway: ScriptedGateway,
    set_up: SetUp,
    bills: dict[str, float | None],
    lowest: str | None,
    state: str,
    saving: float | None,
    offer: str | None,
) -> None:
    gateway.answers[COMPARISON] = build_comparison(bills, lowest)
    entry = await set_up()
    assert not gateway.list_requests(COMPARISON), "nobody looks at it"
    await enable(hass, entry, *of_meter("cheapest_option"))
    shown = get_entity_state(hass, f"{POINT_ID}_cheapest_option")
    assert (shown.state, shown.attributes["saving"], shown.attributes["months"]) == (state, saving, 7)
    assert shown.attributes["offer"] == offer


async def test_the_comparison_is_requested_again_when_it_can_have_changed(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo
) -> None:
    compared = build_comparison({"base": 500.0, "own": 480.0}, "own")
    gateway.answers[COMPARISON] = compared | {"next_change": "2026-11-23T11:35:00Z"}
    await enable(hass, await set_up(), *of_meter("cheapest_option"))
    await move_to("2026-11-23T10:06:00+00:00")
    before = len(gateway.list_requests(COMPARISON))
    await move_to("2026-11-23T11:34:00+00:00")
    assert len(gateway.list_requests(COMPARISON)) == before
    await move_to("2026-11-23T11:37:00+00:00")
    assert len(gateway.list_requests(COMPARISON)) == before + 1


async def test_when_each_feed_was_retrieved(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo
) -> None:
    """Also when nothing changed, and when the gateway is silent since."""
    entry = await set_up()
    tempo = f"{INSTANCE_ID}_grid_tempo_retrieved"
    await enable(hass, entry, tempo, *of_meter("daily_retrieved", "hours_retrieved"))
    assert get_entity_state(hass, tempo).state == "2026-11-23T10:05:00+00:00"
    gateway.answers[TEMPO]["next_change"] = "2026-11-23T10:40:00Z"
    await move_to("2026-11-23T16:06:00+00:00")
    assert get_entity_state(hass, tempo).state == "2026-11-23T16:06:00+00:00"
    for path in (PING, TEMPO):
        gateway.answers[path] = answer_text(502, "")
    await move_to("2026-11-23T23:06:00+00:00")
    assert get_entity_state(hass, tempo).state == "2026-11-23T16:06:00+00:00"
    assert get_entity_state(hass, f"{POINT_ID}_hours_retrieved").state.startswith("2026-11-23")


async def test_every_feed_tells_when_it_was_retrieved(
    hass: HomeAssistant, gateway: ScriptedGateway, entry: MockConfigEntry, set_up: SetUp
) -> None:
    """Unknown for those that nothing needs; to show when does not request them."""
    entry.add_to_hass(hass)
    hass.config_entries.async_update_entry(entry, options={CONF_FORECAST: True})
    await set_up()
    grid = [f"{INSTANCE_ID}_grid_{feed}_retrieved" for feed in ("tempo", "tempo_days", "tempo_forecast", "ecowatt")]
    always = [f"{INSTANCE_ID}_usage_points_retrieved", *grid, *of_meter("daily_retrieved", "hours_retrieved")]
    on_demand = [f"{INSTANCE_ID}_quota_retrieved", *of_meter("max_power_retrieved", "prices_retrieved")]
    compared = f"{POINT_ID}_comparison_retrieved"
    await enable(hass, entry, *always, *on_demand, compared)
    assert {name: get_entity_state(hass, name).state for name in (*always, *on_demand, compared)} == {
        **dict.fromkeys(always, "2026-11-23T10:05:00+00:00"),
        **dict.fromkeys((*on_demand, compared), "unknown"),
    }
    assert not [path for path in (QUOTA, MAX_POWER, TARIFFS, COMPARISON) if gateway.list_requests(path)]
    gateway.answers[COMPARISON] = build_comparison({"base": 500.0, "own": 480.0}, "own")
    await enable(hass, entry, *of_meter("cheapest_option"))
    assert get_entity_state(hass, compared).state == "2026-11-23T10:05:00+00:00"


async def test_the_rates_of_today_and_tomorrow(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo
) -> None:
    """They are told once, and again when they change: at midnight, or when a colour becomes known."""
    await move_to(parse_paris("2026-10-24T20:00").isoformat())
    World(colors=dict(make_red_days("2026-10-26")), slots=(("01:28", "07:28"),)).script_gateway(gateway)
    entry = await set_up()
    await enable(hass, entry, *of_meter("today_rates", "tomorrow_rates"))
    today, tomorrow = (get_entity_state(hass, f"{POINT_ID}_{day}_rates", "event") for day in ("today", "tomorrow"))
    assert today.attributes["date"] == "2026-10-24"
    assert [rate["start"][11:16] for rate in today.attributes["rates"]] == ["00:00", "01:28", "07:28"]
    # 25 hours
    rates = tomorrow.attributes["rates"]
    first, last = rates[0]["start"], rates[-1]["end"]
    assert (first, last) == ("2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00")
    assert [rate["price"] for rate in rates] == [0.2065, 0.1579, 0.2065]
    assert {rate["certain"] for rate in rates} == {True}
    await move_to(parse_paris("2026-10-24T21:00").isoformat())
    assert get_entity_state(hass, f"{POINT_ID}_today_rates", "event").state == today.state, "nothing new"
    await move_to(parse_paris("2026-10-25T00:00:01").isoformat())
    assert get_entity_state(hass, f"{POINT_ID}_today_rates", "event").attributes["rates"] == rates
