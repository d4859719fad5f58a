"""The background job that fetches Tempo colours and stores them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from typing import Protocol

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.domain.tempo_days import Color, find_tempo_day, get_official_time
from gateway.kit import paris
from gateway.kit.clock import Clock
from gateway.kit.database import Database
from gateway.rte import feeds
from gateway.rte.client import Rte
from gateway.rte.errors import RteError, RteErrorReason
from gateway.rte.feeds import CallBudget
from gateway.rte.wire import TempoValue
from gateway.tempo import asking, repository
from gateway.tempo.asking import Question
from gateway.tempo.models import ColorSource, TempoDay

log = structlog.get_logger()

_PAUSE = timedelta(minutes=5)
CURRENT = CallBudget("tempo", _PAUSE, longest_pause=timedelta(hours=2), budget="tempo", calls_a_day=20)
HISTORY = CallBudget("tempo_history", _PAUSE, longest_pause=timedelta(hours=6), budget="tempo", calls_a_day=10)
_FILLING = replace(HISTORY, budget="tempo_history", calls_a_day=60)
"""The budget while history is incomplete and requested in windows of more than 7 days."""
_A_FEW_DAYS = timedelta(days=7)

_COLORS = {"BLUE": Color.BLUE, "WHITE": Color.WHITE, "RED": Color.RED}


class TempoCalendarClient(Protocol):
    """A client for RTE's API or for its open data."""

    async def fetch_tempo_calendar(self, start: date, end: date) -> list[TempoValue]:
        """Return the colours of the days `[start, end[`. Raises RteError."""
        ...


@dataclass(frozen=True)
class _Calendar:
    """A source of colours and its client."""

    source: ColorSource
    client: TempoCalendarClient

    async def fetch_days(self, question: Question) -> tuple[Question, list[TempoValue]]:
        """Return the days that the answer covers, and its values. Raises RteError."""
        try:
            return question, await self.client.fetch_tempo_calendar(question.start, question.end)
        except RteError as error:
            if error.reason is not RteErrorReason.NOT_PUBLISHED:
                raise
            return asking.find_last_day(question), []  # the last day is the one that RTE does not have


async def refresh_tempo(database: Database, rte: Rte | None, open_data: TempoCalendarClient, clock: Clock) -> datetime:
    """Fetch what is due, today and tomorrow first; return when to run next.

    The open-data calendar is used while RTE's API fails, or without credentials for it.
    """
    calendars = [_Calendar(ColorSource.OPEN_DATA, open_data)]
    if rte is not None:
        calendars.insert(0, _Calendar(ColorSource.RTE, rte))
    else:
        _log_not_configured()
    current = await _refresh_feed(database, clock, CURRENT, *calendars)
    if current <= clock.now():
        return current
    return min(current, await _refresh_feed(database, clock, HISTORY, *calendars))


async def _refresh_feed(
    database: Database, clock: Clock, calls: CallBudget, calendar: _Calendar, stand_in: _Calendar | None = None
) -> datetime:
    """Make the next request of a feed if it is due; return when to run next."""
    now = clock.now()
    if later := await feeds.find_closed_until(database, calls, now):
        return later
    async with database.read() as session:
        question = await _choose_question(session, calls, calendar.source, now)
    if question.at > now:
        return await feeds.pause_until(database, calls, question.at)
    filling = calls is HISTORY and question.end - question.start > _A_FEW_DAYS
    if later := await feeds.take_call(database, _FILLING if filling else calls, clock):
        return later
    asked = clock.now()
    try:
        answered, values = await calendar.fetch_days(question)
    except RteError as error:
        if stand_in:
            await _ask_stand_in(database, clock, calls, stand_in)
        return await feeds.record_failure(database, calls, clock.now(), error)
    now = clock.now()
    log.info(
        "tempo_told", source=calendar.source.value, start=str(answered.start), end=str(answered.end), days=len(values)
    )
    async with database.write() as session:
        await _save_values(session, calendar.source, answered, values, asked, now)
        following = await _choose_question(session, calls, calendar.source, now)
        if calls is CURRENT:
            is_unanswered = following.start == question.start and following.at <= asked
        else:
            is_unanswered = following.at <= now and not values
        return await feeds.record_response(
            session, calls, now, asking.find_retry_time(now) if is_unanswered else max(following.at, now)
        )


