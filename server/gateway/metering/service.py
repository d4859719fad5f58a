"""Readings for clients: what is known of a range of days, and why the rest is missing."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.domain.direction import Direction
from gateway.domain.readings import WATT_MINUTES_A_WH, Peak, Quality, find_gaps
from gateway.enedis.registers import Registers
from gateway.kit import paris
from gateway.kit.clock import Clock
from gateway.kit.crypto import Keyring
from gateway.kit.database import Database
from gateway.kit.shared_query import SharedQuery
from gateway.metering import packing, payloads, repository
from gateway.metering.archive import PATIENCE, WITHOUT_CURVE, Archive, CallRefusal
from gateway.metering.imported import add_imported_days, load_imported, load_imported_feed
from gateway.metering.metered_point import MeteredPoint
from gateway.metering.missing import Missing, Reason, explain_day, merge_gaps, raise_if_nothing_known
from gateway.metering.planner import plan_calls
from gateway.metering.refreshing import RefreshOutcome, request_refresh
from gateway.metering.schedule import WHOLE, Entry, Feed, Kind, State, find_next_attempt, get_expected_time
from gateway.metering.visits import find_pace, with_pace
from gateway.problems import ProblemError, check_range
from gateway.usage_points import repository as points
from gateway.usage_points import service as consents
from gateway.usage_points.service import Secrets

LONGEST_RANGE = timedelta(days=1200)
_NOTED_FOR = paris.DAY
_FEW_CALLS = 1


@dataclass(frozen=True)
class KnownRange[Value]:
    """The known days of a range, its missing parts, and when Enedis was last asked for any of it (`as_of`).

    `imported` are days whose figure comes from a file. While the usage point is at `version`, the result stays valid
    at any time; None: it may change with time.
    """

    days: Mapping[date, Value]
    missing: list[Missing]
    as_of: datetime
    imported: Collection[date] = frozenset()
    version: str | None = None

    def get_quality(self, day: date) -> Quality:
        """Return the quality of a day's only figure: IMPORTED or MEASURED."""
        return Quality.IMPORTED if day in self.imported else Quality.MEASURED


class EnergySource(StrEnum):
    """Where the energy of a day comes from: Enedis' own daily value, or the sum of the load curve."""

    DAILY_VALUE = "daily_value"
    LOAD_CURVE = "load_curve"


@dataclass(frozen=True)
class DayValue:
    """The energy of a day, in whole Wh."""

    wh: int
    quality: Quality
    source: EnergySource


@dataclass(frozen=True)
class DayPeak:
    """The maximum power of a day in VA, its share of today's subscribed power if known, and when it occurred."""

    va: int
    share: float | None
    at: datetime | None


type _Read[Value] = Callable[[date, bytes], Value]


