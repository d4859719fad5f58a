"""Rate limits by account, client or address: counted in database rows, exact across replicas, in aligned windows."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.counters.service import Budget, ExhaustedError, give_back_one, load_used, take_one
from gateway.kit.rate_limit_headers import build_rate_limit_headers
from gateway.problems import ProblemError


@dataclass(frozen=True)
class RateLimit:
    """A limit of `times` hits per subject in each window; `scope` names what is counted."""

    scope: str
    times: int
    window: timedelta


@dataclass(frozen=True)
class RateLimitStatus:
    """The number of hits in this window, including the present one, and the response headers for it."""

    count: int
    headers: dict[str, str]


async def hit(session: AsyncSession, limit: RateLimit, subject: str, now: datetime) -> RateLimitStatus:
    """Count a hit and return the status. Raises ProblemError (429) if the limit was already reached."""
    try:
        count = await take_one(session, _build_budget(limit, subject, now))
    except ExhaustedError as error:
        raise _too_many(limit, now) from error
    return RateLimitStatus(count, _build_headers(limit, count, now))


async def undo_hit(session: AsyncSession, limit: RateLimit, subject: str, now: datetime) -> None:
    """Undo a hit in the same window, because the attempt succeeded."""
    await give_back_one(session, _build_budget(limit, subject, now))


async def count_event(session: AsyncSession, limit: RateLimit, subject: str, now: datetime) -> None:
    """Count something that has already happened, such as a failure, without raising; see `is_reached`."""
    with suppress(ExhaustedError):
        await take_one(session, _build_budget(limit, subject, now))


async def is_reached(session: AsyncSession, limit: RateLimit, subject: str, now: datetime) -> bool:
    """Tell whether the limit is reached, without counting a hit."""
    return await load_used(session, _build_budget(limit, subject, now)) >= limit.times


def get_window_end(limit: RateLimit, now: datetime) -> datetime:
    """Return when the present window ends."""
    return datetime.fromtimestamp(_get_window_start(limit, now), UTC) + limit.window


def _get_window_start(limit: RateLimit, now: datetime) -> float:
    seconds = limit.window.total_seconds()
    return now.timestamp() // seconds * seconds


def _get_seconds_left(limit: RateLimit, now: datetime) -> float:
    return _get_window_start(limit, now) + limit.window.total_seconds() - now.timestamp()


def _build_budget(limit: RateLimit, subject: str, now: datetime) -> Budget:
    start = datetime.fromtimestamp(_get_window_start(limit, now), UTC)
    return Budget(f"{limit.scope}:{subject}", start.strftime("%Y-%m-%dT%H:%M"), limit.times)


def _build_headers(limit: RateLimit, count: int, now: datetime) -> dict[str, str]:
    return build_rate_limit_headers(
        limit.scope, limit.times, limit.times - count, _get_seconds_left(limit, now), limit.window.total_seconds()
    )


def _too_many(limit: RateLimit, now: datetime) -> ProblemError:
    return ProblemError(
        429,
        "too_many_attempts",
        f"Too many attempts: at most {limit.times} are allowed in this time. Wait, then try again.",
        retry_after=_get_seconds_left(limit, now),
        headers=_build_headers(limit, limit.times, now),
    )
