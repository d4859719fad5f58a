"""One worker keeps the archive and the national signals up to date."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from gateway.ecowatt import service as ecowatt
from gateway.metering import upkeep
from gateway.runtime import Runtime
from gateway.tempo import service as tempo

log = structlog.get_logger()

LONGEST_SLEEP = timedelta(seconds=5)
"""A usage point may be added by another process: look often, it is one query."""
_AFTER_FAILURE = timedelta(minutes=1)

type Job = Callable[[], Awaitable[datetime]]
"""Does what is due, and returns when it wants to be called next."""


async def run(runtime: Runtime) -> None:
    """Work until cancelled."""
    jobs: dict[str, Job] = {
        "tempo": lambda: tempo.keep(runtime.database, runtime.rte, runtime.clock),
        "ecowatt": lambda: ecowatt.keep(runtime.database, runtime.rte, runtime.clock),
        "consents": runtime.consents.keep,
        "archive": lambda: upkeep.keep(runtime.database, runtime.archive, runtime.clock.now()),
    }
    async with asyncio.TaskGroup() as group:
        for name, job in jobs.items():
            group.create_task(_repeat(runtime, name, job), name=name)


async def _repeat(runtime: Runtime, name: str, job: Job) -> None:
    while True:
        async with runtime.store.lease(f"job:{name}"):
            try:
                due = await job()
            except SQLAlchemyError:
                log.exception("job_failed", job=name)
                due = runtime.clock.now() + _AFTER_FAILURE
        wait = (min(due, runtime.clock.now() + LONGEST_SLEEP) - runtime.clock.now()).total_seconds()
        await runtime.clock.sleep(max(wait, 0.05))