class Readings:
    """Answers requests from the archive, which first asks Enedis for days that are due."""

    def __init__(self, database: Database, archive: Archive, clock: Clock, keyring: Keyring, user_limit: int) -> None:
        """Store the parts; `user_limit` is how many calls to Enedis an account may cause per day."""
        self._user_limit = user_limit
        self._database = database
        self._archive = archive
        self._clock = clock
        self._keyring = keyring
        self._versions = SharedQuery(self._load_versions)

    async def read_load_curve(
        self, account_id: str, point_id: str, direction: Direction, start: date, end: date
    ) -> KnownRange[bytes]:
        """Return the packed curve of `[start, end[`. Raises ProblemError when a fault or quota leaves none of it."""
        days, feed = self.check_range(start, end), Feed(point_id, Kind.CURVE, direction)
        point, entries, curves, imported, refusal = await self._fetch_and_load(
            account_id, feed, days, payloads.read_packed
        )
        is_settled = all(find_next_attempt(feed, day, entries.get(day)) is None for day in days)
        curves = add_imported_days(feed, curves, imported)
        missing = []
        for day in days:
            entry = entries.get(day)
            if entry is None or entry.state is not State.COMPLETE:
                readings = packing.unpack_readings(curves[day], paris.midnight(day)) if day in curves else []
                why = explain_day(point, feed, day, entry, refusal, self._clock.now())
                missing += [Missing(*gap, *why) for gap in find_gaps(day, readings)]
        raise_if_nothing_known(curves, refusal, self._clock.now())
        return KnownRange(
            curves,
            await self._with_pace(point, missing),
            self._get_newest_answer_time(entries),
            version=point.version if is_settled and not missing else None,
        )

    async def read_daily(
        self, account_id: str, point_id: str, direction: Direction, start: date, end: date
    ) -> KnownRange[DayValue]:
        """Return the energy of the days `[start, end[`: Enedis' daily value where known, else the sum of a whole curve.

        New days that one call for the curve covers are requested as a curve, from which their energy is summed. Other
        days are requested as daily values: one call covers as many days as 53 calls for the curve. Raises ProblemError.
        """
        days, patience = self.check_range(start, end), self._start_patience()
        curve, daily = Feed(point_id, Kind.CURVE, direction), Feed(point_id, Kind.DAILY, direction)
        async with self._database.read() as session:
            point = await self._open_point(session, account_id, point_id)
            daily_entries, values = await _load_days(session, daily, point.secrets, days, payloads.read_value)
            curve_entries, sums = await _load_sums(session, curve, point.secrets, days, values)
            imported = await load_imported(session, point_id, (Kind.CURVE, Kind.DAILY), point.secrets, start, end)
        now, refusal = self._clock.now(), None
        young = now - WITHOUT_CURVE
        by_curve = [
            day
            for day in days
            if day not in values
            and day >= point.recent_from
            and _may_still_come(point, day, curve_entries.get(day), young)
        ]
        if 0 < len(plan_calls(curve, curve_entries, by_curve, now, since=point.since[direction])) <= _FEW_CALLS:
            refusal = await self._archive.fetch_within_patience(point, curve, by_curve, patience())
            async with self._database.read() as session:
                curve_entries, sums = await _load_sums(session, curve, point.secrets, days, values)
        else:
            by_curve = [
                day for day in by_curve if (at := find_next_attempt(curve, day, curve_entries.get(day))) and at > now
            ]
        whole = {day for day, entry in curve_entries.items() if entry.state in WHOLE}
        asked = [day for day in days if day not in values and day not in whole and day not in by_curve]
        is_settled = not asked and not by_curve
        if plan_calls(daily, daily_entries, asked, self._clock.now(), since=point.since[direction]):
            refused = await self._archive.fetch_within_patience(point, daily, asked, patience())
            refusal = refusal or refused
            async with self._database.read() as session:
                daily_entries, values = await _load_days(session, daily, point.secrets, days, payloads.read_value)
        found = await self._complete_daily(point, curve, imported) if imported else {}
        found |= sums
        found |= {day: DayValue(wh, Quality.MEASURED, EnergySource.DAILY_VALUE) for day, wh in values.items()}
        missing = [
            Missing(*paris.day_bounds(day), *explain_day(point, feed, day, entry, refusal, self._clock.now()))
            for day in days
            if day not in found
            for feed, entry in [(curve, curve_entries.get(day)) if day in by_curve else (daily, daily_entries.get(day))]
        ]
        raise_if_nothing_known(found, refusal, self._clock.now())
        return KnownRange(
            {day: found[day] for day in days if day in found},
            await self._with_pace(point, missing),
            self._get_newest_answer_time({**curve_entries, **daily_entries}),
            version=point.version if is_settled and not missing else None,
        )

    async def load_version(self, account_id: str, point_id: str) -> str | None:
        """Return the current version of a usage point of an account (see KnownRange), or None if it has none."""
        return await self._versions.find((account_id, point_id))

    async def _load_versions(self, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], str]:
        return await points.load_versions(self._database, {point_id for _, point_id in keys})

    async def _complete_daily(
        self, point: MeteredPoint, curve: Feed, imported: Mapping[Feed, Mapping[date, Sequence[bytes]]]
    ) -> dict[date, DayValue]:
        """Return the energy of days from files: their daily value, else the sum of a curve that files complete."""
        daily = Feed(point.id, Kind.DAILY, curve.direction)
        found = {}
        if days := imported.get(curve, {}):
            async with self._database.read() as session:
                _, curves = await _load_days(session, curve, point.secrets, days, payloads.read_packed)
            for day, packed in add_imported_days(curve, curves, days).items():
                if day in days and not any(find_gaps(day, payloads.read_curve(day, packed))):
                    found[day] = _sum_energy(packed)
        for day, payloads_of_day in imported.get(daily, {}).items():
            found[day] = DayValue(
                payloads.read_value(day, payloads_of_day[0]), Quality.IMPORTED, EnergySource.DAILY_VALUE
            )
        return found

    async def read_max_power(self, account_id: str, point_id: str, start: date, end: date) -> KnownRange[DayPeak]:
        """Return the maximum power of the days `[start, end[`, which is fetched each day for a month from now on."""
        found = await self._read_by_day(account_id, Feed(point_id, Kind.MAX_POWER), start, end, payloads.read_peak)
        async with self._database.read() as session:
            kva = (await consents.get_usage_point(session, account_id, point_id)).contract.power_kva
        peaks = {day: DayPeak(peak.va, _compute_share(peak, kva), peak.at) for day, peak in found.days.items()}
        return KnownRange(peaks, found.missing, found.as_of, found.imported)

    async def read_index(
        self, account_id: str, point_id: str, direction: Direction, start: date, end: date
    ) -> KnownRange[Registers]:
        """Return the registers at the start of the days `[start, end[`, fetched weekly for a month from now on."""
        feed = Feed(point_id, Kind.INDEX, direction)
        return await self._read_by_day(account_id, feed, start, end, payloads.read_registers)

    async def request_refresh(self, account_id: str, point_id: str, start: date, end: date) -> RefreshOutcome:
        """Schedule the days `[start, end[` to be fetched again, despite recent failures. Raises ProblemError."""
        outcome = await request_refresh(
            self._database, self._clock.now(), account_id, point_id, start, end, self._user_limit
        )
        await self._archive.end_pauses(point_id)
        return outcome

    async def _read_by_day[Value](
        self, account_id: str, feed: Feed, start: date, end: date, read: _Read[Value]
    ) -> KnownRange[Value]:
        days = self.check_range(start, end)
        point, entries, values, imported, refusal = await self._fetch_and_load(account_id, feed, days, read)
        from_files = imported.keys() - values.keys()
        values = {
            day: values[day] if day in values else read(day, imported[day][0])
            for day in days
            if day in values or day in imported
        }
        now = self._clock.now()
        missing = [
            Missing(*paris.day_bounds(day), *explain_day(point, feed, day, entries.get(day), refusal, now))
            for day in days
            if day not in values
        ]
        raise_if_nothing_known(values, refusal, now)
        as_of = self._get_newest_answer_time(entries)
        return KnownRange(values, await self._with_pace(point, missing), as_of, from_files)

    async def _fetch_and_load[Value](
        self,
        account_id: str,
        feed: Feed,
        days: Sequence[date],
        read: _Read[Value],
    ) -> tuple[MeteredPoint, dict[date, Entry], dict[date, Value], dict[date, list[bytes]], CallRefusal | None]:
        """Fetch the days that are due; return the usage point, entries, values, imported payloads and refusal."""
        async with self._database.read() as session:
            point = await self._open_point(session, account_id, feed.point_id)
            entries, values = await _load_days(session, feed, point.secrets, days, read)
            imported = await load_imported_feed(session, feed, point.secrets, days[0], days[-1] + paris.DAY)
        await self._note_wanted_kind(point, feed.kind)
        refusal = None
        if plan_calls(feed, entries, days, self._clock.now(), since=point.since[feed.direction]):
            refusal = await self._archive.fetch_within_patience(point, feed, days)
            async with self._database.read() as session:
                entries, values = await _load_days(session, feed, point.secrets, days, read)
        return point, entries, values, imported, refusal

    async def _open_point(self, session: AsyncSession, account_id: str, point_id: str) -> MeteredPoint:
        point, secrets = await consents.open_point(session, account_id, point_id, self._keyring)
        return MeteredPoint.of(point, secrets, self._clock.now())

    async def _with_pace(self, point: MeteredPoint, missing: Iterable[Missing]) -> list[Missing]:
        """Join adjacent gaps, and set when a history under way will reach those that it covers."""
        gaps = merge_gaps(missing)
        if not any(gap.reason is Reason.SCHEDULED for gap in gaps):
            return gaps
        async with self._database.read() as session:
            pace = await find_pace(session, point, self._user_limit, self._clock.now())
        return with_pace(gaps, point, pace) if pace else gaps

    def _start_patience(self) -> Callable[[], float]:
        """Return a function that returns how many of the request's 20 seconds of waiting are left."""
        end = self._clock.monotonic() + PATIENCE
        return lambda: end - self._clock.monotonic()

    async def _note_wanted_kind(self, point: MeteredPoint, kind: Kind) -> None:
        """Record, at most once a day, that a client requested a kind that is only fetched on request."""
        if not kind.is_on_request:
            return
        now, noted = self._clock.now(), point.wants.get(kind)
        if noted is None or now - datetime.fromisoformat(noted) > _NOTED_FOR:
            async with self._database.write() as session:
                await points.note_wanted_kind(session, point.id, kind, now)

    def check_range(self, start: date, end: date) -> list[date]:
        """Return the days of `[start, end[`. Raises ProblemError for an invalid range."""
        today = paris.day_of(self._clock.now())
        check_range(start, end, LONGEST_RANGE)
        if start < paris.EARLIEST:
            raise ProblemError(
                400, "invalid_range", f"`start` must not be before {paris.EARLIEST}: there are no earlier readings."
            )
        if end > today + paris.DAY:
            raise ProblemError(400, "future_range", "`end` must not be after tomorrow.")
        return list(paris.iterate_days(start, end))

    def _get_newest_answer_time(self, entries: Mapping[date, Entry]) -> datetime:
        return max((entry.asked_at for entry in entries.values()), default=self._clock.now())


