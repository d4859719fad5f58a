"""A file from its preview to the Energy dashboard's hours, and back out again."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

import pytest

from gateway.billing.totals.service import TotalsService
from gateway.billing.totals.totals import Unit
from gateway.domain.direction import Direction
from gateway.imports.comparing import DayOutcome
from gateway.imports.schemas import UploadedFile
from gateway.imports.service import ImportService
from gateway.metering.repository import Fact, save_facts
from gateway.metering.schedule import Feed, Kind, State
from gateway.problems import ProblemError
from gateway.usage_points.models import PointStatus
from tests.server.billing.homes import BASE, HP_HC, NIGHT, StoredHome, list_past_days, sqlite_url, whole_curve
from tests.server.conftest import NOW, Gateway, SetClock
from tests.server.imports import files
from tests.server.paris import midnight

OLD = date(2023, 12, 12)
OLDER = date(2021, 12, 12)
"""Before all that Enedis still has."""
WATTS = [100 + 10 * number for number in range(48)]
WH = sum(WATTS) // 2
ONE = timedelta(days=1)


@pytest.fixture
async def home(tmp_path: Any, clock: SetClock) -> AsyncIterator[StoredHome]:
    """A home whose last ten days are known, and of which Enedis has nothing else."""
    made = await StoredHome.create(sqlite_url(tmp_path), clock, tariffs=HP_HC, off_peak=NIGHT)
    async with made.database.write() as session:
        for kind, days in ((Kind.CURVE, list_past_days(760, 11)), (Kind.DAILY, list_past_days(1120, 11))):
            nothing = [Fact(day, State.ABSENT) for day in days]
            await save_facts(session, Feed(made.point_id, kind), made.secrets, nothing, clock.now())
    await made.write_days(Kind.CURVE, {day: whole_curve(day, [400]) for day in list_past_days(10)})
    await made.change_point(history_at=None)
    yield made
    await made.database.close()


def service(home: StoredHome) -> ImportService:
    return ImportService(home.database, home.clock, home.keyring)


async def preview(home: StoredHome, days: dict[date, list[int]]) -> UploadedFile:
    rows = [row for day, watts in days.items() for row in files.half_hours(day, watts)]
    content = files.conso_downloader(rows)
    return await service(home).preview_file(home.account_id, home.point_id, content, "", Direction.CONSUMPTION)


async def accept(home: StoredHome, days: dict[date, list[int]]) -> UploadedFile:
    shown = await preview(home, days)
    return await service(home).accept_file(home.account_id, home.point_id, shown.id)


def energy(answer: dict[str, Any], day: date) -> list[float]:
    """The sums of consumption in the hours of a day, and just before them."""
    rows = dict(zip(answer["start"], answer["sum"]["consumption"], strict=True))
    hours = [midnight(day) + timedelta(hours=number) for number in range(24)]
    return [rows[f"{hour:%Y-%m-%dT%H:00:00Z}"] for hour in hours]


def first_hour(day: date) -> str:
    return f"{midnight(day):%Y-%m-%dT%H:00:00Z}"


async def test_the_preview_tells_new_agreeing_and_differing_days_and_nothing_counts_yet(home: StoredHome) -> None:
    before = await home.load_hours()
    equal, other, new = list_past_days(3)[0], list_past_days(2)[0], OLD
    shown = await preview(home, {new: WATTS, equal: [400] * 48, other: [400] * 47 + [900]})
    assert (shown.status, shown.report.days) == ("preview", {"new": 1, "agrees": 1, "differs": 1})
    (difference,) = shown.report.differences
    assert (difference.date, difference.file, difference.archive) == (other, 9850, 9600)
    assert await home.load_hours() == before


async def test_accepted_days_are_in_hours_buckets_and_sums_and_say_what_they_are(home: StoredHome) -> None:
    await home.load_hours()
    await accept(home, {OLD: WATTS})
    answer = await home.load_hours()
    assert answer["start"][0] == "2023-12-11T23:00:00Z"
    assert energy(answer, OLD)[-1] == WH
    assert set(answer["made_of"]["consumption"][:24]) == {"imported"}
    off_peak = sum(WATTS[:13]) + sum(WATTS[45:])
    assert answer["sum"]["consumption_hc"][23] == off_peak / 2
    assert set(answer["made_of"]["consumption"][24:]) == {"measured"}


async def test_a_file_is_taken_back_whole(home: StoredHome) -> None:
    before = await home.load_hours()
    accepted = await accept(home, {OLD: WATTS, OLD + ONE: WATTS})
    assert len((await home.load_hours())["start"]) == len(before["start"]) + 48
    await service(home).take_back_file(home.account_id, home.point_id, accepted.id)
    after = await home.load_hours()
    assert after["epoch"] != before["epoch"]
    assert (after["start"], after["sum"]) == (before["start"], before["sum"])
    (listed,) = await service(home).list_files(home.account_id, home.point_id)
    assert (listed.status, listed.report) == ("taken_back", accepted.report)
    with pytest.raises(ProblemError, match="taken_back"):
        await service(home).accept_file(home.account_id, home.point_id, accepted.id)


async def test_what_enedis_measured_is_never_replaced_and_comes_to_count_later(home: StoredHome) -> None:
    day = list_past_days(20)[0]
    await accept(home, {day: WATTS})
    assert energy(await home.load_hours(), day)[-1] == WH
    await home.write_days(Kind.CURVE, {day: whole_curve(day, [700])})
    answer = await home.load_hours()
    assert energy(answer, day)[-1] == 700 * 24
    assert "imported" not in answer["made_of"]["consumption"]


async def test_a_file_completes_a_day_of_which_enedis_has_a_part(home: StoredHome) -> None:
    day = list_past_days(2)[0]
    await home.write_days(Kind.CURVE, {day: whole_curve(day, [400])[:40]}, state=State.PARTIAL)
    await accept(home, {day: [400] * 40 + [1000] * 8})
    answer = await home.load_hours()
    sums = energy(answer, day)
    assert (sums[19] - sums[18], sums[20] - sums[19]) == (400, 1000)
    place = answer["start"].index(f"{midnight(day) + timedelta(hours=20):%Y-%m-%dT%H:00:00Z}")
    assert answer["made_of"]["consumption"][place - 1 : place + 1] == ["measured", "imported"]


async def test_a_day_that_does_not_come_to_enedis_own_value_is_not_taken(home: StoredHome) -> None:
    await home.write_days(Kind.DAILY, {OLD: WH, OLD + ONE: WH + 400})
    shown = await preview(home, {OLD: WATTS, OLD + ONE: WATTS})
    assert shown.report.days == {"new": 1, "agrees": 0, "differs": 1}
    (difference,) = shown.report.differences
    assert (difference.date, difference.file, difference.archive) == (OLD + ONE, WH, WH + 400)


async def test_hours_that_are_shifted_differ_though_the_day_sums_to_the_same(home: StoredHome) -> None:
    day = list_past_days(3)[0]
    await home.write_days(Kind.CURVE, {day: whole_curve(day, [400] * 24 + [800] * 24)})
    shown = await preview(home, {day: [400] * 23 + [800] * 24 + [400]})
    assert shown.report.days[DayOutcome.DIFFERS] == 1


async def test_a_second_file_adds_only_what_the_first_did_not_have(home: StoredHome) -> None:
    await accept(home, {OLD: WATTS[:24]})
    second = await accept(home, {OLD: WATTS})
    assert (second.report.days[DayOutcome.NEW], second.report.spans[0].partial) == (1, 0)
    assert energy(await home.load_hours(), OLD)[-1] == WH
    third = await preview(home, {OLD: WATTS})
    assert third.report.days[DayOutcome.AGREES] == 1
    await service(home).take_back_file(home.account_id, home.point_id, second.id)
    assert len([start for start in (await home.load_hours())["start"] if start < "2024"]) == 12


TOO_OLD_FOR_A_CURVE = date(2024, 2, 10)
"""Enedis still gives its value, and no longer its curve."""


async def test_a_whole_imported_curve_replaces_a_daily_value_that_was_published(home: StoredHome) -> None:
    day = TOO_OLD_FOR_A_CURVE
    await home.write_days(Kind.DAILY, {day: WH})
    published = await home.load_hours()
    assert published["made_of"]["consumption"][published["start"].index(first_hour(day))] == "day"
    await accept(home, {day: WATTS})
    answer = await home.load_hours()
    sums = energy(answer, day)
    assert sums[-1] - sums[0] + sum(WATTS[:2]) / 2 == WH
    place = answer["start"].index(first_hour(day))
    assert set(answer["made_of"]["consumption"][place : place + 24]) == {"imported"}
    assert answer["sum"]["consumption_unknown"][place + 23] == 0


@pytest.mark.parametrize("is_known_absent", [False, True])
async def test_a_part_of_a_curve_takes_nothing_from_a_daily_value(home: StoredHome, *, is_known_absent: bool) -> None:
    day = list_past_days(30)[0] if is_known_absent else TOO_OLD_FOR_A_CURVE
    await home.write_days(Kind.DAILY, {day: WH})
    await accept(home, {day: WATTS[:20]})
    answer = await home.load_hours()
    place = answer["start"].index(first_hour(day))
    before = answer["sum"]["consumption"][place - 1] if place else 0
    assert answer["sum"]["consumption"][place] - before == WH
    assert answer["made_of"]["consumption"][place] == "day"
    await accept(home, {day: WATTS})
    assert energy(await home.load_hours(), day)[-1] - before == WH


async def test_a_file_for_a_meter_whose_consent_ended(home: StoredHome) -> None:
    await home.change_point(status=PointStatus.ENDED, ended_at=NOW - ONE)
    await home.load_hours()
    await accept(home, {OLD: WATTS})
    assert (await home.load_hours())["start"][0] == "2023-12-11T23:00:00Z"


async def test_only_the_newest_preview_is_kept_and_for_a_day(home: StoredHome) -> None:
    first = await preview(home, {OLD: WATTS})
    await preview(home, {OLD + ONE: WATTS})
    assert len(await service(home).list_files(home.account_id, home.point_id)) == 1
    with pytest.raises(ProblemError, match="not_found"):
        await service(home).accept_file(home.account_id, home.point_id, first.id)


async def test_days_from_a_file_are_billed(home: StoredHome) -> None:
    await home.change_point(tariffs=BASE, off_peak=[])
    totals = TotalsService(home.database, home.clock, home.publisher)
    before = (await totals.add_up(home.account_id, home.point_id)).by_unit[Unit.YEAR]["year_ago"]
    await accept(home, {date(2024, 11, 1): [500] * 48, date(2024, 11, 2): [500] * 48})
    after = (await totals.add_up(home.account_id, home.point_id)).by_unit[Unit.YEAR]["year_ago"]
    assert after.sums["consumption"] - before.sums.get("consumption", 0) == 2 * 12_000 * 60
    assert after.sums["cost"] > before.sums.get("cost", 0)


async def test_over_http(gateway: Gateway) -> None:
    who = await gateway.sign_in()
    point = await gateway.add_meter(files.PRM)
    at = f"/v1/usage-points/{point}/imports"
    content = files.conso_downloader(files.half_hours(OLDER, WATTS))
    headers = who | {"Content-Disposition": f'attachment; filename="historique_conso_{files.PRM}.csv"'}
    answer = await gateway.http.post(at, headers=headers, content=content)
    assert answer.status_code == 201, answer.text
    shown = answer.json()
    assert shown["report"]["spans"] == [
        {
            "kind": "load_curve",
            "direction": "consumption",
            "outcome": "new",
            "start": "2021-12-12",
            "end": "2021-12-13",
            "days": 1,
            "partial": 0,
        }
    ]
    days = {"start": str(OLDER), "end": str(OLDER + ONE)}
    nothing = await gateway.get(f"/v1/usage-points/{point}/load-curve", who, **days)
    assert (nothing["readings"], nothing["missing"][0]["reason"]) == ([], "history_limit")
    answer = await gateway.http.post(f"{at}/{shown['id']}/accept", headers=who)
    assert answer.json()["status"] == "accepted"
    curve = await gateway.get(f"/v1/usage-points/{point}/load-curve", who, **days)
    assert [reading["watts"] for reading in curve["readings"]] == WATTS
    assert {reading["quality"] for reading in curve["readings"]} == {"imported"}
    assert curve["missing"] == []
    daily = await gateway.get(f"/v1/usage-points/{point}/daily", who, **days)
    assert daily["readings"] == [{"date": "2021-12-12", "wh": WH, "quality": "imported", "source": "load_curve"}]
    answer = await gateway.http.delete(f"{at}/{shown['id']}", headers=who)
    assert answer.status_code == 204
    assert (await gateway.get(f"/v1/usage-points/{point}/load-curve", who, **days))["readings"] == []
    assert [one["status"] for one in (await gateway.get(at, who))["items"]] == ["taken_back"]


async def test_a_spreadsheet_has_bytes_of_any_kind_and_a_size(gateway: Gateway) -> None:
    who = await gateway.sign_in()
    at = f"/v1/usage-points/{await gateway.add_meter(files.PRM)}/imports"
    sheet = files.xlsx([["Début", "Fin", "Valeur (en kW)"], ["02/03/2024 00:00", "02/03/2024 00:30", 1]])
    assert b"\0" in sheet
    assert (await gateway.http.post(at, headers=who, content=sheet)).status_code == 201
    answer = await gateway.http.post(at, headers=who, content=b"0" * (20 * 1024 * 1024 + 1))
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    stranger = await gateway.sign_in("stranger@example.org")
    assert (await gateway.http.post(at, headers=stranger, content=sheet)).status_code == 404
