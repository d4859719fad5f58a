"""One worker keeps the archive and the national signals up to date."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import structlog

from gateway.ecowatt import service as ecowatt
from gateway.jobs.clocks import Watch
from gateway.jobs.purge import purge
from gateway.kit.outage import DatabaseDownError
from gateway.mail.outbox import Postman
from gateway.metering import history, upkeep
from gateway.runtime import Runtime
from gateway.store import StoreError
from gateway.tempo import service as tempo

log = structlog.get_logger()

LONGEST_SLEEP = timedelta(seconds=5)
"""A usage point may be added by another process: look often, it is one query."""
_SHORTEST_SLEEP = 0.05
_LONGEST_FAREWELL = 25.0
_LONGEST_CANCELLATION = 5.0
_AFTER_FAILURE = 60.0

type Job = Callable[[], Awaitable[datetime]]
"""Does what is due, and returns when it wants to be called next."""


@asynccontextmanager
async def working(runtime: Runtime) -> AsyncIterator[None]:
    """Work meanwhile; at the end let each job finish what it is at."""
    stopping = asyncio.Event()
    work = asyncio.create_task(_run(runtime, stopping))
    try:
        yield
    finally:
        stopping.set()
        _, late = await asyncio.wait({work}, timeout=_LONGEST_FAREWELL)
        for task in late:
            task.cancel()
        if late:
            # for the leases they hold
            await asyncio.wait(late, timeout=_LONGEST_CANCELLATION)


async def _run(runtime: Runtime, stopping: asyncio.Event) -> None:
    jobs: dict[str, Job] = {
        "clock": Watch(runtime.database, runtime.clock).keep,
        "tempo": lambda: tempo.keep(runtime.database, runtime.rte, runtime.open_data, runtime.clock),
        "ecowatt": lambda: ecowatt.keep(runtime.database, runtime.rte, runtime.clock),
        "consents": runtime.consents.keep,
        "usage_points": runtime.usage_points.keep,
        "purge": lambda: purge(runtime.database, runtime.clock.now(), runtime.settings.archive_retention_days),
        "mail": Postman(runtime.database, runtime.carrier, runtime.settings, runtime.clock).keep,
        "archive": lambda: upkeep.keep(runtime.database, runtime.archive, runtime.clock),
        "history": lambda: history.keep(runtime.database, runtime.archive, runtime.store, runtime.clock),
    }
    async with asyncio.TaskGroup() as group:
        for name, job in jobs.items():
            group.create_task(_repeat(runtime, stopping, name, job), name=name)


async def _repeat(runtime: Runtime, stopping: asyncio.Event, name: str, job: Job) -> None:
    while not stopping.is_set():
        try:
            async with runtime.store.try_lease(f"job:{name}") as ours:
                due = await job() if ours else runtime.clock.now() + LONGEST_SLEEP
        except StoreError:
            # the store itself says when it is down and when it is back
            due = runtime.clock.now() + LONGEST_SLEEP
        except DatabaseDownError as error:
            log.warning("database_down", job=name, reason=str(error), cause=type(error).__name__)
            due = runtime.clock.now() + LONGEST_SLEEP
        except Exception:
            log.exception("job_failed", job=name)
            await _sleep(runtime, stopping, _AFTER_FAILURE)
            continue
        wait = (min(due, runtime.clock.now() + LONGEST_SLEEP) - runtime.clock.now()).total_seconds()
        await _sleep(runtime, stopping, max(wait, _SHORTEST_SLEEP))


async def _sleep(runtime: Runtime, stopping: asyncio.Event, seconds: float) -> None:
    """Wait, but no longer than until the end."""
    naps = {asyncio.create_task(runtime.clock.sleep(seconds)), asyncio.create_task(stopping.wait())}
    _, others = await asyncio.wait(naps, return_when=asyncio.FIRST_COMPLETED)
    for nap in others:
        nap.cancel()
