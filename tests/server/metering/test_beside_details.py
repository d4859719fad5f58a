"""Readings wait for the details of a new usage point, and not for those of one that is known."""

from datetime import timedelta

from gateway.accounts.service import find_or_create_account
from gateway.metering import upkeep
from gateway.migrations import upgrade_database
from gateway.runtime import open_runtime
from gateway.settings import Settings
from gateway.usage_points import service
from tests.server.conftest import SetClock, Simulator

PRM = "30001000000001"


async def test_details_that_are_due_stop_no_readings_and_make_no_job_spin(
    settings: Settings, clock: SetClock, simulator: Simulator
) -> None:
    await upgrade_database(settings.database_url)
    async with open_runtime(settings, clock) as runtime:  # without its jobs: nobody fetches the details

        async def visit() -> timedelta:
            due = await upkeep.fetch_due_points(runtime.database, runtime.archive, runtime.failures, clock)
            return due - clock.now()

        async with runtime.database.write() as session:
            account = await find_or_create_account(session, runtime.keyring, "a@example.org", clock.now())
            await service.add_usage_point(
                session,
                account,
                PRM,
                name="Home",
                keyring=runtime.keyring,
                instance=runtime.instance,
                now=clock.now(),
            )
        assert await visit() == timedelta(hours=1), "it waits for its details, and the job for another reason to run"
        assert simulator.calls("mesure_synchrone") == []
        clock.set(clock.now() + timedelta(hours=2))
        await visit()
        assert simulator.calls("mesure_synchrone"), "it is known by now"
