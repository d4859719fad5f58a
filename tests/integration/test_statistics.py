"""Hours in the recorder, read back as the Energy dashboard reads them."""

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import Mock, patch

import pytest
from conftest import MoveTo, SetUp
from homeassistant.components.recorder.statistics import (
    statistics_during_period,
)
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.recorder import get_instance
from pages import reload_entry
from recorded import CONSUMPTION, COST, TOMORROW, load_metadata, load_statistics, state_of
from scripted_gateway import HOURS, POINT_ID, ScriptedGateway, answer_problem, load_body

from custom_components.my_electrical_data import statistics
from custom_components.my_electrical_data.const import CONF_BUCKETS, DOMAIN


async def test_hours_arrive_in_the_recorder(hass: HomeAssistant, set_up: SetUp) -> None:
    await set_up()
    assert await load_statistics(hass) == [
        ("2026-11-22T20:00:00+00:00", 1.0, 1.0),
        ("2026-11-22T21:00:00+00:00", 1.2505, 1.2505),
        ("2026-11-22T22:00:00+00:00", 1.9, 1.9),
    ]
    assert [row[1] for row in await load_statistics(hass, COST)] == [0.2, 0.24, 0.345678]


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("en", ["Consumption", "Off-peak", "Peak", "Cost"]),
        (
            "fr",
            [
                "Consommation",
                "Heures creuses",
                "Heures pleines",
                "Coût",
            ],
        ),
    ],
)
async def test_statistics_are_described(hass: HomeAssistant, set_up: SetUp, language: str, names: list[str]) -> None:
    hass.config.language = language
    await set_up()
    described = await load_metadata(hass)
    assert [described[key]["name"] for key in sorted(described)] == names
    assert not any(described[key]["has_mean"] for key in described)
    energy, cost = described[CONSUMPTION], described[COST]
    assert (energy["statistics_unit_of_measurement"], energy["unit_class"], energy["has_sum"]) == (
        "kWh",
        "energy",
        True,
    )
    assert (cost["statistics_unit_of_measurement"], cost["unit_class"], cost["has_sum"]) == ("EUR", None, True)


async def test_a_bucket_of_ones_own_keeps_its_name(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp
) -> None:
    state = state_of(datetime(2026, 11, 22, tzinfo=UTC), [1.0])
    state |= {"series": [{"key": "consumption_week_end", "unit": "Wh"}], "sum": {"consumption_week_end": [1.0]}}
    gateway.hours = [state]
    await set_up()
    assert [row["name"] for row in (await load_metadata(hass)).values()] == ["week_end"]


async def test_only_what_changed_is_asked_for_and_written(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo
) -> None:
    await set_up()
    newer = deepcopy(gateway.hours[0]) | {"cursor": "c2", "changed_from": "2026-11-22T22:00:00Z"}
    newer["start"].append("2026-11-22T23:00:00Z")
    newer["made_of"]["consumption"].append("measured")
    for key, more in (
        ("consumption", [2000, 2500]),
        ("consumption_hp", [1000, 1000]),
        ("consumption_hc", [1000, 1500]),
    ):
        newer["sum"][key][2:] = more
    newer["sum"]["cost"][2:] = [0.36, 0.45]
    gateway.hours.append(newer)
    await move_to(TOMORROW)
    assert [request.query.get("cursor") for request in gateway.list_requests(HOURS)] == [None, "c1"]
    assert [row[1] for row in await load_statistics(hass)] == [1.0, 1.2505, 2.0, 2.5]
    await move_to("2026-11-25T07:00:10+00:00")
    assert gateway.list_requests(HOURS)[-1].query["cursor"] == "c2"
    assert len(await load_statistics(hass)) == 4


async def test_no_hours_yet(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo, hass_storage: dict[str, Any]
) -> None:
    empty = state_of(datetime(2026, 11, 22, tzinfo=UTC), [], next_change="2026-11-23T10:08:00Z")
    gateway.hours = [empty]
    await set_up()
    assert await load_metadata(hass) == {}
    assert f"{DOMAIN}.{POINT_ID}" not in hass_storage
    gateway.hours = [load_body("hours")]
    await move_to("2026-11-23T10:08:10+00:00")
    assert len(await load_statistics(hass)) == 3, "the gateway said when to come back"


@pytest.mark.parametrize("worker_is_first", [True, False])
async def test_the_mornings_hours_arrive_whoever_is_first(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo, *, worker_is_first: bool
) -> None:
    await set_up()
    begin = datetime(2026, 11, 22, 20, tzinfo=UTC)
    newer = state_of(begin, [1000, 250.5, 649.5, 100], cursor="c2", changed_from="2026-11-22T23:00:00Z")
    newer["series"], newer["sum"] = (
        load_body("hours")["series"],
        dict.fromkeys(load_body("hours")["sum"], newer["sum"]["cost"]),
    )
    if worker_is_first:
        gateway.hours.append(newer)
    else:  # the gateway is asked while its worker fetches, and says when that will be done
        gateway.hours[-1]["next_change"] = "2026-11-24T07:00:15Z"
    await move_to(TOMORROW)
    assert len(await load_statistics(hass)) == (4 if worker_is_first else 3)
    gateway.hours.append(newer)
    await move_to("2026-11-24T07:00:20+00:00")
    assert len(await load_statistics(hass)) == 4


