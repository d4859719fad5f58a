"""Plans the fewest calls that fetch the wanted days. Pure: no clock, no database, no network."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from gateway.kit import paris
from gateway.metering.schedule import Entry, Feed, Kind, find_next_attempt

WINDOWS = {Kind.CURVE: 7, Kind.DAILY: 366, Kind.MAX_POWER: 366, Kind.INDEX: 366}
"""How many days a call may span: Enedis' limit for the curve; one year for the others, of which three were accepted."""
SHORTER = 6
"""Enedis sometimes refuses 7 days as too long (seen for two windows, in 2021 and 2022)."""
HISTORY_MONTHS = {Kind.CURVE: 24, Kind.DAILY: 36, Kind.MAX_POWER: 36, Kind.INDEX: 36}
_HISTORY_DAYS = timedelta(days=15)


@dataclass(frozen=True)
class Window:
    """The days `[start, end[` of one call."""

    start: date
    end: date


def get_history_start(kind: Kind, today: date) -> date:
    """Return the oldest day that Enedis still provides: 24 months and 15 days back for the curve, 36 for the others."""
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
    """Return the fewest windows that cover the wanted days that are due, newest first.

    A window may contain days that are already known. `since` is the day on which the meter was put into service, if
    known; `longest` is how many days a call may span, if not the limit in WINDOWS. Days that Enedis did not have and
    that are due later are included where a window has room for them.

    Example: a call spans 7 days; 1, 2, 3, 9 and 10 November are due, and 5 November is due later. From the newest back,
    [9, 11[ cannot reach the 3rd, which needs a second window, [1, 4[. The first window has room back to the 5th: the
    calls are [5, 11[ and [1, 4[.
    """
    today = paris.day_of(now)
    oldest = max(get_history_start(feed.kind, today), since or date.min)
    due, again = [], []
    for day in sorted(wanted):
        at = find_next_attempt(feed, day, ledger.get(day)) if day >= oldest else None
        if at is not None and at <= now:
            due.append(day)
        elif at is not None and day in ledger and day < today:
            # an entry for a day that is not over was written while the clock was ahead: Enedis refuses such a window
            again.append(day)
    longest = longest or WINDOWS[feed.kind]
    return _widen_windows(_cover_days(due, longest), again, longest)


def _cover_days(due: Sequence[date], longest: int) -> list[Window]:
    """Return the fewest windows that cover the days `due`, which must be in ascending order; newest window first.

    Each window extends back from the newest day not yet covered, by at most `longest` days.
    """
    windows: list[Window] = []
    for day in reversed(due):
        if windows and (windows[-1].end - day).days <= longest:
            windows[-1] = Window(day, windows[-1].end)
        else:
            windows.append(Window(day, day + paris.DAY))
    return windows


def _widen_windows(windows: Sequence[Window], again: Sequence[date], longest: int) -> list[Window]:
    """Extend windows, newest first, to nearby days in `again`; each of these days is added to one window at most."""
    widened: list[Window] = []
    for start, end in ((window.start, window.end) for window in windows):
        ceiling = widened[-1].start if widened else date.max
        newer = [day for day in again if end <= day < ceiling and (day - start).days < longest]
        last = max([end, *(day + paris.DAY for day in newer)])
        older = [day for day in again if day < start and (last - day).days <= longest]
        widened.append(Window(min([start, *older]), last))
    return widened
