"""What was read of a meter is kept for its time after the consent, and no longer."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from gateway.audit.models import AuditEvent
from gateway.billing.hours.models import Publication, PublishedDay
from gateway.instance import load_instance
from gateway.jobs.purge import purge_outdated
from gateway.metering.models import DayRecord
from gateway.metering.schedule import Kind
from gateway.settings import Settings
from gateway.usage_points import service as points
from gateway.usage_points.models import PointStatus, UsagePoint
from tests.server.billing.homes import BASE, PRM, TODAY, StoredHome, list_past_days, sqlite_url, whole_curve
from tests.server.conftest import NOW, SetClock, Simulator, run_gateway, wait_until

KEPT_FOR = 1095
A_MOMENT = timedelta(seconds=1)
THE_END = NOW + timedelta(days=KEPT_FOR)


@pytest.fixture
async def home(tmp_path: Path) -> Any:
    """A home with readings that were published, whose consent ends now."""
    made = await StoredHome.create(sqlite_url(tmp_path), SetClock(NOW), tariffs=BASE)
    await made.write_days(Kind.CURVE, {day: whole_curve(day, [600]) for day in list_past_days(60)})
    await made.load_hours()
    yield made
    await made.database.close()


async def end_access(home: StoredHome, status: PointStatus = PointStatus.ENDED) -> None:
    async with home.database.write() as session:
        points.end_access(await session.get_one(UsagePoint, home.point_id), status, home.clock.now())


async def purge_at(home: StoredHome, now: datetime) -> None:
    """Purge, RTE having told something that day."""
    home.clock.set(now)
    await home.write_colors({TODAY: "blue"})
    await purge_outdated(home.database, now, KEPT_FOR)


async def count_rows(home: StoredHome) -> list[int]:
    """Count what is there of the home: the meter, its days, what was published."""
    tables = (UsagePoint, DayRecord, Publication, PublishedDay)
    async with home.database.read() as session:
        return [await session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


async def list_deletions(home: StoredHome) -> list[dict[str, Any]]:
    async with home.database.read() as session:
        query = select(AuditEvent).where(AuditEvent.event == "usage_point_deleted")
        return [event.detail for event in await session.scalars(query)]


@pytest.mark.parametrize("status", [PointStatus.ENDED, PointStatus.MOVED])
async def test_what_was_read_goes_when_its_time_is_over_and_not_before(
    home: StoredHome, status: PointStatus, caplog: pytest.LogCaptureFixture
) -> None:
    await end_access(home, status)
    await purge_at(home, THE_END)
    assert await count_rows(home) == [1, 60, 1, 60]
    await purge_at(home, THE_END + A_MOMENT)
    assert await count_rows(home) == [0, 0, 0, 0]
    assert await list_deletions(home) == [{"usage_point": home.point_id, "reason": "retention"}]
    assert PRM not in caplog.text


async def test_a_meter_that_is_shared_is_never_too_old(home: StoredHome) -> None:
    await purge_at(home, THE_END + timedelta(days=1000))
    assert (await count_rows(home))[:2] == [1, 60]
    assert await list_deletions(home) == []


async def test_a_share_that_came_back_in_time_keeps_all_and_its_next_end_counts(home: StoredHome) -> None:
    await end_access(home)
    home.clock.set(THE_END)
    instance = await load_instance(home.database, home.keyring)
    async with home.database.write() as session:
        account = await points.get_account(session, await session.get_one(UsagePoint, home.point_id))
        await points.add_usage_point(
            session, account, PRM, name=None, keyring=home.keyring, instance=instance, now=THE_END
        )
    await purge_at(home, THE_END + timedelta(days=10))
    assert (await count_rows(home))[:2] == [1, 60]
    await end_access(home)
    await purge_at(home, THE_END + timedelta(days=10 + KEPT_FOR))
    assert (await count_rows(home))[:2] == [1, 60]
    await purge_at(home, THE_END + timedelta(days=10 + KEPT_FOR) + A_MOMENT)
    assert await count_rows(home) == [0, 0, 0, 0]


async def test_a_clock_that_nobody_outside_agrees_with_deletes_nothing(home: StoredHome) -> None:
    await home.write_colors({TODAY: "blue"})
    await end_access(home)
    await purge_outdated(home.database, THE_END + timedelta(days=365), KEPT_FOR)
    assert (await count_rows(home))[:2] == [1, 60]


async def test_the_worker_goes_by_the_setting(settings: Settings, simulator: Simulator, clock: SetClock) -> None:
    async with run_gateway(settings.model_copy(update={"archive_retention_days": 2}), clock) as running:
        point, who = await running.add_meter("30001000000001"), await running.sign_in()
        await running.at_rest(who, point)
        async with running.runtime.database.write() as session:
            points.end_access(await session.get_one(UsagePoint, point), PointStatus.ENDED, NOW)
        later = NOW + timedelta(days=2, minutes=1)
        simulator.set_clock(later)
        clock.set(later)

        async def is_gone() -> bool:
            again = await running.sign_in()
            return (await running.http.get(f"/v1/usage-points/{point}", headers=again)).status_code == 404

        await wait_until(is_gone)
