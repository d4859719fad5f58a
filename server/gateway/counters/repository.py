"""Database queries for counters."""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.counters.models import Counter
from gateway.kit.database import build_insert


async def increment_counter(session: AsyncSession, name: str, window: str, limit: int) -> int | None:
    """Count one use and return the new number of uses; None if there were already `limit`."""
    if limit < 1:
        return None
    statement = (
        build_insert(session, Counter)
        .values(name=name, window=window, used=1)
        .on_conflict_do_update(
            index_elements=[Counter.name, Counter.window],
            set_={"used": Counter.used + 1},
            where=Counter.used < limit,
        )
        .returning(Counter.used)
    )
    return await session.scalar(statement)


async def decrement_counter(session: AsyncSession, name: str, window: str) -> None:
    """Subtract one use, if there is any."""
    await session.execute(
        update(Counter).where(*_match_window(name, window), Counter.used > 0).values(used=Counter.used - 1)
    )


async def load_used(
    session: AsyncSession, names: Collection[str], windows: Collection[str]
) -> dict[tuple[str, str], int]:
    """Return the uses by name and window, for all these names and windows with any."""
    query = select(Counter.name, Counter.window, Counter.used)
    rows = await session.execute(query.where(Counter.name.in_(names), Counter.window.in_(windows)))
    return {(name, window): count for name, window, count in rows}


async def delete_window(session: AsyncSession, name: str, window: str) -> None:
    """Delete the uses of a name in a window."""
    await session.execute(delete(Counter).where(*_match_window(name, window)))


async def list_since(session: AsyncSession, day: str) -> Sequence[tuple[str, str, int]]:
    """Return name, window and uses of every window since a day (ISO date)."""
    rows = await session.execute(select(Counter.name, Counter.window, Counter.used).where(Counter.window >= day))
    return [(name, window, used) for name, window, used in rows]


async def list_of_name_since(session: AsyncSession, name: str, day: str) -> dict[str, int]:
    """Return the uses of one name since a day (ISO date), by window."""
    query = select(Counter.window, Counter.used).where(Counter.name == name, Counter.window >= day)
    return dict(iter(await session.execute(query)))


async def delete_before(session: AsyncSession, day: str, kept: Collection[str] = ()) -> None:
    """Delete the windows before a day (ISO date). Windows begin with their date, so they sort by time.

    Names that begin with one of `kept` stay.
    """
    stays = [Counter.name.startswith(prefix, autoescape=True) for prefix in kept]
    await session.execute(delete(Counter).where(Counter.window < day, *(~stay for stay in stays)))


def _match_window(name: str, window: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Counter.name == name, Counter.window == window
