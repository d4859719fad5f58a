"""From what is wanted to the fewest calls. Pure: no clock, no database, no network."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from gateway.kit import paris
from gateway.metering.schedule import Entry, Feed, Kind, find_next_attempt

WINDOWS = {Kind.CURVE: 7, Kind.DAILY: 366, Kind.MAX_POWER: 366, Kind.INDEX: 366}
"""Days a call may span: Enedis' own limit for the curve, any year for the others (others were given three at once)."""
SHORTER = 6
"""Enedis once in a while refuses 7 days as too long (seen of two windows, in 2021 and 2022)."""
HISTORY_MONTHS = {Kind.CURVE: 24, Kind.DAILY: 36, Kind.MAX_POWER: 36, Kind.INDEX: 36}
_HISTORY_DAYS = timedelta(days=15)


@dataclass(frozen=True)
class Window:
    """Days `[start, end[`, one call."""

    start: date
    end: date


def get_history_start(kind: Kind, today: date) -> date:
    """Return the oldest day that Enedis still gives: 24 months and 15 days for the curve, 36 for the others."""
    month = today.year * 12 + today.month - 1 - HISTORY_MONTHS[kind]
    year, month = divmod(month, 12)
    first = date(year, month + 1, 1)
    last_of_month = (first + timedelta(days=31)).replace(day=1) - paris.DAY
    return min(first + timedelta(days=today.day - 1), last_of_month) - _HISTORY_DAYS


def plan_calls(
    feed: Feed,
    ledger: Mapping[date, Entry],
    wanted: Collection[date],
    now: datetime,
    *,
    since: date | None = None,
    longest: int | None = None,
) -> list[Window]:
    """Cover the wanted days that are due by the fewest windows, newest first; across known days where that saves one.

    `since` is the day the meter was put into service, when Enedis told it; `longest` is how many days a call may span,
    if not the usual. Days that were asked in vain and are due later are asked along where a call has room for them.

    Example: a call spans 7 days; 1, 2, 3, 9 and 10 November are due, and 5 November is due later. From the newest back,
    [9, 11[ cannot reach the 3rd, which begins a call of its own, [1, 4[. The first has room back to the 5th: two calls,
    [5, 11[ and [1, 4[.
    """
    today = paris.day_of(now)
    oldest = max(get_history_start(feed.kind, today), since or date.min)
    due, again = [], []
    for day in sorted(wanted):
        at = find_next_attempt(feed, day, ledger.get(day)) if day >= oldest else None
        if at is not None and at <= now:
            due.append(day)
        elif at is not None and day in ledger and day < today:
            # a day that is not over was written by a clock that was ahead: Enedis refuses a window with it
            again.append(day)
    longest = longest or WINDOWS[feed.kind]
    return _widen_windows(_cover_days(due, longest), again, longest)


def _cover_days(due: Sequence[date], longest: int) -> list[Window]:
    """Cover days, which come in order, by the fewest windows.

    Each reaches back as far as it may from the newest day not yet covered.
    """
    windows: list[Window] = []
    for day in reversed(due):
        if windows and (windows[-1].end - day).days <= longest:
            windows[-1] = Window(day, windows[-1].end)
        else:
            windows.append(Window(day, day + paris.DAY))
    return windows


def _widen_windows(windows: Sequence[Window], again: Sequence[date], longest: int) -> list[Window]:
    """Widen windows, newest first, to the days beside them that are to be asked again anyway; none twice."""
    widened: list[Window] = []
    for start, end in ((window.start, window.end) for window in windows):
        ceiling = widened[-1].start if widened else date.max
        newer = [day for day in again if end <= day < ceiling and (day - start).days < longest]
        last = max([end, *(day + paris.DAY for day in newer)])
        older = [day for day in again if day < start and (last - day).days <= longest]
        widened.append(Window(min([start, *older]), last))
    return widened
