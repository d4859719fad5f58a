"""A usage point whose row is damaged holds nobody else up."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from gateway.accounts.service import find_or_create_account
from gateway.consents.models import Consent, ConsentStatus
from gateway.kit.database import Database
from gateway.kit.failures import Failures
from gateway.metering.history import fetch_next_history
from gateway.metering.upkeep import fetch_due_points
from gateway.migrations import upgrade_database
from gateway.runtime import Runtime, open_runtime
from gateway.settings import Settings
from gateway.usage_points.models import UsagePoint
from gateway.usage_points.service import add_usage_point
from tests.server.conftest import NOW, Gateway, SetClock, Simulator, wait_until

BASE, OTHER = "30001000000001", "30009000000001"
SECRET_ID = "an-id-that-cannot-be-guessed"
PARKED = {"details_at": NOW + timedelta(days=7), "next_work_at": NOW + timedelta(days=7), "history_at": None}


async def test_others_are_read_and_looked_after(
    gateway: Gateway, clock: SetClock, simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    who = {prm: await gateway.sign_in(f"{prm}@example.org") for prm in (BASE, OTHER)}
    damaged, whole = [await gateway.add_meter(prm, f"{prm}@example.org") for prm in (BASE, OTHER)]
    for prm, point in ((BASE, damaged), (OTHER, whole)):
        await gateway.at_rest(who[prm], point)
    async with gateway.runtime.database.write() as session:
        row = await session.get_one(UsagePoint, damaged)
        row.prm_sealed = bytes(reversed(row.prm_sealed))
    simulator.forget_calls()
    simulator.set_clock(NOW + timedelta(days=8))
    clock.set(NOW + timedelta(days=8))

    async def has_been_asked() -> bool:
        asked = simulator.calls()
        return all(any(part in call["path"] for call in asked) for part in ("subscribed_services", "courbe_de_charge"))

    await wait_until(has_been_asked)
    who_else = await gateway.sign_in(f"{OTHER}@example.org")
    seen = await gateway.at_rest(who_else, whole)
    assert seen["freshness"]["complete_until"] == "2026-11-11"
    assert "job_failed" in caplog.text
    assert BASE not in caplog.text


async def add_points(runtime: Runtime) -> list[str]:
    """Add a usage point whose refusals nobody can read, and a whole one; return their ids."""
    added = []
    for prm in (BASE, OTHER):
        async with runtime.database.write() as session:
            now = runtime.clock.now()
            account = await find_or_create_account(session, runtime.keyring, f"{prm}@example.org", now)
            point = await add_usage_point(
                session, account, prm, name="Home", keyring=runtime.keyring, instance=runtime.instance, now=now
            )
            point.details_at = now + timedelta(days=7)
            point.refusals = {"meter": "odd"} if prm == BASE else {}
            added.append(point.id)
    return added


async def load_point(database: Database, point_id: str) -> UsagePoint:
    async with database.read() as session:
        return await session.get_one(UsagePoint, point_id)


async def test_an_unexpected_error_stops_no_other_point_and_is_tried_again_later_each_time(
    settings: Settings, clock: SetClock, simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    await upgrade_database(settings.database_url)
    counted: list[str] = []
    failures = Failures(counted.append)
    async with open_runtime(settings, clock) as runtime:  # without its jobs
        damaged, whole = await add_points(runtime)
        pauses, again_at = [], clock.now()
        for _ in range(4):
            clock.set(again_at)
            async with runtime.database.write() as session:
                (await session.get_one(UsagePoint, whole)).next_work_at = clock.now()
            await fetch_due_points(runtime.database, runtime.archive, failures, clock)
            assert (await load_point(runtime.database, whole)).next_work_at > clock.now(), "it was visited"
            again_at = (await load_point(runtime.database, damaged)).next_work_at
            pauses.append(again_at - clock.now())
        assert pauses == sorted(pauses)
        assert pauses[0] > timedelta(seconds=20)
        assert pauses[-1] > 4 * pauses[0]
        assert simulator.calls("mesure_synchrone")
        assert counted == ["archive"] * 4
        for _ in range(2):
            await fetch_next_history(runtime.database, runtime.archive, runtime.store, failures, clock)
        history_at = (await load_point(runtime.database, damaged)).history_at
        assert history_at is not None
        assert history_at > clock.now()
        async with runtime.database.write() as session:
            for point_id in (damaged, whole):
                (await session.get_one(UsagePoint, point_id)).details_at = clock.now()
        await runtime.usage_points.refresh_due_points(failures)
        for point_id in (damaged, whole):
            assert (await load_point(runtime.database, point_id)).details_at > clock.now()
        assert counted == [*["archive"] * 4, "history", "usage_points"]
    assert damaged in caplog.text
    assert BASE not in caplog.text


async def test_what_no_key_decrypts_counts_as_a_failure_of_each_job_and_waits(
    settings: Settings, clock: SetClock, simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    """As after a restore with other keys: the alert tells the operator."""
    await upgrade_database(settings.database_url)
    counted: list[str] = []
    failures = Failures(counted.append)
    async with open_runtime(settings, clock) as runtime:  # without its jobs
        point_id, _ = await add_points(runtime)
        now = clock.now()
        async with runtime.database.write() as session:
            point = await session.get_one(UsagePoint, point_id)
            point.refusals, point.details_at, point.next_work_at, point.history_at = {}, now, now, now
            point.prm_sealed = bytes(reversed(point.prm_sealed))
            await session.execute(update(UsagePoint).where(UsagePoint.id != point_id).values(PARKED))
            consent = Consent(
                id=SECRET_ID,
                account_id=point.account_id,
                point_id="new",
                prm_sealed=point.prm_sealed,
                created_at=now,
                expires_at=now + timedelta(days=1),
                status=ConsentStatus.PENDING,
                authorisation=1,
                asked_on=now.date(),
                returned_at=now - timedelta(hours=1),
                check_at=now,
            )
            session.add(consent)
        for _ in range(2):  # once more at the same moment: nothing is due then
            await runtime.usage_points.refresh_due_points(failures)
            await runtime.consents.check_due_consents(failures)
            await fetch_due_points(runtime.database, runtime.archive, failures, clock)
            await fetch_next_history(runtime.database, runtime.archive, runtime.store, failures, clock)
        assert counted == ["usage_points", "consents", "archive", "history"]
    assert not simulator.calls()
    assert "prm" in caplog.text
    assert SECRET_ID not in caplog.text