async def test_whatever_fails_is_tried_again_soon(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(
            statistics, "get_last_statistics", Mock(side_effect=RuntimeError("the recorder's database is away"))
        )
        await set_up()
    before = len(gateway.list_requests(HOURS))
    await move_to("2026-11-23T10:06:05+00:00")
    assert len(gateway.list_requests(HOURS)) > before
    assert len(await load_statistics(hass)) == 3


async def test_an_empty_answer_erases_nothing(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, hass_storage: dict[str, Any]
) -> None:
    entry = await set_up()
    del hass_storage[f"{DOMAIN}.{POINT_ID}"]
    gateway.hours = [state_of(datetime(2026, 11, 22, tzinfo=UTC), [])]
    await reload_entry(hass, entry)
    assert len(await load_statistics(hass)) == 3


async def test_imported_with_every_entity_disabled(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo
) -> None:
    entry = await set_up()
    registry = er.async_get(hass)
    for entity in er.async_entries_for_config_entry(registry, entry.entry_id):
        registry.async_update_entity(entity.entity_id, disabled_by=er.RegistryEntryDisabler.USER)
    await reload_entry(hass, entry)
    gateway.requests.clear()
    await move_to(TOMORROW)
    assert gateway.list_requests(HOURS)


@pytest.mark.parametrize("start", [datetime(2026, 3, 28, 23, tzinfo=UTC), datetime(2026, 10, 24, 22, tzinfo=UTC)])
async def test_the_two_odd_days(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, clock_of_paris: None, start: datetime
) -> None:
    """23 hours in March, 25 in October: each is a row of its own, and none is missing."""
    hours = 23 if start.month == 3 else 25
    gateway.hours = [state_of(start, [100.0] * hours)]
    await set_up()
    rows = await load_statistics(hass)
    daily = await get_instance(hass).async_add_executor_job(
        statistics_during_period, hass, start - timedelta(days=2), None, {CONSUMPTION}, "day", None, {"change"}
    )
    expected = [(start + timedelta(hours=number)).isoformat() for number in range(hours)]
    assert [row[0] for row in rows] == expected
    assert [round(row["change"] or 0, 6) for row in daily[CONSUMPTION]] == [hours / 10]


async def test_totals_alone_when_buckets_are_not_wanted(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp
) -> None:
    entry = await set_up()
    assert len(await load_metadata(hass)) == 4
    flow = await hass.config_entries.options.async_init(entry.entry_id)
    assert flow["step_id"] == "init"
    await hass.config_entries.options.async_configure(flow["flow_id"], {CONF_BUCKETS: False})
    await hass.async_block_till_done(wait_background_tasks=True)
    assert set(await load_metadata(hass)) == {CONSUMPTION, COST}
    assert [row[1] for row in await load_statistics(hass)] == [1.0, 1.2505, 1.9]


async def test_a_new_series_comes_with_its_whole_history(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo
) -> None:
    await set_up()
    newer = deepcopy(gateway.hours[0]) | {"cursor": "c2", "changed_from": "2026-11-22T22:00:00Z"}
    newer["series"].append({"key": "production", "unit": "Wh"})
    newer["sum"]["production"] = [10, 20, 30]
    gateway.hours.append(newer)
    with patch.object(get_instance(hass), "async_clear_statistics") as clear:
        await move_to(TOMORROW)
    clear.assert_not_called()  # the Energy dashboard is never empty meanwhile
    assert [row[1] for row in await load_statistics(hass, f"{DOMAIN}:{POINT_ID}_production")] == [0.01, 0.02, 0.03]
    assert [row[1] for row in await load_statistics(hass)] == [1.0, 1.2505, 1.9]


SPOILT: list[dict[str, Any]] = [
    {"start": ["2026-11-22T20:00:00Z", "2026-11-22T20:00:00Z", "2026-11-22T22:00:00Z"]},
    {"start": ["2026-11-22T20:30:00Z", "2026-11-22T21:00:00Z", "2026-11-22T22:00:00Z"]},
    {"start": ["2026-11-22T20:00:00", "2026-11-22T21:00:00", "2026-11-22T22:00:00"]},
    {"start": ["2026-11-22T20:00:00Z"]},
    {"from": "2026-11-22T21:00:00Z"},
    {"from": None},
    {"sum": {"consumption": [1, 2, 3]}},
    {"series": [{"key": "consumption", "unit": "kWh"}]},
    {"series": [{"key": "Consumption of 12345678901234", "unit": "Wh"}]},
    {"series": [{"key": "consumption", "unit": "Wh"}], "sum": {"consumption": [1, None, 3]}},
    {"series": [{"key": "consumption", "unit": "Wh"}], "sum": {"consumption": [1, "2", 3]}},
    {"epoch": 7},
]


@pytest.mark.parametrize("spoilt", SPOILT)
async def test_a_spoilt_answer_changes_nothing(
    hass: HomeAssistant,
    gateway: ScriptedGateway,
    set_up: SetUp,
    spoilt: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("DEBUG", f"custom_components.{DOMAIN}")
    gateway.answers[HOURS] = load_body("hours") | spoilt
    entry = await set_up()
    assert entry.state is ConfigEntryState.LOADED
    assert await load_metadata(hass) == {}
    assert "The gateway sent an invalid response" in caplog.text
    assert ": Hours " in caplog.text, "which part of it"
    assert "12345678901234" not in caplog.text


async def test_refused_hours_do_not_stop_the_rest(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, caplog: pytest.LogCaptureFixture
) -> None:
    gateway.answers[HOURS] = answer_problem(403, "no_consent")
    entry = await set_up()
    assert entry.state is ConfigEntryState.LOADED
    assert "The gateway refused a request (no_consent, HTTP 403)" in caplog.text
