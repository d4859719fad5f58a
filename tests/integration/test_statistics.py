"""Hours in the recorder, read back as the Energy dashboard reads them."""

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import Mock, patch

import pytest
from conftest import MoveTo, SetUp
<<<<<<< HEAD
from homeassistant.components.recorder.statistics import statistics_during_period
from homeassistant.config_entries import ConfigEntryState
=======
from homeassistant.components.recorder.statistics import (
    async_add_external_statistics,
    list_statistic_ids,
    statistics_during_period,
)
from homeassistant.config_entries import ConfigEntryState, ConfigSubentry
>>>>>>> main
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.recorder import get_instance
from recorded import CONSUMPTION, COST, TOMORROW, load_metadata, load_statistics, state_of
from scripted_gateway import HOURS, POINT_ID, ScriptedGateway, answer_problem, load_body

from custom_components.my_electrical_data import statistics
<<<<<<< HEAD
from custom_components.my_electrical_data.const import CONF_BUCKETS, DOMAIN
=======
from custom_components.my_electrical_data.const import CONF_BUCKETS, DOMAIN, METER
from custom_components.my_electrical_data.errors import RecorderIncompleteError

CONSUMPTION, COST = f"{DOMAIN}:{POINT_ID}_consumption", f"{DOMAIN}:{POINT_ID}_cost"
TOMORROW = "2026-11-24T07:00:05+00:00"


async def load_statistics(hass: HomeAssistant, statistic_id: str = CONSUMPTION) -> list[tuple[str, float, float]]:
    """Return start, sum and state of each row in the recorder."""
    rows = await get_instance(hass).async_add_executor_job(
        statistics_during_period,
        hass,
        datetime(2020, 1, 1, tzinfo=UTC),
        None,
        {statistic_id},
        "hour",
        None,
        {"sum", "state"},
    )
    return [
        (datetime.fromtimestamp(row["start"], UTC).isoformat(), row["sum"] or 0, row["state"] or 0)
        for row in rows.get(statistic_id, [])
    ]


async def load_metadata(hass: HomeAssistant) -> dict[str, dict[str, Any]]:
    """Return what is said of the statistics that are imported; sensors have theirs from the recorder itself."""
    rows = await get_instance(hass).async_add_executor_job(list_statistic_ids, hass)
    return {row["statistic_id"]: row for row in rows if row["source"] == DOMAIN}


def state_of(start: datetime, watt_hours: list[float], **changes: Any) -> dict[str, Any]:
    """Return the gateway's answer for hours from `start`, whose energies are `watt_hours`."""
    starts = [start + timedelta(hours=number) for number in range(len(watt_hours))]
    sums = [sum(watt_hours[: number + 1]) for number in range(len(watt_hours))]
    texts = [moment.strftime("%Y-%m-%dT%H:%M:%SZ") for moment in starts]
    series = [{"key": "consumption", "unit": "Wh"}, {"key": "cost", "unit": "EUR"}]
    both = {"consumption": sums, "cost": [round(total / 5000, 6) for total in sums]}
    answer = {
        "epoch": "e1",
        "cursor": "c1",
        "from": texts[0] if texts else None,
        "series": series,
        "start": texts,
        "sum": both,
    }
    return answer | changes
>>>>>>> main


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


<<<<<<< HEAD
=======
async def test_a_restart_resumes_at_the_cursor(hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp) -> None:
    entry = await set_up()
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert [request.query.get("cursor") for request in gateway.list_requests(HOURS)] == [None, "c1"]
    newest = entry.runtime_data.meters[POINT_ID].hours.data.newest
    assert newest == datetime(2026, 11, 22, 22, tzinfo=UTC)


async def test_lost_rows_are_imported_again(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo
) -> None:
    await set_up()
    before = await load_statistics(hass)
    get_instance(hass).async_clear_statistics([CONSUMPTION])
    await move_to(TOMORROW)
    assert [request.query.get("cursor") for request in gateway.list_requests(HOURS)] == [None, None]
    assert await load_statistics(hass) == before


async def test_changed_rows_are_imported_again(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo
) -> None:
    await set_up()
    before = await load_statistics(hass)
    get_instance(hass).async_adjust_statistics(CONSUMPTION, datetime(2026, 11, 22, 21, tzinfo=UTC), 100.0, "kWh")
    await move_to(TOMORROW)
    assert await load_statistics(hass) == before


async def test_a_lost_cursor_begins_afresh_without_leftovers(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, hass_storage: dict[str, Any]
) -> None:
    entry = await set_up()
    del hass_storage[f"{DOMAIN}.{POINT_ID}"]
    gateway.hours = [state_of(datetime(2026, 11, 22, 21, tzinfo=UTC), [500.0, 250.0], epoch="e2")]
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert [row[:2] for row in await load_statistics(hass)] == [
        ("2026-11-22T21:00:00+00:00", 0.5),
        ("2026-11-22T22:00:00+00:00", 0.75),
    ]


