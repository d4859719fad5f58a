"""Limits by account: counted in rows, exact across replicas, in windows aligned on the clock."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.problems import ProblemError
from gateway.quotas.service import Budget, ExhaustedError, charge, used


@dataclass(frozen=True)
class Limit:
    """So many knocks a window."""

    door: str
    times: int
    window: timedelta


async def knock(session: AsyncSession, limit: Limit, who: str, now: datetime) -> None:
    """Count a knock of `who`. Raises a 429 problem when there were enough."""
    try:
        await charge(session, [_budget(limit, who, now)])
    except ExhaustedError as error:
        raise _enough(limit, now) from error


async def note(session: AsyncSession, limit: Limit, who: str, now: datetime) -> None:
    """Count something that has happened already, such as a failure; `is_reached` tells when there were enough."""
    with suppress(ExhaustedError):
        await charge(session, [_budget(limit, who, now)])


async def is_reached(session: AsyncSession, limit: Limit, who: str, now: datetime) -> bool:
    """Tell whether enough was counted for `who`."""
    return await used(session, _budget(limit, who, now)) >= limit.times


def _window_start(limit: Limit, now: datetime) -> float:
    seconds = limit.window.total_seconds()
    return now.timestamp() // seconds * seconds


def _budget(limit: Limit, who: str, now: datetime) -> Budget:
    start = datetime.fromtimestamp(_window_start(limit, now), UTC)
    return Budget(f"{limit.door}:{who}", start.strftime("%Y-%m-%dT%H:%M"), limit.times)


def _enough(limit: Limit, now: datetime) -> ProblemError:
    wait = _window_start(limit, now) + limit.window.total_seconds() - now.timestamp()
    return ProblemError(
        429,
        "too_many_attempts",
        f"That was tried {limit.times} times in a short while; wait, then try again.",
        retry_after=wait,
    )
