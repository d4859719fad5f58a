"""`gateway history`."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import typer

from gateway.cli.common import fail
from gateway.cli.runtime import with_runtime
from gateway.kit import paris
from gateway.metering.history import Progress, measure_progress
from gateway.runtime import Runtime
from gateway.usage_points import repository as points

_BETWEEN_LOOKS = 2.0
_WIDTH = 24


@dataclass(frozen=True)
class _PointHistory:
    """The history of a usage point; `next_call` is None if nothing is left to fetch."""

    id: str
    name: str
    progress: Progress
    next_call: datetime | None

    def line(self, now: datetime) -> str:
        """Return a line with a bar, the days known, what is left, and when it continues."""
        done, whole = self.progress.days, self.progress.of_days
        filled = _WIDTH if self.next_call is None else _WIDTH * done // max(1, whole)
        bar = "█" * filled + "░" * (_WIDTH - filled)
        return f"{self.id}  {bar}  {done} of {whole} days  {self._next(now)}  {self.name}"

    def _next(self, now: datetime) -> str:
        if self.next_call is None:
            return f"back to {self.progress.oldest}, all that Enedis has"
        left = f"back to {self.progress.known_from}, {self.progress.calls_left} calls left"
        waits = self.next_call - now > paris.HOUR / 60
        return left + (f", on from {self.next_call.astimezone(paris.PARIS):%Y-%m-%d %H:%M}" if waits else "")


def history(
    follow: Annotated[bool, typer.Option("--follow", help="Keep showing it until everything is there")] = False,
) -> None:
    """Show how much of each meter's history is in the archive. A running gateway fetches the rest."""

    async def work(runtime: Runtime) -> None:
        histories = await _read_progress(runtime)
        if not histories:
            fail("There is no meter yet: add one with `gateway usage-point add`, or in Home Assistant.")
        if follow:
            await _follow_progress(runtime, histories)
            histories = await _read_progress(runtime)
        for one in histories:
            print(one.line(runtime.clock.now()))

    with_runtime(work)


async def _follow_progress(runtime: Runtime, histories: list[_PointHistory]) -> None:
    with typer.progressbar(length=sum(one.progress.of_days for one in histories), label="Days in the archive") as bar:
        while True:
            bar.update(sum(one.progress.days for one in histories) - bar.pos)
            if all(one.next_call is None for one in histories):
                return
            await asyncio.sleep(_BETWEEN_LOOKS)
            histories = await _read_progress(runtime)


async def _read_progress(runtime: Runtime) -> list[_PointHistory]:
    today = paris.day_of(runtime.clock.now())
    async with runtime.database.read() as session:
        found = await points.list_granted(session)
    histories = []
    for point in found:
        metered_point = await runtime.archive.open_point(point)
        async with runtime.database.read() as session:
            progress = await measure_progress(session, metered_point, today)
        histories.append(_PointHistory(point.id, point.name, progress, point.history_at))
    return histories
