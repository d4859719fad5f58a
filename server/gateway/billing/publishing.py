"""Keeps what clients are told of the hours up to date.

The figures of each published day are kept. A question counts again the days of which something was written since the
last look, all of them when the rules differ, and compares: days whose figures differ enter a new revision.
"""

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.billing import facts, hours, repository
from gateway.billing.buckets import Rules
from gateway.billing.counting import count
from gateway.billing.facts import Known
from gateway.billing.figures import DayFigures
from gateway.billing.home import Home
from gateway.billing.models import Publication
from gateway.billing.repository import Told
from gateway.billing.start import published_from
from gateway.consents import service as points
from gateway.enedis.client import Direction
from gateway.kit import paris
from gateway.kit.clock import Clock
from gateway.kit.crypto import Keyring
from gateway.kit.database import Database
from gateway.metering import repository as metering
from gateway.metering.meters import Meter
from gateway.tempo import repository as tempo

NOTHING_HELD = -1
"""The revision of somebody who has nothing."""
_FORMAT = 3
"""Part of the rules: another one has all days counted again."""
_MARGIN = timedelta(hours=1)
"""What was written so long before the last look is looked at again: clocks differ, and a write takes time."""
_FEW = 7
"""Days that are counted at once; more of them are, beside the loop."""


@dataclass(frozen=True)
class _Change:
    """What differs from what was published."""

    standing: Publication
    series: list[str] = field(default_factory=list)
    changed: list[Told] = field(default_factory=list)
    moved: list[Told] = field(default_factory=list)
    anew: list[Told] = field(default_factory=list)
    vanished: bool = False
    is_first: bool = False


@dataclass(frozen=True)
class Published:
    """A usage point whose hours are up to date, and the series they have, with the revision that each came in.

    `anew` is what the holder of the revision `since` lacks: the days from the first that changed on.
    """

    home: Home
    series: Mapping[str, int]
    anew: list[Told]
    since: int


class Publisher:
    """Publishes the hours of usage points."""

    def __init__(self, database: Database, clock: Clock, keyring: Keyring) -> None:
        """Prepare."""
        self._database = database
        self._clock = clock
        self._keyring = keyring

    async def publish(self, account_id: str, point_id: str) -> Published:
        """Bring a usage point's hours up to date. Raises the problem `not_found`."""
        while True:
            now = self._clock.now()
            async with self._database.read() as session:
                home = await Home.opened(session, account_id, point_id, self._keyring)
                series = await repository.series(session, home.id)
                change = await self._compare(session, home, set(series), now)
            if change is None:
                return Published(home, series, [], home.point.revision)
            async with self._database.write() as session:
                revision = await self._write(session, home, change)
            if revision is not None:
                since = NOTHING_HELD if change.is_first else home.point.revision
                home.point.revision = revision
                return Published(home, series | dict.fromkeys(change.series, revision), change.anew, since)

    async def _compare(self, session: AsyncSession, home: Home, series: set[str], now: datetime) -> _Change | None:
        standing = await repository.publication(session, home.id)
        start, is_whole = await published_from(session, home, standing, now)
        if start is None:
            return None
        takes = Direction.CONSUMPTION in Meter.of(home.point, home.secrets, now).directions
        rules, end = _digest(home, takes=takes), paris.day_of(now) + paris.DAY
        news = Publication(usage_point_id=home.id, starts_on=start, is_whole=is_whole, rules=rules, looked_at=now)
        due, is_first = set(paris.days(start, end)), False
        if standing is not None and (standing.rules, standing.starts_on) == (rules, start):
            due &= await self._written_since(session, home, standing.looked_at - _MARGIN)
        else:
            is_first, standing = standing is None, None
        is_news = standing is None or standing.is_whole != is_whole or now - standing.looked_at >= _MARGIN
        if not due:
            return _Change(news) if is_news else None
        told = await repository.told(session, home.id, home.secrets.data_key, min(due), and_the_one_before=True)
        last = told.pop(0) if told and told[0].day < min(due) else None
        days = (min(due), max(due) + paris.DAY)
        known = await facts.known(session, home, *days, paris.day_of(now), by_color=home.pays_by_color)
        difference = partial(_difference, home, news, due, told, last, known, series, takes=takes, is_first=is_first)
        change = difference() if len(due) <= _FEW else await asyncio.to_thread(difference)
        return change if is_news or change.changed or change.series or change.vanished else None

    async def _written_since(self, session: AsyncSession, home: Home, since: datetime) -> set[date]:
        written = await metering.written_since(session, home.id, since)
        written |= {day - paris.DAY for day in written}  # the index of a day ends the one before
        if home.pays_by_color:
            colors = await tempo.told_since(session, since)
            written |= colors | {day + paris.DAY for day in colors}  # whose night is still of that colour
        return written

    async def _write(self, session: AsyncSession, home: Home, change: _Change) -> int | None:
        """Write a change; return the revision then, None when all is to be looked at again."""
        if change.vanished:
            await repository.begin_afresh(session, home.point)
            return None
        revision: int | None = home.point.revision
        if change.changed or change.series:
            revision = await repository.next_revision(session, home.point)
            if revision is None:
                return None
            await repository.write(session, home.id, home.secrets.data_key, change.changed, change.moved)
            await repository.add_series(session, home.id, change.series, revision)
        await repository.stand(session, change.standing, is_first=change.is_first)
        return revision


