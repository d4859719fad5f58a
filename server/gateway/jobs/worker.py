"""Runs the background jobs; a lease for each job ensures that only one replica runs it at a time."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import structlog

from gateway.kit.clock import Clock
from gateway.kit.failures import Failures
from gateway.kit.outage import DatabaseDownError
from gateway.store import Store, StoreError

log = structlog.get_logger()

LONGEST_SLEEP = timedelta(seconds=5)
"""Another process may add a usage point: jobs run often, which costs one query."""
_SHORTEST_SLEEP = 0.05
_BETWEEN_STARTS = 0.02
"""So that jobs share few database connections: with SQLite each that was opened stays, and takes half a MB."""
_LONGEST_FAREWELL = 25.0
_LONGEST_CANCELLATION = 5.0
_AFTER_FAILURE = 60.0

type Job = Callable[[], Awaitable[datetime]]
"""Does what is due, and returns when to run next."""


def skip_until_due(job: Job, clock: Clock) -> Job:
    """Return a job that does nothing until it is due, for jobs that nothing else makes due sooner."""
    called, due = None, None

    async def call_if_due() -> datetime:
        nonlocal called, due
        now = clock.now()
        if called is None or due is None or not called <= now < due:  # the clock may have been set back
            called, due = now, await job()
        return due

    return call_if_due


@asynccontextmanager
async def run_jobs(jobs: Mapping[str, Job], store: Store, clock: Clock, failures: Failures) -> AsyncIterator[None]:
    """Run the jobs during the block; at its end, wait up to 25 seconds for running jobs, then cancel them."""
    stopping = asyncio.Event()
    work = asyncio.create_task(_run_all(jobs, store, clock, failures, stopping))
    try:
        yield
    finally:
        stopping.set()
        _, late = await asyncio.wait({work}, timeout=_LONGEST_FAREWELL)
        for task in late:
            task.cancel()
        if late:
            # so that they release their leases
            await asyncio.wait(late, timeout=_LONGEST_CANCELLATION)


async def _run_all(
    jobs: Mapping[str, Job], store: Store, clock: Clock, failures: Failures, stopping: asyncio.Event
) -> None:
    async with asyncio.TaskGroup() as group:
        for name, job in jobs.items():
            group.create_task(_repeat_job(name, job, store, clock, failures, stopping), name=name)
            await _sleep_until_stopped(clock, stopping, _BETWEEN_STARTS)


async def _repeat_job(
    name: str, job: Job, store: Store, clock: Clock, failures: Failures, stopping: asyncio.Event
) -> None:
    while not stopping.is_set():
        wait = _AFTER_FAILURE
        with failures.contain(name):
            due = await _run_leased(name, job, store, clock)
            wait = max((min(due, clock.now() + LONGEST_SLEEP) - clock.now()).total_seconds(), _SHORTEST_SLEEP)
        await _sleep_until_stopped(clock, stopping, wait)


async def _run_leased(name: str, job: Job, store: Store, clock: Clock) -> datetime:
    """Run a job unless another replica does; return when to run it again, which is soon after an outage."""
    try:
        async with store.try_lease(f"job:{name}") as ours:
            return await job() if ours else clock.now() + LONGEST_SLEEP
    except StoreError:
        pass  # the store logs when it is down and when it is back
    except DatabaseDownError as error:
        log.warning("database_down", job=name, reason=str(error), cause=type(error).__name__)
    return clock.now() + LONGEST_SLEEP


async def _sleep_until_stopped(clock: Clock, stopping: asyncio.Event, seconds: float) -> None:
    """Wait for `seconds`, or until the jobs are to stop."""
    naps = {asyncio.create_task(clock.sleep(seconds)), asyncio.create_task(stopping.wait())}
    _, others = await asyncio.wait(naps, return_when=asyncio.FIRST_COMPLETED)
    for nap in others:
        nap.cancel()