async def _ask_stand_in(database: Database, clock: Clock, calls: CallBudget, stand_in: _Calendar) -> None:
    """Request the missing days from another source."""
    asked = clock.now()
    async with database.read() as session:
        question = await _choose_question(session, calls, stand_in.source, asked)
    if question.at > asked:
        return
    try:
        answered, values = await stand_in.fetch_days(question)
    except RteError as error:
        log.warning("tempo_stand_in_failed", error=str(error))
        return
    async with database.write() as session:
        now = clock.now()
        await _save_values(session, stand_in.source, answered, values, asked, now)
        await feeds.record_stand_in(session, calls, now)


async def _choose_question(session: AsyncSession, calls: CallBudget, source: ColorSource, now: datetime) -> Question:
    """Return the next request to a source; RTE's API is also asked for days that only the open data has answered.

    Rows with a time in the future were written while the clock was ahead: these days are requested again.
    """
    today = find_tempo_day(now)
    start = asking.FIRST_DAY if calls is HISTORY else today
    by = ColorSource.RTE if source is ColorSource.RTE else None
    unconfirmed = await repository.list_unconfirmed(session, start, today + 2 * paris.DAY, now, by)
    return (
        asking.next_question_past(unconfirmed, now)
        if calls is HISTORY
        else asking.next_question_ahead(unconfirmed, now)
    )


async def _save_values(
    session: AsyncSession,
    source: ColorSource,
    question: Question,
    values: Iterable[TempoValue],
    asked: datetime,
    now: datetime,
) -> None:
    """Store the colours of the requested days; a day that had begun and has no colour is stored as unknown.

    The time of the request counts, not that of the answer: a late answer states what was true at the request.
    """
    said = _gather_by_day(values)
    before = await repository.list_days(session, question.start, question.end)
    for day in paris.iterate_days(question.start, question.end):
        value = said.get(day)
        color = _color_of(value) if value else Color.UNKNOWN
        begun = day <= find_tempo_day(asked)
        row = before.get(day)
        if row is None:
            if color is Color.UNKNOWN and not begun:
                continue
            row = TempoDay(day=day, color=Color.UNKNOWN, confirmed=False, source=source)
            session.add(row)
        elif asked < row.told_at <= now:
            continue  # a later request has already stored its answer
        elif row.told_at > now:
            row.confirmed = False
        _log_change(row, source, color)
        if source is ColorSource.OPEN_DATA and _is_rte_word_final(row, asked):
            continue
        row.told_at = asked
        if color is not Color.UNKNOWN:
            row.color, row.source = color, source
            row.confirmed = begun or (asked >= get_official_time(day) and not (value and value.fallback))


def _gather_by_day(values: Iterable[TempoValue]) -> dict[date, TempoValue]:
    """Return the value of each day; days with two different colours are left out."""
    said: dict[date, TempoValue] = {}
    contradicted: set[date] = set()
    for value in values:
        before = said.setdefault(value.day, value)
        if _color_of(before) is Color.UNKNOWN:
            said[value.day] = value
        elif _color_of(value) not in {Color.UNKNOWN, _color_of(before)}:
            contradicted.add(value.day)
    for day in sorted(contradicted):
        log.warning("tempo_colors_contradict", day=str(day))
        del said[day]
    return said


def _color_of(value: TempoValue) -> Color:
    return _COLORS.get((value.value or "").strip().upper(), Color.UNKNOWN)


def _is_rte_word_final(row: TempoDay, asked: datetime) -> bool:
    """Tell whether the API's colour outranks open data: always if confirmed, otherwise until the official time."""
    told_by_rte = row.source is ColorSource.RTE and row.color is not Color.UNKNOWN
    return told_by_rte and (row.confirmed or asked < get_official_time(row.day))


def _log_change(row: TempoDay, source: ColorSource, color: Color) -> None:
    if Color.UNKNOWN not in {row.color, color} and row.color is not color:
        log.warning(
            "tempo_color_differs",
            day=str(row.day),
            before=row.color.value,
            before_from=row.source.value,
            now=color.value,
            now_from=source.value,
        )


@cache
def _log_not_configured() -> None:
    log.warning("rte_not_asked_for_tempo", missing="RTE_CLIENT_ID and RTE_CLIENT_SECRET")
