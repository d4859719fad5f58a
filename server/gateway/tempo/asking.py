"""What to ask about Tempo, and from when: today and tomorrow until official, every day of the past once.

`told` has the days that somebody told of, and when; None: it is confirmed.
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
"""RTE knows no earlier one."""

_PATIENCE = (
    (DAY_STARTS, timedelta(minutes=10)),
    (time(6, 30), timedelta(minutes=30)),
    (time(12), timedelta(hours=4)),
)
"""How long to wait for a colour that is not there yet, from which hour on: RTE shows most of them before 06:30."""
_AT_NIGHT = timedelta(hours=4)
_SHORTEST_REST, _LONGEST_REST = timedelta(minutes=30), timedelta(days=7)


@dataclass(frozen=True)
class Question:
    """The colours of the days `[start, end[`, worth asking from `at` on."""

    start: date
    end: date
    at: datetime


def next_question_ahead(told: Mapping[date, datetime | None], now: datetime) -> Question:
    """Return the next question about today or a later day; once today has a row, it is `past` that cares for it."""
    today = find_tempo_day(now)
    tomorrow = today + paris.DAY
    if today not in told:
        day, at = today, get_display_time(today)
    elif tomorrow not in told:
        day, at = tomorrow, get_display_time(tomorrow)
    elif told_at := told[tomorrow]:
        announced = get_announcement_time(tomorrow)
        day, at = tomorrow, announced if told_at < announced else get_official_time(tomorrow)
    else:
        day, at = tomorrow + paris.DAY, get_display_time(tomorrow + paris.DAY)
    return Question(day, day + paris.DAY, at)


def next_question_past(told: Mapping[date, datetime | None], now: datetime) -> Question:
    """Return the next question about days that began: those of the newest season that has some due, in one window.

    A day that RTE left out, or never confirmed, is asked again after as long a rest as it has been missing: ever more
    rarely, down to once a week. A day that began today is asked here only once it was left out.
    """
    today = find_tempo_day(now)
    due = {day: now for day in paris.iterate_days(FIRST_DAY, today) if day not in told}
    due |= {day: _find_next_time(day, told_at) for day, told_at in told.items() if day <= today and told_at}
    ready = [day for day, at in due.items() if at <= now]
    if not ready:
        tomorrow = get_start(today + paris.DAY)  # when today becomes a day of the past
        return Question(today, today + paris.DAY, min([tomorrow, *due.values()]))
    season = Season.of(max(ready))
    window = [day for day in ready if day >= season.start]
    return Question(min(window), max(window) + paris.DAY, now)


def find_last_day(question: Question) -> Question:
    """Return the same question about its last day only."""
    return Question(question.end - paris.DAY, question.end, question.at)


def find_retry_time(now: datetime) -> datetime:
    """Return when to ask again for a colour that is not there yet: often in the morning, at the latest at 06:00."""
    clock = now.astimezone(paris.PARIS).time()
    wait = next((wait for since, wait in reversed(_PATIENCE) if since <= clock), _AT_NIGHT)
    return min(now + wait, get_start(find_tempo_day(now) + paris.DAY))


def _find_next_time(day: date, told_at: datetime) -> datetime:
    return told_at + min(max(_SHORTEST_REST, told_at - get_start(day)), _LONGEST_REST)
