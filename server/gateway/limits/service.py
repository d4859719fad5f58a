"""Limits by account, client or address: counted in rows, exact across replicas, in windows aligned on the clock."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.counters.service import Budget, ExhaustedError, get_used, take, take_back
from gateway.kit.rate_limit_headers import rate_limit_headers
from gateway.problems import ProblemError


@dataclass(frozen=True)
class RateLimit:
    """So many hits of a subject in each window; `scope` names what is counted."""

    scope: str
    times: int
    window: timedelta


@dataclass(frozen=True)
class RateLimitStatus:
    """How many hits this window has seen, this one included, and the response headers that say so."""

    count: int
    headers: dict[str, str]


async def hit(session: AsyncSession, limit: RateLimit, subject: str, now: datetime) -> RateLimitStatus:
    """Count a hit. Raises a 429 problem when the limit was reached before."""
    try:
        count = await take(session, _budget(limit, subject, now))
    except ExhaustedError as error:
        raise _too_many(limit, now) from error
    return RateLimitStatus(count, _headers(limit, count, now))


async def undo_hit(session: AsyncSession, limit: RateLimit, subject: str, now: datetime) -> None:
    """Uncount a hit of a moment ago, because the attempt succeeded."""
    await take_back(session, _budget(limit, subject, now))


async def count(session: AsyncSession, limit: RateLimit, subject: str, now: datetime) -> None:
    """Count something that has happened already, such as a failure. Raises nothing; see `is_reached`."""
    with suppress(ExhaustedError):
        await take(session, _budget(limit, subject, now))


async def is_reached(session: AsyncSession, limit: RateLimit, subject: str, now: datetime) -> bool:
    """Tell whether the limit is reached, without counting."""
    return await get_used(session, _budget(limit, subject, now)) >= limit.times


def window_end(limit: RateLimit, now: datetime) -> datetime:
    """Return when the present window ends."""
    return datetime.fromtimestamp(_window_start(limit, now), UTC) + limit.window


def _window_start(limit: RateLimit, now: datetime) -> float:
    seconds = limit.window.total_seconds()
    return now.timestamp() // seconds * seconds


def _reset(limit: RateLimit, now: datetime) -> float:
    return _window_start(limit, now) + limit.window.total_seconds() - now.timestamp()


def _budget(limit: RateLimit, subject: str, now: datetime) -> Budget:
    start = datetime.fromtimestamp(_window_start(limit, now), UTC)
    return Budget(f"{limit.scope}:{subject}", start.strftime("%Y-%m-%dT%H:%M"), limit.times)


def _headers(limit: RateLimit, count: int, now: datetime) -> dict[str, str]:
    return rate_limit_headers(
        limit.scope, limit.times, limit.times - count, _reset(limit, now), limit.window.total_seconds()
    )


def _too_many(limit: RateLimit, now: datetime) -> ProblemError:
    return ProblemError(
        429,
        "too_many_attempts",
        f"Too many attempts: at most {limit.times} are allowed in this time. Wait, then try again.",
        retry_after=_reset(limit, now),
        headers=_headers(limit, limit.times, now),
    )
