"""Hours in the recorder after restarts, interruptions, lost rows and restored backups."""

from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any
from unittest.mock import patch

import pytest
from aiohttp import web
from conftest import MoveTo, SetUp
from homeassistant.components.recorder.statistics import (
    async_add_external_statistics,
    list_statistic_ids,
)
from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import get_instance
from pages import reload_entry
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
)
from recorded import CONSUMPTION, COST, TOMORROW, load_metadata, load_statistics, state_of
from scripted_gateway import HOURS, POINT_ID, POINTS, ScriptedGateway, answer_problem, load_body

from custom_components.my_electrical_data import statistics
from custom_components.my_electrical_data.const import DOMAIN, METER
from custom_components.my_electrical_data.errors import RecorderIncompleteError


async def test_a_restart_resumes_at_the_cursor(hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp) -> None:
    entry = await set_up()
    await reload_entry(hass, entry)
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
    await reload_entry(hass, entry)
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
    await reload_entry(hass, entry)
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
        await reload_entry(hass, entry)
    clear.assert_not_called()
    assert [request.query.get("cursor") for request in gateway.list_requests(HOURS)] == [None, "c1", "c1"]
    assert [row[1] for row in await load_statistics(hass)] == [1.1, 1.3505, 2.0]
    assert [row[1] for row in await load_statistics(hass, COST)] == [0.22, 0.2701, 0.4]
    stored = hass_storage[f"{DOMAIN}.{POINT_ID}"]["data"]
    assert (stored["cursor"], "writing" in stored) == ("c2", False)


async def test_many_hours_come_in_pages(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statistics, "PAGE_HOURS", 20)
    gateway.hours = [state_of(datetime(2026, 11, 1, tzinfo=UTC), [100.0] * 130)]
    await set_up()
    rows = await load_statistics(hass)
    assert len(rows) == 130
    assert rows[-1][1] == 13.0
    asked = [(request.query.get("cursor"), request.query["limit"]) for request in gateway.list_requests(HOURS)]
    assert asked == [(cursor, "20") for cursor in (None, "c1+20", "c1+40", "c1+60", "c1+80", "c1+100", "c1+120")]


async def test_a_restart_resumes_at_the_page_that_was_next(
    hass: HomeAssistant,
    gateway: ScriptedGateway,
    set_up: SetUp,
    move_to: MoveTo,
    monkeypatch: pytest.MonkeyPatch,
    hass_storage: dict[str, Any],
) -> None:
    monkeypatch.setattr(statistics, "PAGE_HOURS", 20)
    gateway.hours = [state_of(datetime(2026, 11, 1, tzinfo=UTC), [100.0] * 50)]
    whole = gateway.answers[HOURS]

    async def one_page(request: web.Request) -> Any:
        if "cursor" in request.query:
            return await answer_problem(503, "upstream_down")(request)
        return await whole(request)

    gateway.answers[HOURS] = one_page
    entry = await set_up()
    assert len(await load_statistics(hass)) == 20
    assert hass_storage[f"{DOMAIN}.{POINT_ID}"]["data"]["cursor"] == "c1+20"
    gateway.answers[HOURS] = whole
    gateway.requests.clear()
    await reload_entry(hass, entry)
    assert [request.query.get("cursor") for request in gateway.list_requests(HOURS)] == ["c1+20", "c1+40"]
    assert len(await load_statistics(hass)) == 50


async def test_a_restored_backup_is_filled_up(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, hass_storage: dict[str, Any]
) -> None:
    """The recorder is older than the cursor, as when only the database comes from a backup."""
    entry = await set_up()
    stored = hass_storage[f"{DOMAIN}.{POINT_ID}"]["data"]
    for row in stored["last"].values():
        row["start"] += 3600
        row["sum"] += 1
    await reload_entry(hass, entry)
    assert [request.query.get("cursor") for request in gateway.list_requests(HOURS)] == [None, None]
    assert len(await load_statistics(hass)) == 3
