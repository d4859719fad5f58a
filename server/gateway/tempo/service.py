"""Keeping the colours, and answering with them."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.kit import paris
from gateway.kit.clock import Clock
from gateway.kit.database import Database
from gateway.rte import feeds
from gateway.rte.client import Rte
from gateway.rte.errors import Meaning, RteError
from gateway.rte.feeds import Rhythm
from gateway.rte.wire import TempoValue
from gateway.tempo import asking, repository
from gateway.tempo.asking import Question
from gateway.tempo.days import Color, begins, in_force, official_from
from gateway.tempo.models import Source, TempoDay

log = structlog.get_logger()

CURRENT = Rhythm("tempo", pause=timedelta(minutes=5), longest_pause=timedelta(hours=2), calls_a_day=20)
HISTORY = Rhythm("tempo_history", pause=timedelta(minutes=5), longest_pause=timedelta(hours=6), calls_a_day=60)
NEVER = timedelta(days=365)

_COLORS = {"BLUE": Color.BLUE, "WHITE": Color.WHITE, "RED": Color.RED}


async def keep(database: Database, rte: Rte | None, clock: Clock) -> datetime:
    """Ask RTE what is due, today and tomorrow first; return when to be called next."""
    if rte is None:
        _say_that_nobody_asks()
        return clock.now() + NEVER
    current = await _keep_current(database, rte, clock)
    if current <= clock.now():
        return current
    return min(current, await _keep_history(database, rte, clock))


async def _keep_current(database: Database, rte: Rte, clock: Clock) -> datetime:
    now = clock.now()
    if later := await feeds.closed_until(database, CURRENT, now):
        return later
    today = in_force(now)
    async with database.read() as session:
        question = asking.current(await repository.told(session, today, today + 2 * paris.DAY), now)
    if question.at > now:
        return await feeds.rest(database, CURRENT, question.at)
    if later := await feeds.take(database, CURRENT, now):
        return later
    try:
        values = await rte.tempo_calendar(question.start, question.end)
    except RteError as error:
        if error.meaning is not Meaning.NOT_PUBLISHED:
            return await feeds.failed(database, CURRENT, clock.now(), error)
        values = []
    now = clock.now()
    async with database.write() as session:
        await _learn(session, question, values, now)
        return await feeds.answered(session, CURRENT, now, await _next_current(session, question, now))


async def _next_current(session: AsyncSession, asked: Question, now: datetime) -> datetime:
    today = in_force(now)
    following = asking.current(await repository.told(session, today, today + 2 * paris.DAY), now)
    in_vain = following.start == asked.start and following.at <= now
    return asking.again(now) if in_vain else max(following.at, now)


async def _keep_history(database: Database, rte: Rte, clock: Clock) -> datetime:
    now = clock.now()
    if later := await feeds.closed_until(database, HISTORY, now):
        return later
    async with database.read() as session:
        question = asking.past(await repository.told(session), now)
    if question is None or question.at > now:
        tomorrow = begins(in_force(now) + paris.DAY)  # when today becomes a day of the past
        return await feeds.rest(database, HISTORY, min(question.at, tomorrow) if question else tomorrow)
    if later := await feeds.take(database, HISTORY, now):
        return later
    values: list[TempoValue] = []
    try:
        values = await rte.tempo_calendar(question.start, question.end)
    except RteError as error:
        if error.meaning is not Meaning.NOT_PUBLISHED:
            return await feeds.failed(database, HISTORY, clock.now(), error)
        question = asking.last_day(question)  # it is that one which RTE does not have
    now = clock.now()
    async with database.write() as session:
        await _learn(session, question, values, now)
        await feeds.answered(session, HISTORY, now, now)
    log.info("tempo_history_read", start=str(question.start), end=str(question.end))
    return now


async def _learn(session: AsyncSession, asked: Question, values: Iterable[TempoValue], now: datetime) -> None:
    """Write what RTE said of the days asked for; a day that began and has no colour is written as unknown."""
    said = {value.day: value for value in values}
    before = await repository.told(session, asked.start, asked.end)
    for day in paris.days(asked.start, asked.end):
        value = said.get(day)
        color = _COLORS.get(value.value or "", Color.UNKNOWN) if value else Color.UNKNOWN
        begun = day <= in_force(now)
        row = before.get(day)
        if row is None:
            if color is Color.UNKNOWN and not begun:
                continue
            row = TempoDay(day=day, color=Color.UNKNOWN, confirmed=False, source=Source.RTE)
            session.add(row)
        row.told_at = now
        if color is not Color.UNKNOWN:
            _say_if_changed(row, color)
            row.color, row.source = color, Source.RTE
            row.confirmed = begun or (now >= official_from(day) and not (value and value.fallback))


def _say_if_changed(row: TempoDay, color: Color) -> None:
    if row.color not in {color, Color.UNKNOWN}:
        log.warning("tempo_color_changed", day=str(row.day), before=row.color.value, after=color.value)


@cache
def _say_that_nobody_asks() -> None:
    log.warning("tempo_not_asked", missing="RTE_CLIENT_ID and RTE_CLIENT_SECRET")
