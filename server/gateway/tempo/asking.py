"""Which Tempo days to request next, and when: today and tomorrow until official, every past day until confirmed.

`told_at_by_day` has the days with an answer and the time of its request; None for confirmed days.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from gateway.domain.tempo_days import (
    DAY_STARTS,
    find_tempo_day,
    get_announcement_time,
    get_display_time,
    get_official_time,
    get_start,
)
from gateway.domain.tempo_season import Season
from gateway.kit import paris

FIRST_DAY = date(2014, 9, 1)
"""The first day that RTE has."""

_PATIENCE = (
    (DAY_STARTS, timedelta(minutes=10)),
    (time(6, 30), timedelta(minutes=30)),
    (time(12), timedelta(hours=4)),
)
"""The pause before a missing colour is requested again, by time of day: RTE publishes most of them before 06:30."""
_AT_NIGHT = timedelta(hours=4)
_SHORTEST_REST, _LONGEST_REST = timedelta(minutes=30), timedelta(days=7)


@dataclass(frozen=True)
class Question:
    """A request for the colours of the days `[start, end[`, due at `at`."""

    start: date
    end: date
    at: datetime


def next_question_ahead(told_at_by_day: Mapping[date, datetime | None], now: datetime) -> Question:
    """Return the next request for today, tomorrow or the day after; `next_question_past` then confirms today."""
    today = find_tempo_day(now)
    tomorrow = today + paris.DAY
    if today not in told_at_by_day:
        day, at = today, get_display_time(today)
    elif tomorrow not in told_at_by_day:
        day, at = tomorrow, get_display_time(tomorrow)
    elif told_at := told_at_by_day[tomorrow]:
        announced = get_announcement_time(tomorrow)
        day, at = tomorrow, announced if told_at < announced else get_official_time(tomorrow)
    else:
        day, at = tomorrow + paris.DAY, get_display_time(tomorrow + paris.DAY)
    return Question(day, day + paris.DAY, at)


def next_question_past(told_at_by_day: Mapping[date, datetime | None], now: datetime) -> Question:
    """Return the next request for days that have begun: one window for the due days of the newest season with any.

    A missing or unconfirmed day is requested again after a pause as long as the time from its start to its last
    request, between 30 minutes and a week. Today is requested here only after it was missing or unconfirmed.
    """
    today = find_tempo_day(now)
    due = {day: now for day in paris.iterate_days(FIRST_DAY, today) if day not in told_at_by_day}
    due |= {day: _find_next_time(day, told_at) for day, told_at in told_at_by_day.items() if day <= today and told_at}
    ready = [day for day, at in due.items() if at <= now]
    if not ready:
        tomorrow = get_start(today + paris.DAY)  # when today becomes a past day
        return Question(today, today + paris.DAY, min([tomorrow, *due.values()]))
    season = Season.of(max(ready))
    window = [day for day in ready if day >= season.start]
    return Question(min(window), max(window) + paris.DAY, now)


def find_last_day(question: Question) -> Question:
    """Return the request limited to its last day."""
    return Question(question.end - paris.DAY, question.end, question.at)


def find_retry_time(now: datetime) -> datetime:
    """Return when to request a missing colour again: often in the morning, at the latest at the next 06:00."""
    clock = now.astimezone(paris.PARIS).time()
    wait = next((wait for since, wait in reversed(_PATIENCE) if since <= clock), _AT_NIGHT)
    return min(now + wait, get_start(find_tempo_day(now) + paris.DAY))


def _find_next_time(day: date, told_at: datetime) -> datetime:
    return told_at + min(max(_SHORTEST_REST, told_at - get_start(day)), _LONGEST_REST)
