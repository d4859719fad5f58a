"""The numbers of calls to Enedis and RTE over time, from the counters."""

from collections import Counter
from datetime import timedelta

from gateway.admin.parts import AdminParts
from gateway.admin.schemas import DayOfUse, UseByDay
from gateway.counters import repository as counters
from gateway.kit import paris
from gateway.quotas.budgets import ENEDIS_HOUR

_DAYS = timedelta(days=31)


async def count_calls_by_day(parts: AdminParts) -> UseByDay:
    """Return the calls of the last 31 days, oldest first, with today."""
    today = paris.day_of(parts.clock.now())
    first = today - _DAYS + paris.DAY
    async with parts.database.read() as session:
        found = await counters.list_since(session, first.isoformat())
    enedis: Counter[tuple[str, str]] = Counter()
    rte: Counter[tuple[str, str]] = Counter()
    users: dict[str, list[int]] = {}
    for name, window, used in found:
        kind, _, rest = name.partition(":")
        day = window[:10]
        match kind:
            case "enedis":
                enedis[day, rest] += used
            case "rte":
                rte[day, rest] += used
            case "user":
                users.setdefault(day, []).append(used)
            case _:
                pass  # counters of rate limits, whose names are hashes
    return UseByDay(
        enedis_limit_an_hour=ENEDIS_HOUR,
        account_limit_a_day=parts.settings.user_daily_limit_no_cache,
        items=[
            DayOfUse(
                date=day,
                enedis=_describe_day(enedis, day.isoformat()),
                rte=_describe_day(rte, day.isoformat()),
                by_accounts=sum(users.get(day.isoformat(), [])),
                accounts=len([used for used in users.get(day.isoformat(), []) if used]),
                busiest=max(users.get(day.isoformat(), [0])),
            )
            for day in paris.iterate_days(first, today + paris.DAY)
        ],
    )


def _describe_day(counted: Counter[tuple[str, str]], day: str) -> dict[str, int]:
    return {name: used for (one, name), used in sorted(counted.items()) if one == day}
