"""Every entity as a person sees it, in both languages; which are there by default; what each is to Home Assistant."""

from collections.abc import Mapping
from typing import Any

import pytest
from conftest import MoveTo, SetUp
from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import SOURCE_REAUTH
from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.translation import async_get_translations
from pages import pick_fields, reload_entry
from paris_home import World, parse_paris
from pytest_homeassistant_custom_component.typing import (
    ClientSessionGenerator,
)
from scripted_gateway import (
    INSTANCE_ID,
    MAX_POWER,
    PERIODS,
    POINT_ID,
    POINTS,
    TEMPO,
    TEMPO_DAYS,
    TOTALS,
    ScriptedGateway,
    answer_problem,
)
from states import entity_id, get_entity, get_state, list_events
from syrupy.assertion import SnapshotAssertion

from custom_components.my_electrical_data.const import CONF_ALL_DAY, CONF_BUCKETS, DOMAIN

type Row = dict[str, Any]


@pytest.fixture
def all_entities_enabled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Enable entities that are disabled by default."""
    monkeypatch.setattr(Entity, "entity_registry_enabled_default", property(lambda _: True))


async def list_rows(hass: HomeAssistant, entry_id: str, language: str) -> Mapping[str, Row]:
    """Return what a person sees of each entity."""
    texts = await async_get_translations(hass, language, "entity", [DOMAIN])
    found = {}
    for known in er.async_entries_for_config_entry(er.async_get(hass), entry_id):
        state = hass.states.get(known.entity_id)
        assert state, known.entity_id
        path = f"component.{DOMAIN}.entity.{known.domain}.{known.translation_key}"
        key = known.unique_id.removeprefix(f"{INSTANCE_ID}_").removeprefix(f"{POINT_ID}_")
        found[f"{known.domain} {key}"] = {
            "name": state.attributes["friendly_name"],
            "shown": texts.get(f"{path}.state.{state.state}", state.state),
        }
    return dict(sorted(found.items()))


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_as_a_person_sees_them(
    hass: HomeAssistant, set_up: SetUp, all_entities_enabled: None, language: str, snapshot: SnapshotAssertion
) -> None:
    hass.config.language = language
    entry = await set_up()
    assert await list_rows(hass, entry.entry_id, language) == snapshot


async def test_as_home_assistant_sees_them(
    hass: HomeAssistant, set_up: SetUp, all_entities_enabled: None, snapshot: SnapshotAssertion
) -> None:
    entry = await set_up()
    found = {}
    for known in er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id):
        state = hass.states.get(known.entity_id)
        assert state
        by_chance = {"friendly_name", "access_token", "entity_picture"}
        attributes = {str(name): value for name, value in state.attributes.items() if name not in by_chance}
        found[known.entity_id] = {"state": state.state, "category": known.entity_category, **attributes}
    assert dict(sorted(found.items())) == snapshot


async def test_those_disabled_by_default(hass: HomeAssistant, set_up: SetUp, snapshot: SnapshotAssertion) -> None:
    entry = await set_up()
    known = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    assert sorted(one.unique_id.removeprefix(f"{POINT_ID}_") for one in known if one.disabled) == snapshot


async def test_what_a_meter_gives_is_shown_when_it_gives(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp
) -> None:
    gateway.answers[POINTS]["items"][0]["contract"]["produces"] = True
    gateway.answers[TOTALS]["month"]["running"] |= {"production": 43210.5, "revenue": 5.42}
    await set_up()
    assert (get_state(hass, "month_production"), get_state(hass, "month_revenue")) == ("43.2105", "5.42")


async def test_maximum_power_is_asked_for_only_when_it_is_shown(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp
) -> None:
    entry = await set_up()
    assert gateway.list_requests(MAX_POWER) == []
    registry = er.async_get(hass)
    registry.async_update_entity(entity_id(hass, "max_power_share"), disabled_by=None)
    await reload_entry(hass, entry)
    assert get_state(hass, "max_power_share") == "82.0"
    assert len(gateway.list_requests(MAX_POWER)) == 1


async def test_a_total_that_is_not_whole_is_not_shown(hass: HomeAssistant, set_up: SetUp) -> None:
    await set_up()
    assert get_state(hass, "year_energy_year_ago") == "unknown"
    assert get_entity(hass, "year_energy_year_ago").attributes["complete"] is False
    assert get_state(hass, "year_energy") == "4100.0", "the running one is what is known so far"


async def test_what_is_expected_is_not_said_to_be_certain(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp
) -> None:
    """The state stays unknown; the colour that the season usually leaves is told beside it, with its reason."""
    tempo = gateway.answers[TEMPO]
    tempo["tomorrow"] |= {
        "color": "unknown",
        "confirmed": False,
        "possible": ["blue", "white", "red"],
        "expected_color": "red",
        "expected_reason": "quota_left",
    }
    tempo["season"] |= {"certain_red": [], "expected_red": ["2026-11-24"]}
    await set_up()
    tomorrow = get_entity(hass, "tempo_tomorrow")
    assert tomorrow.state == "unknown"
    assert (tomorrow.attributes["expected_color"], tomorrow.attributes["expected_reason"]) == ("red", "quota_left")
    assert get_state(hass, "tempo_next_red_day") == "unknown"
    assert get_state(hass, "tempo_next_expected_red_day") == "24 Nov 2026"


async def test_a_meter_on_one_price_has_no_empty_calendar(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp
) -> None:
    tariff = {"valid_from": None, "option": "base", "power_kva": 6, "prices": "regulated"}
    gateway.answers[POINTS]["items"][0]["tariffs"] = [tariff]
    await set_up()
    names = {state.name for state in hass.states.async_all("calendar")}
    colors = {f"French grid Tempo {color} days" for color in ("blue", "white", "red")}
    assert names == {*colors, "French grid Ecowatt calendar"}


async def test_ids_are_the_same_in_every_language(hass: HomeAssistant, set_up: SetUp) -> None:
    entry = await set_up()
    registry = er.async_get(hass)
    english = {one.entity_id for one in er.async_entries_for_config_entry(registry, entry.entry_id)}
    assert "sensor.french_grid_tempo_today" in english
    await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    hass.config.language = "fr"
    entry = await set_up()
    french = {one.entity_id for one in er.async_entries_for_config_entry(registry, entry.entry_id)}
    assert french == english
    assert get_entity(hass, "tempo_today").name == "Réseau électrique Tempo aujourd’hui"


async def test_a_bill_is_energy_and_subscription(hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp) -> None:
    await set_up()
    bill = get_entity(hass, "month_cost")
    assert float(bill.state) == pytest.approx(74.847081 + 14.34)
    assert (bill.attributes["energy_cost"], bill.attributes["subscription"]) == (74.847081, 14.34)
    assert bill.name.endswith("Bill this month")


async def test_a_year_whose_beginning_is_still_to_come_is_not_shown(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp
) -> None:
    """On day one sixty days are known: neither energy nor bill may pass for those of the year."""
    gateway.answers[TOTALS] |= {"known_since": "2026-09-25", "history_complete": False}
    await set_up()
    for key in ("year_energy", "year_cost"):
        assert get_state(hass, key) == "unknown"
        assert get_entity(hass, key).attributes["known_since"] == "2026-09-25"
    assert get_state(hass, "month_energy") != "unknown", "it begins later"


async def test_a_meter_without_an_older_history_shows_its_year(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp
) -> None:
    gateway.answers[TOTALS] |= {"known_since": "2026-09-25", "history_complete": True}
    await set_up()
    assert get_state(hass, "year_energy") == "4100.0"


async def test_a_cost_that_leaves_energy_out_is_not_shown(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp
) -> None:
    for which in ("running", "running_year_ago"):
        gateway.answers[TOTALS]["month"][which] |= {"complete": which != "running", "cost_complete": False}
    await set_up()
    for key in ("month_cost", "month_cost_year_ago"):
        assert get_state(hass, key) == "unknown"
        assert get_entity(hass, key).attributes["complete"] is False
    assert get_state(hass, "month_energy") != "unknown"
    assert get_state(hass, "year_cost") != "unknown"


async def test_production_that_is_late_hides_no_consumption(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp
) -> None:
    gateway.answers[TOTALS]["day"]["last"] |= {"complete": False, "consumption_complete": True}
    await set_up()
    assert get_state(hass, "last_day_cost") != "unknown"


async def test_an_offer_of_ones_own(hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp) -> None:
    for item in gateway.answers[PERIODS]["items"]:
        item |= {"bucket": "weekend" if item["bucket"] == "hc" else "week", "off_peak": None}
    await set_up()
    assert (get_state(hass, "tariff_period"), get_state(hass, "next_tariff_period")) == ("week", "weekend")
    assert {"week", "weekend"} <= set(get_entity(hass, "tariff_period").attributes["options"])
    assert get_state(hass, "off_peak", "binary_sensor") == get_state(hass, "off_peak_hours") == "unknown"


async def test_off_peak_hours_that_will_change(hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp) -> None:
    notice = {"code": "off_peak_changes", "since": "2026-10-02T23:00:00Z", "until": None, "date": "2026-12-01"}
    gateway.answers[POINTS]["items"][0]["notices"] = [notice, notice | {"date": "2026-11-20"}]
    await set_up()
    change = get_entity(hass, "off_peak_change")
    assert (change.state, change.attributes["date"]) == ("1 Dec 2026", "2026-12-01")


async def test_a_day_that_only_the_season_tells_is_in_the_calendar(hass: HomeAssistant, set_up: SetUp) -> None:
    await set_up()
    [event] = await list_events(hass, "tempo_blue", parse_paris("2027-07-14T07:00"), parse_paris("2027-07-15T00:00"))
    assert (event["summary"], event["start"]) == ("Tempo blue", "2027-07-14")


async def test_a_color_has_a_calendar_of_its_own(hass: HomeAssistant, set_up: SetUp) -> None:
    await set_up()
    [event] = await list_events(hass, "tempo_red", parse_paris("2026-11-24T10:00"), parse_paris("2026-11-24T11:00"))
    assert (event["summary"], event["start"], event["end"]) == ("Tempo red", "2026-11-24", "2026-11-25")
    assert not await list_events(hass, "tempo_blue", parse_paris("2026-11-24T10:00"), parse_paris("2026-11-24T11:00"))


async def test_days_from_six_to_six_by_option(hass: HomeAssistant, set_up: SetUp) -> None:
    entry = await set_up()
    flow = await hass.config_entries.options.async_init(entry.entry_id)
    await hass.config_entries.options.async_configure(flow["flow_id"], {CONF_BUCKETS: True, CONF_ALL_DAY: False})
    await hass.async_block_till_done(wait_background_tasks=True)
    [event] = await list_events(hass, "tempo_red", parse_paris("2026-11-24T10:00"), parse_paris("2026-11-24T11:00"))
    assert (event["start"], event["end"]) == ("2026-11-24T05:00Z", "2026-11-25T05:00Z")


@pytest.mark.parametrize(
    ("now", "end"),
    [("2026-11-23T10:05:00+00:00", "2027-09-01"), ("2027-08-31T10:05:00+00:00", "2027-09-02")],
    ids=["the season", "tomorrow, which is of the next season"],
)
async def test_the_days_of_one_season_are_fetched(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, freezer: FrozenDateTimeFactory, now: str, end: str
) -> None:
    freezer.move_to(now)
    await set_up()
    asked = gateway.list_requests(TEMPO_DAYS)[0].query
    assert (asked["start"], asked["end"]) == ("2026-09-01", end)


async def test_days_of_an_earlier_season_are_asked_for(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo
) -> None:
    World(colors={parse_paris("2026-01-28T12:00").date(): "red"}).script_gateway(gateway)
    await set_up()
    asked = len(gateway.list_requests(TEMPO_DAYS))
    [event] = await list_events(hass, "tempo_red", parse_paris("2026-01-28T07:00"), parse_paris("2026-01-29T00:00"))
    assert event["summary"] == "Tempo red"
    assert len(gateway.list_requests(TEMPO_DAYS)) == asked + 1
    gateway.answers[TEMPO_DAYS] = answer_problem(503, "upstream_down")
    with pytest.raises(HomeAssistantError) as refused:
        await list_events(hass, "tempo_red", parse_paris("2026-01-28T07:00"), parse_paris("2026-01-29T00:00"))
    assert refused.value.translation_key == "gateway_unavailable"


async def test_off_peak_hours_of_last_month_are_asked_for(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp
) -> None:
    World(slots=(("22:00", "06:00"), ("12:30", "14:30"))).script_gateway(gateway)
    await set_up()
    found = await list_events(hass, "off_peak", parse_paris("2026-10-24T12:00"), parse_paris("2026-10-26T05:00"))
    assert [(event["start"], event["end"]) for event in found] == [
        ("2026-10-24T10:30Z", "2026-10-24T12:30Z"),
        ("2026-10-24T20:00Z", "2026-10-25T05:00Z"),
        ("2026-10-25T11:30Z", "2026-10-25T13:30Z"),
        ("2026-10-25T21:00Z", "2026-10-26T05:00Z"),
    ]
    now = await list_events(hass, "off_peak", parse_paris("2026-11-01T12:00"), parse_paris("2026-12-01T12:00"))
    assert len({event["start"] for event in now}) == len(now) == 60, "none twice where what is held ends"


async def test_a_calendar_that_was_told_nothing_says_so(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, hass_client: ClientSessionGenerator
) -> None:
    gateway.answers[TEMPO_DAYS] = answer_problem(503, "upstream_down")
    await set_up()
    assert get_state(hass, "tempo_red", "calendar") == "unavailable"
    client = await hass_client()
    day = {"start": "2026-11-23T00:00:00Z", "end": "2026-11-24T00:00:00Z"}
    answer = await client.get(f"/api/calendars/{entity_id(hass, 'tempo_red', 'calendar')}", params=day)
    assert answer.status == 500
    assert "has not sent this data yet" in (await answer.json())["message"]


async def test_tense_hours_are_in_the_calendar(hass: HomeAssistant, set_up: SetUp) -> None:
    await set_up()
    day = await list_events(hass, "ecowatt_alerts", parse_paris("2026-11-23T00:00"), parse_paris("2026-11-24T00:00"))
    assert pick_fields(day, "start", "end", "summary", "description") == [
        ("2026-11-23T10:00Z", "2026-11-23T12:00Z", "Ecowatt tense", "Le réseau est tendu."),
        ("2026-11-23T12:00Z", "2026-11-23T13:00Z", "Ecowatt very tense", "Le réseau est tendu."),
        ("2026-11-23T17:00Z", "2026-11-23T19:00Z", "Ecowatt tense", "Le réseau est tendu."),
    ]


async def test_a_calendar_that_is_refused_has_one_sign_in_again(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, hass_client: ClientSessionGenerator
) -> None:
    entry = await set_up()
    gateway.answers[TEMPO_DAYS] = answer_problem(401, "invalid_token")
    client = await hass_client()
    day = {"start": "2025-11-23T00:00:00Z", "end": "2025-11-24T00:00:00Z"}
    answer = await client.get(f"/api/calendars/{entity_id(hass, 'tempo_red', 'calendar')}", params=day)
    assert answer.status == 500
    assert "no longer accepts" in (await answer.json())["message"]
    [flow] = entry.async_get_active_flows(hass, {SOURCE_REAUTH})
    assert flow["step_id"] == "reauth_confirm"


async def test_off_peak_hours_go_on_where_only_the_price_changes(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp
) -> None:
    items = gateway.answers[PERIODS]["items"]
    night = next(item for item in items if item["start"] == "2026-11-23T21:00:00Z")
    position = items.index(night)
    items[position : position + 1] = [
        night | {"end": "2026-11-23T23:00:00Z"},
        night | {"start": "2026-11-23T23:00:00Z", "price": 0.1601},
    ]
    await set_up()
    assert get_state(hass, "off_peak_hours") == "22:00-06:00"
    [event] = await list_events(hass, "off_peak", parse_paris("2026-11-23T21:00"), parse_paris("2026-11-24T12:00"))
    assert (event["start"], event["end"]) == ("2026-11-23T21:00Z", "2026-11-24T05:00Z")


async def test_no_periods_at_all(hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp) -> None:
    gateway.answers[PERIODS]["items"] = []
    await set_up()
    for key in ("tariff_period", "tariff_price", "tariff_period_end", "next_tariff_period", "off_peak_hours"):
        assert get_state(hass, key) == "unknown"
    assert get_state(hass, "off_peak", "calendar") == "off"


async def test_nothing_is_written_while_nothing_changes(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo
) -> None:
    World().script_gateway(gateway)
    await set_up()
    written: list[Any] = []
    hass.bus.async_listen(EVENT_STATE_CHANGED, lambda event: written.append(event.data["entity_id"]))
    await move_to("2026-11-23T10:20:00+00:00")
    assert written == []