def _difference(
    home: Home,
    news: Publication,
    due: set[date],
    told: list[Told],
    last: Told | None,
    known: Known,
    published: set[str],
    *,
    takes: bool,
    is_first: bool,
) -> _Change:
    before = {day.day: day for day in told}
    rules = Rules(home.tariffs, home.off_peak, known.colors, home.book)
    figures: dict[date, DayFigures] = {}
    for day in sorted(due):
        earlier = before.get(day)
        as_day = earlier is not None and earlier.figures.is_one_row
        used = known.of(day, Direction.CONSUMPTION, as_day=as_day)
        is_row = used.value is not None or (as_day and not used.curve)  # then what it gave stands in the same
        gave = known.of(day, Direction.PRODUCTION, as_day=is_row)
        if counted := count(day, used, gave, rules.of_day(day), takes=takes):
            figures[day] = counted
    vanished = any(
        not set(before[day].figures.hours) <= set(figures[day].hours if day in figures else ())
        for day in due & before.keys()
    )
    different = {day for day, counted in figures.items() if day not in before or counted != before[day].figures}
    revision, sums = home.point.revision + 1, {} if last is None else hours.after(last.figures, last.before)
    changed: list[Told] = []
    moved: list[Told] = []
    anew: list[Told] = []
    for day in sorted(before.keys() | figures.keys()):
        current = figures.get(day) or before[day].figures
        if day in different:
            told_now = _changed(before.get(day), Told(day, current, sums, revision, ((revision, 0),)))
            changed.append(told_now)
        elif sums != before[day].before:
            told_now = replace(before[day], before=sums)
            moved.append(told_now)
        else:
            told_now = before[day]
        if anew or told_now.revision == revision:
            anew.append(told_now)
        sums = hours.after(current, sums)
    in_force = hours.in_force(home.tariffs, news.starts_on, paris.day_of(news.looked_at) + paris.DAY)
    series = [key for key in hours.series(sums, in_force, published) if key not in published]
    return _Change(news, series if sums else [], changed, moved, anew, vanished, is_first)


def _changed(before: Told | None, now: Told) -> Told:
    """Return a day as it is now, with the hour from which on its rows changed; they may be the same all the same."""
    if before is None:
        return now
    hour = hours.first_change(before.figures, now.figures)
    if hour is None:
        return replace(now, revision=before.revision, changes=before.changes)
    earlier = [change for change in before.changes if change[1] < hour]
    return replace(now, changes=(*earlier, (now.revision, hour)))


def _digest(home: Home, *, takes: bool) -> bytes:
    point, curve = home.point, points.collects_curve(home.point)
    rules = (_FORMAT, point.tariffs, point.off_peak, home.book.version, curve, takes)
    return hashlib.blake2b(repr(rules).encode(), digest_size=16).digest()
