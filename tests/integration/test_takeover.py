"""Statistics of other programs: found, offered, and taken over without a jump."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from conftest import MoveTo, SetUp
from homeassistant.components.energy.data import async_get_manager
from homeassistant.components.recorder.models import StatisticData, StatisticMeanType, StatisticMetaData
from homeassistant.components.recorder.statistics import async_import_statistics
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers import issue_registry as ir
from other_programs import HOUR, ISSUE, OUR_FIRST_HOUR, OURS, make_rows, take_over
from pages import answer_repair, open_repair, reload_entry
from pytest_homeassistant_custom_component.components.recorder.common import async_wait_recording_done
from recorded import TOMORROW, load_changes
from scripted_gateway import HOURS, NUMBER, POINT_ID, ScriptedGateway, answer_problem

from custom_components.my_electrical_data.carried_hours import build_rows
from custom_components.my_electrical_data.const import DOMAIN

pytestmark = pytest.mark.usefixtures("energy")


async def show_in_energy(hass: HomeAssistant, *sources: dict[str, Any]) -> None:
    manager = await async_get_manager(hass)
    grids = [{"type": "grid", "stat_energy_to": None} | source for source in sources]
    await manager.async_update({"energy_sources": grids})  # type: ignore[typeddict-item]  # the rest has defaults


async def list_energy(hass: HomeAssistant) -> list[tuple[Any, Any]]:
    manager = await async_get_manager(hass)
    assert manager.data
    return [(source.get("stat_energy_from"), source.get("stat_cost")) for source in manager.data["energy_sources"]]


def is_offered(hass: HomeAssistant) -> bool:
    return (DOMAIN, ISSUE) in ir.async_get(hass).issues


async def test_two_years_of_ha_linky_are_continued_hour_by_hour(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo, import_as_program: Any
) -> None:
    """Daily values at midnight for 700 days, then hours up to yesterday, in Wh and in €: nothing of it changes."""
    midnight = datetime(2024, 11, 21, 23, tzinfo=UTC)
    days = make_rows(midnight, [9000.0 + day for day in range(700)], timedelta(days=1))
    hours = make_rows(midnight + timedelta(days=700), [300.0 + hour % 24 for hour in range(31 * 24)])
    rows = days + [row | {"sum": row["sum"] + days[-1]["sum"]} for row in hours]
    await import_as_program(f"linky:{NUMBER}", "Wh", rows)
    costs = [row | {"state": row["state"] / 5000, "sum": row["sum"] / 5000} for row in rows]
    await import_as_program(f"linky:{NUMBER}_cost", "€", costs)
    await show_in_energy(hass, {"stat_energy_from": f"linky:{NUMBER}", "stat_cost": f"linky:{NUMBER}_cost"})
    await set_up()
    ours, ours_cost = [await load_changes(hass, f"{OURS}_{key}") for key in ("consumption", "cost")]
    assert (len(ours), min(ours)) == (3, OUR_FIRST_HOUR)
    assert is_offered(hass)
    energy_dashboard = (DOMAIN, f"energy_dashboard_{POINT_ID}")
    assert energy_dashboard not in ir.async_get(hass).issues, "both in the dashboard would count each kWh twice"

    page = await take_over(hass)
    assert "HA Linky" in page["description_placeholders"]["what"]
    assert (await answer_repair(hass, page, {}))["type"] is FlowResultType.CREATE_ENTRY
    theirs = {datetime.fromisoformat(row["start"]): row["state"] for row in rows}
    before = {start: value for start, value in theirs.items() if start < OUR_FIRST_HOUR}
    assert len(before) == 700 + 31 * 24 - 3
    expected = {start: round(value / 1000, 6) for start, value in before.items()} | ours
    assert await load_changes(hass, f"{OURS}_consumption") == expected
    expected_cost = {start: round(value / 5000, 6) for start, value in before.items()} | ours_cost
    assert await load_changes(hass, f"{OURS}_cost") == expected_cost
    assert await list_energy(hass) == [(f"{OURS}_consumption", f"{OURS}_cost")]
    assert not is_offered(hass)
    assert energy_dashboard not in ir.async_get(hass).issues

    # the gateway begins its sums afresh: all hours are imported again, theirs before ours
    gateway.hours[0] = gateway.hours[0] | {"epoch": "another"}
    await move_to(TOMORROW)
    assert gateway.list_requests(HOURS)[-1].query.get("cursor") is None
    assert await load_changes(hass, f"{OURS}_consumption") == expected


async def test_a_gateway_that_begins_earlier_takes_the_place_of_carried_hours(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo, import_as_program: Any
) -> None:
    """Its history grows back to the same epoch's new beginning: those hours are its own, and nothing counts twice."""
    await import_as_program(f"linky:{NUMBER}", "Wh", make_rows(OUR_FIRST_HOUR - 48 * HOUR, [500.0] * 48))
    await set_up()
    await take_over(hass)
    older = [(OUR_FIRST_HOUR - 24 * HOUR + number * HOUR).isoformat() for number in range(24)]
    known = gateway.hours[0]
    grown = known | {"cursor": "c2", "start": older + known["start"], "made_of": {}}
    grown["sum"] = {
        key: [100 * (number + 1) for number in range(24)] + [2400 + total for total in sums]
        for key, sums in known["sum"].items()
    }
    gateway.hours.append(grown)
    await move_to(TOMORROW)
    changes = await load_changes(hass, f"{OURS}_consumption")
    expected = [0.5] * 24 + [0.1] * 24 + [1.0, 0.2505, 0.6495]
    assert [changes[start] for start in sorted(changes)] == expected


