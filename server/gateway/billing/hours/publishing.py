"""Keeps what clients are told of the hours up to date.

The figures of each published day are kept. A question counts again the days of which something was written since the
last look, all of them when the rules differ, and compares: days whose figures differ enter a new revision.
"""

import asyncio
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.billing.days import facts
from gateway.billing.days.figures import UnknownFormError
from gateway.billing.days.home import Home
from gateway.billing.hours import repository
from gateway.billing.hours.changes import Before, Change, compare_figures, count_due_days
from gateway.billing.hours.models import Publication
from gateway.billing.hours.repository import PublishedFigures
from gateway.billing.hours.start import find_start
from gateway.domain.direction import Direction
from gateway.kit import paris
from gateway.kit.clock import Clock
from gateway.kit.crypto import Keyring
from gateway.kit.database import Database
from gateway.metering import repository as metering
from gateway.metering.meters import Meter
from gateway.tariffs.tariff import tariffs_between
from gateway.tempo import repository as tempo
from gateway.usage_points import service as points

log = structlog.get_logger()

NOTHING_HELD = -1
"""The revision of somebody who has nothing."""
FORMAT = 5
"""Part of the rules: another one has all days counted again."""
_MARGIN = timedelta(hours=1)
"""What was written so long before the last look is looked at again: clocks differ, and a write takes time."""
_MOST_REMEMBERED = 10_000
_FEW = 7
"""Days whose work does not hold up the loop."""


@dataclass(frozen=True)
class _Look:
    """What a look at a usage point found: how far it is published now, and what is new."""

    publication: Publication
    is_first: bool = False
    change: Change = field(default_factory=Change)


@dataclass(frozen=True)
class Published:
    """A usage point whose hours are up to date, and the series they have, with the revision that each came in.

    `to_send` is what the holder of the revision `since` lacks: the days from the first that changed on.
    """

    home: Home
    series: Mapping[str, int]
    to_send: list[PublishedFigures]
    since: int


