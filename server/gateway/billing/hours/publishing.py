"""Keeps the published hours up to date.

The figures of each published day are stored. A request computes again the days that were written since the last time,
or all days if the rules differ, and compares: days whose figures differ are part of a new revision.

Written days are found by revision and not by time: each day has the `data_revision` of its usage point that wrote it,
each colour that of the shared data, and a publication has both up to which it is computed. A process that found nothing
new remembers the version of the database's state, so that the next request needs one query.
"""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.billing.days import facts
from gateway.billing.days.billed_point import BilledPoint
from gateway.billing.days.figures import UnknownFormError
from gateway.billing.hours import repository
from gateway.billing.hours.changes import Change, PreviousFigures, compare_figures, count_due_days
from gateway.billing.hours.models import Publication
from gateway.billing.hours.repository import PublishedFigures
from gateway.billing.hours.start import find_start
from gateway.domain.direction import Direction
from gateway.kit import paris
from gateway.kit.clock import Clock
from gateway.kit.crypto import Keyring
from gateway.kit.database import Database
from gateway.kit.shared_query import SharedQuery
from gateway.metering import repository as metering
from gateway.metering.metered_point import MeteredPoint
from gateway.problems import not_found
from gateway.tariffs.tariff import tariffs_between
from gateway.tempo import repository as tempo
from gateway.usage_points import service as points

log = structlog.get_logger()

NOTHING_HELD = -1
"""The revision of somebody who has nothing."""
FORMAT = 6
"""Part of the rules: another one has all days counted again."""
_NOTED_FOR = timedelta(hours=1)
"""How long it is not written again that a check found nothing new."""
_MOST_REMEMBERED = 10_000
_FEW = 7
"""How many days are computed without a thread, because they do not block the event loop for long."""


@dataclass(frozen=True)
class _Recomputed:
    """The result of a check of a usage point: its new publication, and what has changed."""

    publication: Publication
    is_first: bool = False
    change: Change = field(default_factory=Change)


@dataclass(frozen=True)
class Published:
    """A usage point whose hours are up to date, and their series, each with the revision in which it was added.

    `to_send` are the days that a client with the revision `since` lacks: all days from the first that changed.
    """

    point: BilledPoint
    series: Mapping[str, int]
    to_send: list[PublishedFigures]
    since: int


@dataclass(frozen=True)
class UpToDateHours:
    """Published hours that need no check: their state and series."""

    state: repository.PublishedState
    series: Sequence[str]


@dataclass(frozen=True, slots=True)
class _UpToDate:
    """The version of a state of the database of which all hours are published, and their series."""

    version: bytes
    series: tuple[str, ...]


@cache
def _share_series(series: tuple[str, ...]) -> tuple[str, ...]:
    """Return an equal tuple, the same for all usage points: thousands are remembered, with few different series."""
    return series