async def _load_days[Value](
    session: AsyncSession, feed: Feed, secrets: Secrets, days: Collection[date], read: _Read[Value]
) -> tuple[dict[date, Entry], dict[date, Value]]:
    if not days:
        return {}, {}
    return await repository.load_values(session, feed, secrets, read, min(days), max(days) + paris.DAY)


async def _load_sums(
    session: AsyncSession, feed: Feed, secrets: Secrets, days: Collection[date], valued: Collection[date]
) -> tuple[dict[date, Entry], dict[date, DayValue]]:
    """Return the curve entries of days, and the summed energy of whole days that are not in `valued`."""
    if not days:
        return {}, {}
    entries = await repository.load_entries(session, feed, min(days), max(days) + paris.DAY)
    wanted = {day for day, entry in entries.items() if entry.state in WHOLE and day not in valued}
    if not wanted:
        return entries, {}
    newer_entries, curves = await _load_days(session, feed, secrets, wanted, payloads.read_packed)
    still_whole = {day for day in wanted & curves.keys() if newer_entries[day].state in WHOLE}
    return entries | newer_entries, {day: _sum_energy(curves[day]) for day in still_whole}


def _may_still_come(point: MeteredPoint, day: date, entry: Entry | None, young: datetime) -> bool:
    """Tell whether a day's curve may still be published, so that its daily value need not be requested."""
    if point.curve_collected is False or day < point.recent_from or get_expected_time(day) < young:
        return False
    return entry is None or entry.state is State.ABSENT


def _compute_share(peak: Peak, kva: float | None) -> float | None:
    return round(peak.va / (kva * 1000), 4) if kva else None


def _sum_energy(packed: bytes) -> DayValue:
    watt_minutes, quality = packing.sum_energy(packed)
    return DayValue(round(watt_minutes / WATT_MINUTES_A_WH), quality, EnergySource.LOAD_CURVE)
