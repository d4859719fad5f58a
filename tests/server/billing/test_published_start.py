"""Where the hours begin when a consent ends, and is given again."""

from datetime import date, timedelta
from unittest.mock import AsyncMock

import pytest

from gateway.billing.hours import repository
from gateway.billing.hours.models import Publication
from gateway.instance import load_instance
from gateway.kit import paris
from gateway.metering import repository as metering
from gateway.metering.schedule import Kind
from gateway.usage_points import service as points
from gateway.usage_points.models import PointStatus, UsagePoint
from tests.server.billing.answered import load_totals
from tests.server.billing.homes import PRM, TODAY, Client, StoredHome, list_past_days, whole_curve
from tests.server.paris import midnight

OLDEST_CURVE, OLDEST_VALUE = date(2024, 10, 19), date(2023, 10, 19)
A_LOOK = timedelta(hours=2)


def format_midnight(day: date) -> str:
    return midnight(day).strftime("%Y-%m-%dT%H:%M:%SZ")


def advance_clock(home: StoredHome, time: timedelta) -> None:
    home.clock.set(home.clock.now() + time)


async def write_days(home: StoredHome, days: list[date]) -> None:
    await home.write_days(Kind.CURVE, {day: whole_curve(day, [600]) for day in days})


async def end_access(home: StoredHome, status: PointStatus = PointStatus.ENDED) -> None:
    async with home.database.write() as session:
        points.end_access(await session.get_one(UsagePoint, home.point_id), status, home.clock.now())


async def share_again(home: StoredHome) -> None:
    instance = await load_instance(home.database, home.keyring)
    async with home.database.write() as session:
        account = await points.get_account(session, await session.get_one(UsagePoint, home.point_id))
        await points.add_usage_point(
            session, account, PRM, name=None, keyring=home.keyring, instance=instance, now=home.clock.now()
        )


async def fill_the_rest(home: StoredHome, known: int) -> None:
    """Fill in the history: what is older than `known` days, in the steps in which it comes."""
    oldest = (TODAY - OLDEST_CURVE).days
    await write_days(home, list_past_days(oldest, known + 1))
    await home.write_days(Kind.DAILY, dict.fromkeys(paris.iterate_days(OLDEST_VALUE, OLDEST_CURVE), 12_345))


async def test_totals_say_since_when_while_the_history_is_fetched(home: StoredHome) -> None:
    await write_days(home, list_past_days(70))
    found = await load_totals(home)
    assert (found["known_since"], found["history_complete"]) == ((TODAY - timedelta(days=60)).isoformat(), False)
    await fill_the_rest(home, 70)
    advance_clock(home, A_LOOK)
    found = await load_totals(home)
    assert (found["known_since"], found["history_complete"]) == (OLDEST_VALUE.isoformat(), True)


@pytest.mark.parametrize("status", [PointStatus.ENDED, PointStatus.MOVED])
async def test_a_consent_that_lapsed_and_came_back_publishes_the_history(home: StoredHome, status: PointStatus) -> None:
    client = Client()
    await write_days(home, list_past_days(70))
    client.take(await home.load_hours())
    await end_access(home, status)
    answer = await home.load_hours(client.cursor)
    assert answer["from"] == format_midnight(TODAY - timedelta(days=70)), "all that was read"
    client.take(answer)
    advance_clock(home, A_LOOK)
    assert (await home.load_hours(client.cursor))["from"] is None
    await share_again(home)
    assert (await home.load_hours(client.cursor))["from"] is None
    await write_days(home, list_past_days(200, 71))
    assert (await home.load_hours(client.cursor))["from"] is None, "not with every answer"
    await write_days(home, list_past_days(365, 201))
    answer = await home.load_hours(client.cursor)
    assert answer["from"] == format_midnight(TODAY - timedelta(days=365))
    client.take(answer)
    await fill_the_rest(home, 365)
    answer = await home.load_hours(client.cursor)
    assert (answer["from"], answer["epoch"]) == (format_midnight(OLDEST_VALUE), client.epoch)
    client.take(answer)
    advance_clock(home, timedelta(days=1))
    assert (await home.load_hours(client.cursor))["start"] == [], "Enedis' limit moves on, the start does not"
    assert (await home.load_hours())["from"] == format_midnight(OLDEST_VALUE)


async def test_a_start_that_an_older_version_froze_is_found_again(home: StoredHome) -> None:
    await write_days(home, list_past_days(70))
    await end_access(home)
    await home.load_hours()
    async with home.database.write() as session:
        (await session.get_one(Publication, home.point_id)).is_whole = True
    advance_clock(home, A_LOOK)
    assert (await home.load_hours())["from"] == format_midnight(TODAY - timedelta(days=70))
    await share_again(home)
    await fill_the_rest(home, 70)
    assert (await home.load_hours())["from"] == format_midnight(OLDEST_VALUE)


@pytest.mark.parametrize("is_over", [True, False])
async def test_what_stays_is_known_without_a_look_into_the_archive(
    home: StoredHome, is_over: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    await write_days(home, list_past_days(70))
    if is_over:
        await end_access(home)
    else:
        await fill_the_rest(home, 70)
    await home.load_hours()
    advance_clock(home, A_LOOK)
    first = await home.load_hours()
    ledger = AsyncMock(side_effect=AssertionError("the archive was asked"))
    monkeypatch.setattr(metering, "load_entries", ledger)
    assert (await home.load_hours())["from"] == first["from"]
    async with home.database.read() as session:
        standing = await repository.find_publication(session, home.point_id)
    assert standing is not None
    assert standing.is_whole is not is_over


async def test_a_history_that_was_whole_stays_so_when_the_consent_ends_and_comes_back(home: StoredHome) -> None:
    client = Client()
    await write_days(home, list_past_days(70))
    await fill_the_rest(home, 70)
    client.take(await home.load_hours())
    await end_access(home)
    advance_clock(home, timedelta(days=100))
    assert (await home.load_hours(client.cursor))["from"] is None
    await share_again(home)
    assert (await home.load_hours(client.cursor))["from"] is None
    assert (await home.load_hours())["from"] == format_midnight(OLDEST_VALUE)
