"""From what is wanted to the fewest calls. Pure: no clock, no database, no network."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from gateway.kit import paris
from gateway.metering.ledger import Entry, Kind, next_attempt

WINDOWS = {Kind.CURVE: 7, Kind.DAILY: 365, Kind.MAX_POWER: 365, Kind.INDEX: 365}
"""Days a call may span: Enedis' own limit for the curve, ours for the others."""
HISTORY_MONTHS = {Kind.CURVE: 24, Kind.DAILY: 36, Kind.MAX_POWER: 36, Kind.INDEX: 36}
_HISTORY_DAYS = timedelta(days=15)


@dataclass(frozen=True)
class Window:
    """Days `[start, end[`, one call."""

    start: date
    end: date


@dataclass(frozen=True)
class Plan:
    """The calls to make now, newest first, and when the days left out are worth asking."""

    calls: list[Window] = field(default_factory=list)
    later: dict[date, datetime] = field(default_factory=dict)


def history_starts(kind: Kind, today: date) -> date:
    """Return the oldest day that Enedis still gives: 24 months and 15 days for the curve, 36 for the others."""
    month = today.year * 12 + today.month - 1 - HISTORY_MONTHS[kind]
    year, month = divmod(month, 12)
    first = date(year, month + 1, 1)
    last_of_month = (first + timedelta(days=31)).replace(day=1) - paris.DAY
    return min(first + timedelta(days=today.day - 1), last_of_month) - _HISTORY_DAYS


def plan(
    ledger: Mapping[date, Entry], wanted: list[date], kind: Kind, now: datetime, since: date | None = None
) -> Plan:
    """Cover the wanted days that can be known by the fewest windows, across known days where that saves a call.

    `since` is the day the meter was put into service, when Enedis told it.
    """
    oldest = max(history_starts(kind, paris.day_of(now)), since or date.min)
    due, later = [], {}
    for day in wanted:
        at = next_attempt(day, ledger.get(day)) if day >= oldest else None
        if at is not None and at <= now:
            due.append(day)
        elif at is not None:
            later[day] = at
    return Plan(_cover(due, WINDOWS[kind]), later)


def _cover(due: list[date], longest: int) -> list[Window]:
    """Cover days by the fewest windows: each reaches back as far as it may from the newest day not yet covered."""
    windows: list[Window] = []
    last: list[date] = []
    for day in sorted(due, reverse=True):
        if last and (last[0] - day).days < longest:
            last.append(day)
            continue
        if last:
            windows.append(Window(last[-1], last[0] + paris.DAY))
        last = [day]
    if last:
        windows.append(Window(last[-1], last[0] + paris.DAY))
    return windows
