"""Compares this machine's clock with those of the database and of RTE or Enedis."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx2
from sqlalchemy import func, select

from gateway.kit.backoff import CLOCKS_DIFFER
from gateway.kit.database import Database
from gateway.kit.http import make_ssl_context
from gateway.settings import Settings


async def find_clock_problem(settings: Settings, database: Database) -> str | None:
    """Return by how much the clock is off; None if it is right, or if nobody could be asked."""
    if not database.is_sqlite:
        async with database.read() as session:
            moment = await session.scalar(select(func.now()))
        if moment is not None and (problem := _compare(moment, "PostgreSQL")):
            return problem
    for name, url in (("RTE", settings.rte_base_url), ("Enedis", settings.enedis_url)):
        if (moment := await _fetch_date(url)) is not None:
            return _compare(moment, name)
    return None


async def _fetch_date(url: str) -> datetime | None:
    """Return the date in the header of a response to HEAD, which needs no credentials and counts against no quota."""
    try:
        async with httpx2.AsyncClient(timeout=10, trust_env=False, verify=make_ssl_context()) as http:
            found = parsedate_to_datetime((await http.head(url)).headers["date"])
    except httpx2.HTTPError, OSError, KeyError, ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _compare(moment: datetime, whose: str) -> str | None:
    ahead = datetime.now(UTC) - moment
    if abs(ahead) <= CLOCKS_DIFFER:
        return None
    way = "ahead of" if ahead > timedelta() else "behind"
    return (
        f"this machine's clock is {_format_span(abs(ahead))} {way} {whose}'s: synchronise it with NTP (timedatectl "
        "set-ntp true), or limits and the days that are asked for are wrong"
    )


def _format_span(span: timedelta) -> str:
    minutes = round(span / timedelta(minutes=1))
    days, hours = divmod(minutes // 60, 24)
    return f"{days} days" if days > 1 else f"{hours + 24 * days} hours" if minutes >= 120 else f"{minutes} minutes"