async def test_a_new_epoch_clears_what_was(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo
) -> None:
    await set_up()
    gateway.hours = [state_of(datetime(2026, 11, 22, 22, tzinfo=UTC), [700.0], epoch="e2", cursor="d1")]
    await move_to(TOMORROW)
    assert [row[:2] for row in await load_statistics(hass)] == [("2026-11-22T22:00:00+00:00", 0.7)]
    assert set(await load_metadata(hass)) == {CONSUMPTION, COST}, "series of the old epoch are gone"
    gateway.requests.clear()
    await move_to("2026-11-24T08:00:10+00:00")
    assert [request.query.get("cursor") for request in gateway.list_requests(HOURS)] == ["d1"]


async def test_another_meters_statistics_are_left_alone(
    hass: HomeAssistant, gateway: ScriptedGateway, entry: MockConfigEntry, set_up: SetUp, move_to: MoveTo
) -> None:
    other = "z" * 16
    entry.add_to_hass(hass)
    atelier = ConfigSubentry(data=MappingProxyType({}), subentry_type=METER, title="Atelier", unique_id=other)
    hass.config_entries.async_add_subentry(entry, atelier)
    [point] = gateway.answers[POINTS]["items"]
    gateway.answers[POINTS]["items"] = [point, point | {"id": other, "name": "Atelier"}]
    gateway.answers[f"{POINTS}/{other}/hours"] = load_body("hours")
    await set_up()
    gateway.hours = [state_of(datetime(2026, 11, 22, 22, tzinfo=UTC), [700.0], epoch="e2")]
    await move_to(TOMORROW)
    assert len(await load_statistics(hass)) == 1
    assert len(await load_statistics(hass, f"{DOMAIN}:{other}_consumption")) == 3
    named = await get_instance(hass).async_add_executor_job(list_statistic_ids, hass)
    names = {row["statistic_id"]: row["name"] for row in named}
    assert names[f"{DOMAIN}:{other}_consumption"] == "Atelier · Consumption", "with several, each by its meter"


async def test_rows_that_did_not_arrive_leave_the_cursor(
    hass: HomeAssistant,
    gateway: ScriptedGateway,
    set_up: SetUp,
    move_to: MoveTo,
    monkeypatch: pytest.MonkeyPatch,
    hass_storage: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(statistics, "async_add_external_statistics", lambda *_: None)
        await set_up()
    assert f"{DOMAIN}.{POINT_ID}" not in hass_storage
    assert "The recorder did not store all imported hours" in caplog.text
    await move_to("2026-11-23T10:06:10+00:00")
    assert len(await load_statistics(hass)) == 3
    assert hass_storage[f"{DOMAIN}.{POINT_ID}"]["data"]["cursor"] == "c1"


async def test_an_interrupted_import_is_finished(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, hass_storage: dict[str, Any]
) -> None:
    """Rows further than the stored cursor are no loss: they are what an interruption leaves."""
    entry = await set_up()
    stored = hass_storage[f"{DOMAIN}.{POINT_ID}"]["data"]
    for row in stored["last"].values():
        row["start"] -= 3600
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert [request.query.get("cursor") for request in gateway.list_requests(HOURS)] == [None, "c1"]


async def test_a_correction_that_was_cut_between_two_series_goes_on(
    hass: HomeAssistant,
    gateway: ScriptedGateway,
    set_up: SetUp,
    move_to: MoveTo,
    monkeypatch: pytest.MonkeyPatch,
    hass_storage: dict[str, Any],
) -> None:
    """The first series has the new sums and the others the old ones: nothing is lost, and nothing deleted."""
    entry = await set_up()
    corrected = state_of(datetime(2026, 11, 22, 20, tzinfo=UTC), [1100.0, 250.5, 649.5], cursor="c2")
    for key in ("consumption_hp", "consumption_hc"):
        corrected["series"].append({"key": key, "unit": "Wh"})
        corrected["sum"][key] = corrected["sum"]["consumption"]
    gateway.hours.append(corrected)
    write = async_add_external_statistics
    written: list[str] = []

    def write_one(hass: HomeAssistant, metadata: Any, rows: Any) -> None:
        if written:
            raise RecorderIncompleteError
        written.append(metadata["statistic_id"])
        write(hass, metadata, rows)

    with monkeypatch.context() as cut:
        cut.setattr(statistics, "async_add_external_statistics", write_one)
        await move_to(TOMORROW)
    assert written == [CONSUMPTION]
    assert [row[1] for row in await load_statistics(hass)] == [1.1, 1.3505, 2.0]
    with patch.object(get_instance(hass), "async_clear_statistics") as clear:
        await hass.config_entries.async_reload(entry.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
    clear.assert_not_called()
    assert [request.query.get("cursor") for request in gateway.list_requests(HOURS)] == [None, "c1", "c1"]
    assert [row[1] for row in await load_statistics(hass)] == [1.1, 1.3505, 2.0]
    assert [row[1] for row in await load_statistics(hass, COST)] == [0.22, 0.2701, 0.4]
    stored = hass_storage[f"{DOMAIN}.{POINT_ID}"]["data"]
    assert (stored["cursor"], "writing" in stored) == ("c2", False)


>>>>>>> main
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
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert len(await load_statistics(hass)) == 3


async def test_imported_with_every_entity_disabled(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo
) -> None:
    entry = await set_up()
    registry = er.async_get(hass)
    for entity in er.async_entries_for_config_entry(registry, entry.entry_id):
        registry.async_update_entity(entity.entity_id, disabled_by=er.RegistryEntryDisabler.USER)
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
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