class Publisher:
    """Publishes the hours of usage points."""

    def __init__(self, database: Database, clock: Clock, keyring: Keyring) -> None:
        self._database = database
        self._clock = clock
        self._keyring = keyring
        self._states = SharedQuery(self._load_states)
        self._up_to_date: OrderedDict[str, _UpToDate] = OrderedDict()
        self._today = date.min  # of `_up_to_date`: a new day has new hours

    async def find_up_to_date_hours(self, account_id: str, point_id: str) -> UpToDateHours | None:
        """Return what is published if one query shows that it is up to date; None if it must be checked."""
        if self._get_up_to_date(point_id) is None:
            return None
        state = await self._states.find((account_id, point_id))
        known = self._get_up_to_date(point_id)  # the day may have ended meanwhile
        if state is None or known is None or state.version != known.version:
            return None
        return UpToDateHours(state, known.series)

    def _get_up_to_date(self, point_id: str) -> _UpToDate | None:
        return self._up_to_date.get(point_id) if self._today == paris.day_of(self._clock.now()) else None

    async def _load_states(self, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], repository.PublishedState]:
        return await repository.load_states(self._database, {point_id for _, point_id in keys})

    async def publish_hours(self, account_id: str, point_id: str) -> Published:
        """Bring a usage point's hours up to date. Raises the problem `not_found`."""
        while True:
            now = self._clock.now()
            # read first, so that later writes are noticed the next time
            state = await self._states.find((account_id, point_id))
            if state is None:
                raise not_found()
            async with self._database.read() as session:
                point = await BilledPoint.open_point(session, account_id, point_id, self._keyring)
                series = await repository.list_series(session, point.public_id)
                recomputed = await self._find_readable_work(session, point, set(series), state.shared_revision, now)
                if recomputed is None and not await repository.is_unchanged(session, point.row):
                    continue  # somebody published between these statements: the usage point is older than the days
            if recomputed is None:
                self._note_up_to_date(point_id, _UpToDate(state.version, _share_series(tuple(sorted(series)))), now)
                return Published(point, series, [], point.row.revision)
            async with self._database.write() as session:
                revision = await self._write_change(session, point, recomputed)
            if revision is not None:
                since = NOTHING_HELD if recomputed.is_first else point.row.revision
                point.row.revision = revision
                all_series = series | dict.fromkeys(recomputed.change.series, revision)
                return Published(point, all_series, recomputed.change.to_send, since)

    async def _find_readable_work(
        self, session: AsyncSession, point: BilledPoint, series: set[str], shared_revision: int, now: datetime
    ) -> _Recomputed | None:
        """Return what has changed. If another version wrote the published figures, everything is published again."""
        try:
            return await self._find_work(session, point, series, shared_revision, now)
        except UnknownFormError:
            log.warning("published_afresh", usage_point=point.public_id)
            return _Recomputed(Publication(usage_point_id=point.public_id), change=Change(vanished=True))

    async def _find_work(
        self, session: AsyncSession, point: BilledPoint, series: set[str], shared_revision: int, now: datetime
    ) -> _Recomputed | None:
        published_before = await repository.find_publication(session, point.public_id)
        start, is_whole = await find_start(session, point, published_before, now)
        if start is None:
            return None
        takes = Direction.CONSUMPTION in MeteredPoint.of(point.row, point.secrets, now).directions
        rules, end = _hash_rules(point, takes=takes), paris.day_of(now) + paris.DAY
        publication = Publication(
            usage_point_id=point.public_id,
            starts_on=start,
            is_whole=is_whole,
            rules=rules,
            looked_at=now,
            data_revision=point.row.data_revision,
            shared_revision=shared_revision,
        )
        due, is_first, is_same = set(paris.iterate_days(start, end)), published_before is None, False
        if published_before is not None and (published_before.rules, published_before.starts_on) == (rules, start):
            due &= await self._list_written_since(session, point, published_before)
            is_same = (
                published_before.is_whole == is_whole
                and published_before.data_revision == point.row.data_revision
                and published_before.shared_revision == shared_revision
                and now - published_before.looked_at < _NOTED_FOR
            )
        if not due:
            return None if is_same else _Recomputed(publication)
        days = await repository.list_published_days(
            session, point.public_id, point.secrets.data_key, min(due), and_the_one_before=True
        )
        last = days.pop(0) if days and days[0].day < min(due) else None
        before = PreviousFigures({day.day: day for day in days}, last, series)
        until = max(due) + paris.DAY
        known = await facts.load_known(session, point, min(due), until, paris.day_of(now), by_color=point.pays_by_color)
        tariffs = tariffs_between(point.tariffs, start, end)

        def find_change() -> Change:
            figures = count_due_days(point, known, due, before, takes=takes)
            return compare_figures(before, figures, tariffs, point.row.revision + 1)

        change = await over_days(len(due), find_change)
        is_new = change.changed or change.series or change.vanished
        return _Recomputed(publication, is_first, change) if is_new or not is_same else None

    def _note_up_to_date(self, point_id: str, state: _UpToDate, now: datetime) -> None:
        if self._today != (today := paris.day_of(now)):
            self._up_to_date.clear()
            self._today = today
        self._up_to_date[point_id] = state
        if len(self._up_to_date) > _MOST_REMEMBERED:
            self._up_to_date.popitem(last=False)

    async def _list_written_since(self, session: AsyncSession, point: BilledPoint, before: Publication) -> set[date]:
        """Return the days whose figures may differ from the published ones."""
        counted = before.data_revision
        if counted == point.row.data_revision:
            written = set()
        else:
            # the previous version computed without revisions, so any day may have changed
            written = await metering.list_written_since(session, point.public_id, -1 if counted is None else counted)
        # the index of a day also measures the day before or after, depending on its alignment
        written |= {day + step for day in written for step in (-paris.DAY, paris.DAY)}
        if point.pays_by_color:
            counted = before.shared_revision
            colors = await tempo.list_recolored_since(session, -1 if counted is None else counted)
            written |= colors | {day + paris.DAY for day in colors}  # which has it until 06:00
        return written

    async def _write_change(self, session: AsyncSession, point: BilledPoint, recomputed: _Recomputed) -> int | None:
        """Write what has changed; return the revision after that. None means that the check must be repeated."""
        change = recomputed.change
        if change.vanished:
            await repository.start_new_epoch(session, point.row)
            return None
        has_rows = bool(change.changed or change.series)
        revision = await (repository.begin_revision if has_rows else repository.lock_revision)(session, point.row)
        if revision is None:
            return None
        if has_rows:
            await repository.write_days(
                session, point.public_id, point.secrets.data_key, change.changed, change.sums_changed
            )
            await repository.add_series(session, point.public_id, change.series, revision)
        await repository.save_publication(session, recomputed.publication, is_first=recomputed.is_first)
        return revision


async def over_days[Found](days: int, find: Callable[[], Found]) -> Found:
    """Return the result of `find`, which runs in a thread if it works on more than a few days."""
    return find() if days <= _FEW else await asyncio.to_thread(find)


def _hash_rules(billed_point: BilledPoint, *, takes: bool) -> bytes:
    point, curve = billed_point.row, points.is_curve_collected(billed_point.row)
    names_offer = any(tariff.offer for tariff in billed_point.chosen_tariffs)
    prices = (billed_point.book.version, billed_point.offers.version if names_offer else "")
    rules = (FORMAT, point.tariffs, point.off_peak, prices, curve, takes, billed_point.injects_since)
    return hashlib.blake2b(repr(rules).encode(), digest_size=16).digest()
