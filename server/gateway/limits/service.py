"""Limits by account, client or address: counted in rows, exact across replicas, in windows aligned on the clock."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.counters.service import Budget, ExhaustedError, get_used, take, take_back
from gateway.kit.rate_limit_headers import rate_limit_headers
from gateway.problems import ProblemError


@dataclass(frozen=True)
class Limit:
    """So many knocks a window."""

    door: str
    times: int
    window: timedelta


@dataclass(frozen=True)
class Standing:
    """How many knocks of a limit were counted, this one included, and the headers that tell."""

    count: int
    headers: dict[str, str]


async def knock(session: AsyncSession, limit: Limit, who: str, now: datetime) -> Standing:
    """Count a knock of `who`. Raises a 429 problem when there were enough."""
    try:
        count = await take(session, _budget(limit, who, now))
    except ExhaustedError as error:
        raise _enough(limit, now) from error
    return Standing(count, _headers(limit, count, now))


async def give_back(session: AsyncSession, limit: Limit, who: str, now: datetime) -> None:
    """Take back a knock of a moment ago: it was the right key."""
    await take_back(session, _budget(limit, who, now))


async def note(session: AsyncSession, limit: Limit, who: str, now: datetime) -> None:
    """Count something that has happened already, such as a failure; `is_reached` tells when there were enough."""
    with suppress(ExhaustedError):
        await take(session, _budget(limit, who, now))


async def is_reached(session: AsyncSession, limit: Limit, who: str, now: datetime) -> bool:
    """Tell whether enough was counted for `who`."""
    return await get_used(session, _budget(limit, who, now)) >= limit.times


def _window_start(limit: Limit, now: datetime) -> float:
    seconds = limit.window.total_seconds()
    return now.timestamp() // seconds * seconds


def _reset(limit: Limit, now: datetime) -> float:
    return _window_start(limit, now) + limit.window.total_seconds() - now.timestamp()


def _budget(limit: Limit, who: str, now: datetime) -> Budget:
    start = datetime.fromtimestamp(_window_start(limit, now), UTC)
    return Budget(f"{limit.door}:{who}", start.strftime("%Y-%m-%dT%H:%M"), limit.times)


def _headers(limit: Limit, count: int, now: datetime) -> dict[str, str]:
    return rate_limit_headers(
        limit.door, limit.times, limit.times - count, _reset(limit, now), limit.window.total_seconds()
    )


def _enough(limit: Limit, now: datetime) -> ProblemError:
    return ProblemError(
        429,
        "too_many_attempts",
        f"That was tried {limit.times} times in a short while; wait, then try again.",
        retry_after=_reset(limit, now),
        headers=_headers(limit, limit.times, now),
    )