async def test_two_sets_that_tell_the_same_hours_count_once(
    hass: HomeAssistant, set_up: SetUp, import_as_program: Any
) -> None:
    """Whoever changed the tariff in myelectricaldata_import has its whole archive under both."""
    first = OUR_FIRST_HOUR - 24 * HOUR
    for bucket, gain in (("base", 1.0), ("hp", 0.75), ("hc", 0.25)):
        await import_as_program(f"myelectricaldata:{NUMBER}_{bucket}_consumption", "kWh", make_rows(first, [gain] * 24))
    await set_up()
    await take_over(hass)
    assert (await load_changes(hass, f"{OURS}_consumption"))[first] == 1.0


async def test_a_removed_meter_keeps_what_was_carried_while_its_statistics_are_kept(
    hass: HomeAssistant, set_up: SetUp, import_as_program: Any
) -> None:
    await import_as_program(f"linky:{NUMBER}", "Wh", make_rows(OUR_FIRST_HOUR - 48 * HOUR, [500.0] * 48))
    entry = await set_up()
    await take_over(hass)
    before = await load_changes(hass, f"{OURS}_consumption")
    [subentry] = entry.subentries.values()
    hass.config_entries.async_remove_subentry(entry, subentry.subentry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    hass.config_entries.async_add_subentry(entry, subentry)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert await load_changes(hass, f"{OURS}_consumption") == before


async def test_a_take_over_that_was_cut_is_offered_again(
    hass: HomeAssistant, set_up: SetUp, import_as_program: Any
) -> None:
    """The hours are there, but the Energy dashboard still shows the other program."""
    theirs = f"linky:{NUMBER}"
    await import_as_program(theirs, "Wh", make_rows(OUR_FIRST_HOUR - 48 * HOUR, [500.0] * 48))
    await show_in_energy(hass, {"stat_energy_from": theirs})
    entry = await set_up()
    await take_over(hass)
    await show_in_energy(hass, {"stat_energy_from": theirs})
    await reload_entry(hass, entry)
    before = await load_changes(hass, f"{OURS}_consumption")
    await take_over(hass)
    assert await list_energy(hass) == [(f"{OURS}_consumption", None)]
    assert await load_changes(hass, f"{OURS}_consumption") == before


async def test_two_windows_take_over_once(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, import_as_program: Any
) -> None:
    await import_as_program(f"linky:{NUMBER}", "Wh", make_rows(OUR_FIRST_HOUR - 48 * HOUR, [500.0] * 48))
    await set_up()
    other = await open_repair(hass, ISSUE)
    await take_over(hass)
    asked = len(gateway.list_requests(HOURS))
    assert (await answer_repair(hass, other, {}))["type"] is FlowResultType.CREATE_ENTRY
    assert len(gateway.list_requests(HOURS)) == asked


async def test_hours_that_come_later_follow_on(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo, import_as_program: Any
) -> None:
    await import_as_program(f"linky:{NUMBER}", "Wh", make_rows(OUR_FIRST_HOUR - 48 * HOUR, [500.0] * 48))
    await set_up()
    await take_over(hass)
    newer = gateway.hours[0] | {"cursor": "c2", "start": ["2026-11-22T23:00:00Z"]}
    newer["sum"] = {key: [sums[-1] + 100] for key, sums in gateway.hours[0]["sum"].items()}
    gateway.hours.append(newer)
    await move_to(TOMORROW)
    changes = await load_changes(hass, f"{OURS}_consumption")
    assert changes[OUR_FIRST_HOUR - HOUR] == 0.5
    assert changes[datetime(2026, 11, 22, 23, tzinfo=UTC)] == 0.1
    assert sum(changes.values()) == pytest.approx(48 * 0.5 + 1.9 + 0.1)


async def test_buckets_of_myelectricaldata_import_stay_buckets(
    hass: HomeAssistant, set_up: SetUp, import_as_program: Any
) -> None:
    first = OUR_FIRST_HOUR - 24 * HOUR
    theirs = {bucket: f"myelectricaldata:{NUMBER}_{bucket}_consumption" for bucket in ("hc", "hp")}
    await import_as_program(theirs["hc"], "kWh", make_rows(first, [0.25] * 12))
    await import_as_program(theirs["hp"], "kWh", make_rows(first + 12 * HOUR, [0.75] * 12))
    await show_in_energy(hass, *({"stat_energy_from": each} for each in theirs.values()))
    await set_up()
    page = await take_over(hass)
    assert "container" in page["description_placeholders"]["what"]
    whole = await load_changes(hass, f"{OURS}_consumption")
    assert [whole[first + number * HOUR] for number in range(24)] == [0.25] * 12 + [0.75] * 12
    off_peak = await load_changes(hass, f"{OURS}_consumption_hc")
    assert [off_peak[first + number * HOUR] for number in range(12)] == [0.25] * 12
    assert await list_energy(hass) == [(f"{OURS}_consumption_hc", None), (f"{OURS}_consumption_hp", None)]


async def test_buckets_that_the_gateway_does_not_have_become_the_whole(
    hass: HomeAssistant, set_up: SetUp, import_as_program: Any
) -> None:
    theirs = [f"myelectricaldata:{NUMBER}_{bucket}_consumption" for bucket in ("bluehc", "redhp")]
    for identifier in theirs:
        await import_as_program(identifier, "kWh", make_rows(OUR_FIRST_HOUR - 24 * HOUR, [0.5] * 24))
    await show_in_energy(hass, *({"stat_energy_from": each} for each in theirs))
    await set_up()
    await take_over(hass)
    assert (await load_changes(hass, f"{OURS}_consumption"))[OUR_FIRST_HOUR - HOUR] == 1.0
    assert await list_energy(hass) == [(f"{OURS}_consumption", None)], "one source, or each kWh would count twice"


async def test_sensors_of_hass_myelectricaldata_are_taken_over(hass: HomeAssistant, set_up: SetUp) -> None:
    """What the recorder itself compiled for them has other states: their sums tell what an hour gained."""
    unique_id = f"{NUMBER}_consumption_standard"
    sensor = er.async_get(hass).async_get_or_create("sensor", "myelectricaldata", unique_id).entity_id
    metadata = StatisticMetaData(
        has_sum=True,
        mean_type=StatisticMeanType.NONE,
        name=None,
        source="recorder",
        statistic_id=sensor,
        unit_class="energy",
        unit_of_measurement="kWh",
    )
    first = OUR_FIRST_HOUR - 24 * HOUR
    rows = [StatisticData(start=first + n * HOUR, state=0.0, sum=0.25 * (n + 1)) for n in range(24)]
    async_import_statistics(hass, metadata, rows)
    await async_wait_recording_done(hass)
    await set_up()
    await take_over(hass)
    whole = await load_changes(hass, f"{OURS}_consumption")
    assert [whole[first + number * HOUR] for number in range(1, 24)] == [0.25] * 23


@pytest.mark.parametrize(
    "identifier",
    ["linky:12345678900018", f"linky:{NUMBER}_days", f"weather:{NUMBER}", f"linky_prod:{NUMBER}_costs"],
)
async def test_what_is_not_of_this_meter_is_not_offered(
    hass: HomeAssistant, set_up: SetUp, import_as_program: Any, identifier: str
) -> None:
    await import_as_program(identifier, "Wh", make_rows(OUR_FIRST_HOUR - 48 * HOUR, [500.0] * 48))
    await set_up()
    assert not is_offered(hass)


async def test_what_is_not_older_is_not_offered(hass: HomeAssistant, set_up: SetUp, import_as_program: Any) -> None:
    await import_as_program(f"linky:{NUMBER}", "Wh", make_rows(OUR_FIRST_HOUR, [500.0] * 3))
    await set_up()
    assert not is_offered(hass)


async def test_a_gateway_that_is_away_loses_nothing(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, import_as_program: Any
) -> None:
    await import_as_program(f"linky:{NUMBER}", "Wh", make_rows(OUR_FIRST_HOUR - 48 * HOUR, [500.0] * 48))
    await set_up()
    before = await load_changes(hass, f"{OURS}_consumption")
    answers = gateway.answers.pop(HOURS, None)
    gateway.answers[HOURS] = answer_problem(503, "unavailable")
    form = await take_over(hass)
    assert (form["step_id"], form["errors"]) == ("confirm", {"base": "gateway_failed"})
    assert await load_changes(hass, f"{OURS}_consumption") == before
    del gateway.answers[HOURS]
    if answers is not None:
        gateway.answers[HOURS] = answers
    await answer_repair(hass, form, {})
    assert len(await load_changes(hass, f"{OURS}_consumption")) == 48 + len(before)


@pytest.mark.parametrize("before", [0, 1, 30, 60, 80])
def test_sums_of_carried_hours_tell_what_each_gained(before: int) -> None:
    gains = [round(number * 0.137 % 3, 3) for number in range(60)]
    start = OUR_FIRST_HOUR.timestamp()
    pairs = [(start + number * 3600, gained) for number, gained in enumerate(gains)]
    rows = build_rows(pairs, before=start + before * 3600)
    assert [row["start"] for row in rows] == [OUR_FIRST_HOUR + number * HOUR for number in range(min(before, 60))]
    sums = [0.0, *(row["sum"] or 0.0 for row in rows)]
    assert [later - earlier for earlier, later in pairwise(sums)] == pytest.approx(gains[: len(rows)])