class Publisher:
    """Publishes the hours of usage points."""

    def __init__(self, database: Database, clock: Clock, keyring: Keyring) -> None:
        self._database = database
        self._clock = clock
        self._keyring = keyring
        self._unchanged: dict[str, tuple[object, ...]] = {}

    async def publish_hours(self, account_id: str, point_id: str) -> Published:
        """Bring a usage point's hours up to date. Raises the problem `not_found`."""
        while True:
            now = self._clock.now()
            async with self._database.read() as session:
                home = await Home.open_home(session, account_id, point_id, self._keyring)
                series = await repository.list_series(session, home.public_id)
                look = await self._find_readable_work(session, home, set(series), now)
            if look is None:
                return Published(home, series, [], home.point.revision)
            async with self._database.write() as session:
                revision = await self._write_change(session, home, look)
            if revision is not None:
                since = NOTHING_HELD if look.is_first else home.point.revision
                home.point.revision = revision
                all_series = series | dict.fromkeys(look.change.series, revision)
                return Published(home, all_series, look.change.to_send, since)

    async def _find_readable_work(
        self, session: AsyncSession, home: Home, series: set[str], now: datetime
    ) -> _Look | None:
        """Find the work; where another version wrote what is published, all of it is published afresh."""
        try:
            return await self._find_work(session, home, series, now)
        except UnknownFormError:
            log.warning("published_afresh", usage_point=home.public_id)
            return _Look(Publication(usage_point_id=home.public_id), change=Change(vanished=True))

    async def _find_work(self, session: AsyncSession, home: Home, series: set[str], now: datetime) -> _Look | None:
        published_before = await repository.find_publication(session, home.public_id)
        start, is_whole = await find_start(session, home, published_before, now)
        if start is None:
            return None
        takes = Direction.CONSUMPTION in Meter.of(home.point, home.secrets, now).directions
        rules, end = _hash_rules(home, takes=takes), paris.day_of(now) + paris.DAY
        publication = Publication(
            usage_point_id=home.public_id, starts_on=start, is_whole=is_whole, rules=rules, looked_at=now
        )
        due, is_first = set(paris.iterate_days(start, end)), published_before is None
        if published_before is not None and (published_before.rules, published_before.starts_on) == (rules, start):
            written, writes = await self._list_written_since(session, home, published_before.looked_at - _MARGIN)
            due &= written
            seen = (home.point.epoch, home.point.revision, rules, start, end, writes)
            if self._unchanged.get(home.public_id) == seen:
                due = set()
            is_same = published_before.is_whole == is_whole and now - published_before.looked_at < _MARGIN
        else:
            is_same, seen = False, None
        if not due:
            return None if is_same else _Look(publication)
        days = await repository.list_published_days(
            session, home.public_id, home.secrets.data_key, min(due), and_the_one_before=True
        )
        last = days.pop(0) if days and days[0].day < min(due) else None
        before = Before({day.day: day for day in days}, last, series)
        until = max(due) + paris.DAY
        known = await facts.load_known(session, home, min(due), until, paris.day_of(now), by_color=home.pays_by_color)
        tariffs = tariffs_between(home.tariffs, start, end)

        def find_change() -> Change:
            figures = count_due_days(home, known, due, before, takes=takes)
            return compare_figures(before, figures, tariffs, home.point.revision + 1)

        change = await over_days(len(due), find_change)
        is_new = change.changed or change.series or change.vanished
        if not is_new and seen:
            self._remember_unchanged(home.public_id, seen)
        return _Look(publication, is_first, change) if is_new or not is_same else None

    def _remember_unchanged(self, point_id: str, seen: tuple[object, ...]) -> None:
        """Note that nothing in this state differs from what is published: it need not be counted again."""
        if len(self._unchanged) >= _MOST_REMEMBERED:
            self._unchanged.clear()
        self._unchanged[point_id] = seen

    async def _list_written_since(self, session: AsyncSession, home: Home, since: datetime) -> tuple[set[date], bytes]:
        """Return the days that may be billed otherwise, and a digest of what was written."""
        writes = await metering.list_written_since(session, home.public_id, since)
        written = {day for day, _ in writes}
        # the index of a day also measures the day before, or the day after, by its alignment
        written |= {day + step for day in written for step in (-paris.DAY, paris.DAY)}
        if home.pays_by_color:
            colors = await tempo.list_colors_since(session, since)
            written |= colors.keys() | {day + paris.DAY for day in colors}  # whose night is still of that colour
        else:
            colors = {}
        return written, hashlib.blake2b(repr((writes, sorted(colors.items()))).encode(), digest_size=16).digest()

    async def _write_change(self, session: AsyncSession, home: Home, look: _Look) -> int | None:
        """Write what a look found; return the revision then, None when all is to be looked at again."""
        change = look.change
        if change.vanished:
            await repository.start_new_epoch(session, home.point)
            return None
        revision: int | None = home.point.revision
        if change.changed or change.series:
            revision = await repository.begin_revision(session, home.point)
            if revision is None:
                return None
            await repository.write_days(
                session, home.public_id, home.secrets.data_key, change.changed, change.sums_changed
            )
            await repository.add_series(session, home.public_id, change.series, revision)
        await repository.save_publication(session, look.publication, is_first=look.is_first)
        return revision


async def over_days[Found](days: int, find: Callable[[], Found]) -> Found:
    """Do work that so many days make: at once when they are few, else beside the loop."""
    return find() if days <= _FEW else await asyncio.to_thread(find)


def _hash_rules(home: Home, *, takes: bool) -> bytes:
    point, curve = home.point, points.is_curve_collected(home.point)
    rules = (FORMAT, point.tariffs, point.off_peak, home.book.version, curve, takes, home.injects_since)
    return hashlib.blake2b(repr(rules).encode(), digest_size=16).digest()
