"""Places the points of a file on days in Paris. Points without a certain place are rejected, never guessed.

Clock times without an offset occur twice in autumn and are distinguished by their order in the file: the day's other
rows show whether that is oldest first or newest first. Example, oldest first by start: 01:30, 02:00, 02:30, 02:00,
02:30, 03:00. The first 02:00 is 00:00 UTC, the second 01:00 UTC. With only one 02:00, or rows in no order, these rows
are ambiguous and rejected.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_EVEN
from itertools import pairwise
from typing import assert_never

from gateway.domain.direction import Direction
from gateway.domain.readings import WATT_MINUTES_A_WH, Quality, Reading
from gateway.enedis.daily import LONGEST_DAY_HOURS, MOST_WATTS
from gateway.imports.points import (
    DayPoint,
    Edge,
    FilePoint,
    IndexPoint,
    IntervalPoint,
    PeakPoint,
    RejectedRow,
    RowFault,
)
from gateway.kit import paris
from gateway.metering import payloads
from gateway.metering.packing import pack_readings
from gateway.metering.schedule import Kind

_STEPS = frozenset({5, 10, 15, 20, 30, 60})
"""Valid minutes of an interval: longer ones are not from a load curve."""
_MOST_WH = MOST_WATTS * 24 * 366 * 30

type ImportedFeed = tuple[Kind, Direction]


@dataclass
class PlacedFile:
    """The payloads by feed and day, in the form of the ledger, and the rejected rows."""

    feeds: dict[ImportedFeed, dict[date, bytes]] = field(default_factory=dict)
    rejected: list[RejectedRow] = field(default_factory=list)


def place_points(points: Sequence[FilePoint], today: date, most_watts: int = MOST_WATTS) -> PlacedFile:
    """Return the payloads of the days before `today` from the points of a file."""
    placed = PlacedFile(rejected=[row for row in points if isinstance(row, RejectedRow)])
    for direction in Direction:
        _place_days(placed, direction, points, today, most_watts)
        _place_registers(placed, direction, points, today)
        intervals = [one for one in points if isinstance(one, IntervalPoint) and one.direction is direction]
        _add(placed, Kind.CURVE, direction, _place_curve(intervals, today, most_watts, placed.rejected))
    _place_peaks(placed, points, today, most_watts)
    placed.rejected.sort(key=lambda row: row.row)
    return placed


def _place_days(
    placed: PlacedFile, direction: Direction, points: Iterable[FilePoint], today: date, most_watts: int
) -> None:
    values = _Figures[int](today, most_watts * LONGEST_DAY_HOURS, placed.rejected)
    for one in points:
        if isinstance(one, DayPoint) and one.direction is direction:
            values.add(one.row, one.day, "", one.wh, one.wh)
    _add(
        placed, Kind.DAILY, direction, {day: payloads.pack_value(one[""]) for day, one in values.list_agreed().items()}
    )


def _place_registers(placed: PlacedFile, direction: Direction, points: Iterable[FilePoint], today: date) -> None:
    registers = _Figures[int](today + paris.DAY, _MOST_WH, placed.rejected)  # the index of this morning is known
    for one in points:
        if isinstance(one, IndexPoint) and one.direction is direction:
            registers.add(one.row, one.day, one.register, one.wh, one.wh)
    packed = {day: payloads.pack_registers(one) for day, one in registers.list_agreed().items()}
    _add(placed, Kind.INDEX, direction, packed)


def _place_peaks(placed: PlacedFile, points: Iterable[FilePoint], today: date, most_va: int) -> None:
    greatest = _Figures[bytes](today, most_va, placed.rejected)
    for one in points:
        if isinstance(one, PeakPoint):
            greatest.add(one.row, one.day, "", one.peak.va, one.peak.pack())
    packed = {day: one[""] for day, one in greatest.list_agreed().items()}
    _add(placed, Kind.MAX_POWER, Direction.CONSUMPTION, packed)


def _add(placed: PlacedFile, kind: Kind, direction: Direction, days: dict[date, bytes]) -> None:
    if days:
        placed.feeds[kind, direction] = dict(sorted(days.items()))


class _Figures[Figure]:
    """Collects figures of days before `until`, one per day and name; two different ones are both rejected."""

    def __init__(self, until: date, most: int, rejected: list[RejectedRow]) -> None:
        self._until, self._most, self._rejected = until, most, rejected
        self._rows_by_figure: dict[tuple[date, str], dict[Figure, list[int]]] = defaultdict(lambda: defaultdict(list))

    def add(self, row: int, day: date, name: str, amount: int, figure: Figure) -> None:
        """Add a figure, or reject its row if its day is not over or its amount is not plausible."""
        if day >= self._until:
            self._rejected.append(RejectedRow(row, RowFault.NOT_OVER))
        elif not 0 <= amount <= self._most:
            self._rejected.append(RejectedRow(row, RowFault.IMPLAUSIBLE))
        else:
            self._rows_by_figure[day, name][figure].append(row)

    def list_agreed(self) -> dict[date, dict[str, Figure]]:
        """Return the figures on which all rows agree, by day and name; reject the other rows."""
        found: dict[date, dict[str, Figure]] = defaultdict(dict)
        for (day, name), figures in self._rows_by_figure.items():
            if len(figures) == 1:
                found[day][name] = next(iter(figures))
            else:
                rows = sorted(row for some in figures.values() for row in some)
                self._rejected += [RejectedRow(row, RowFault.CONTRADICTORY) for row in rows]
        return found


@dataclass(frozen=True)
class _Candidate:
    """An interval, its clock time, and the instants at which it can begin: two in autumn's repeated hour."""

    row: int
    label: datetime
    reading: Reading
    starts: tuple[datetime, ...]


def _place_curve(
    points: Sequence[IntervalPoint], today: date, most_watts: int, rejected: list[RejectedRow]
) -> dict[date, bytes]:
    by_day: dict[date, list[_Candidate]] = defaultdict(list)
    for point in _fill_in_lengths(points, rejected):
        candidate, fault = _read_interval(point, most_watts)
        if candidate is None:
            rejected.append(RejectedRow(point.row, fault))
        elif (day := paris.day_of(candidate.starts[0])) >= today:
            rejected.append(RejectedRow(point.row, RowFault.NOT_OVER))
        else:
            by_day[day].append(candidate)
    found = {}
    for day, candidates in by_day.items():
        if readings := _place_day(day, candidates, rejected):
            found[day] = pack_readings(readings, paris.midnight(day))
    return found


def _fill_in_lengths(points: Sequence[IntervalPoint], rejected: list[RejectedRow]) -> list[IntervalPoint]:
    """Return the points, those without a length with the most common step of their day; reject stamps off its grid."""
    silent = [point for point in points if point.minutes is None]
    if not silent:
        return list(points)
    found = [point for point in points if point.minutes is not None]
    by_day: dict[date, list[IntervalPoint]] = defaultdict(list)
    for point in silent:
        by_day[_get_label(point).date()].append(point)
    usual = _find_step(silent)
    for some in by_day.values():
        step = _find_step(some) or usual
        for point in some:
            label = _get_label(point)
            if step is None or (label.hour * 60 + label.minute) % step or label.second:
                rejected.append(RejectedRow(point.row, RowFault.STEP))
            else:
                found.append(replace(point, minutes=step))
    return sorted(found, key=lambda point: point.row)


def _find_step(points: Sequence[IntervalPoint]) -> int | None:
    """Return the most common distance of adjacent stamps in minutes; None if it is not a valid step."""
    labels = sorted({_get_label(point) for point in points})
    steps = Counter(int((after - before).total_seconds()) // 60 for before, after in pairwise(labels))
    return next((step for step, _ in steps.most_common(1) if step in _STEPS), None)


def _get_label(point: IntervalPoint) -> datetime:
    """Return the clock time in Paris (naive) of a stamp."""
    stamp = point.stamp
    return stamp.astimezone(paris.PARIS).replace(tzinfo=None) if stamp.tzinfo else stamp


def _read_interval(point: IntervalPoint, most_watts: int) -> tuple[_Candidate | None, RowFault]:
    """Return a candidate for an interval, or None and its fault: its length, its value, or a skipped clock time."""
    if point.minutes not in _STEPS:
        return None, RowFault.STEP
    power = point.value * WATT_MINUTES_A_WH / point.minutes if point.is_energy else point.value
    watts = int(power.to_integral_value(ROUND_HALF_EVEN))
    if not 0 <= watts <= most_watts:
        return None, RowFault.IMPLAUSIBLE
    instants = [point.stamp.astimezone(UTC)] if point.stamp.tzinfo else paris.find_instants(point.stamp)
    duration = timedelta(minutes=point.minutes)
    starts = tuple(_find_start(instant, point.edge, duration) for instant in instants)
    if not starts or starts[0].second or starts[0].microsecond:
        return None, RowFault.STAMP
    reading = Reading(starts[0], point.minutes, watts, Quality.IMPORTED)
    return _Candidate(point.row, _get_label(point), reading, starts), RowFault.STAMP


def _find_start(stamp: datetime, edge: Edge, duration: timedelta) -> datetime:
    match edge:
        case Edge.START:
            return stamp
        case Edge.END:
            return stamp - duration
        case _:
            assert_never(edge)


def _place_day(day: date, candidates: Sequence[_Candidate], rejected: list[RejectedRow]) -> list[Reading]:
    """Return the readings of a day; reject contradictions and repeated clock times that cannot be distinguished."""
    placed = [(one.row, one.reading) for one in candidates if len(one.starts) == 1]
    doubled = [one for one in candidates if len(one.starts) > 1]
    if doubled:
        labels = [one.label for one in candidates if len(one.starts) == 1]
        steps = {after > before for before, after in pairwise(labels) if after != before}
        twins: dict[datetime, list[_Candidate]] = defaultdict(list)
        for one in doubled:
            twins[one.label].append(one)
        for some in twins.values():
            if len(some) != 2 or len(steps) != 1:
                rejected += [RejectedRow(one.row, RowFault.AMBIGUOUS) for one in some]
                continue
            in_order = some if steps == {True} else some[::-1]
            placed += [
                (one.row, replace(one.reading, start=start))
                for one, start in zip(in_order, some[0].starts, strict=True)
            ]
    return _drop_overlaps(day, placed, rejected)


def _drop_overlaps(day: date, placed: Sequence[tuple[int, Reading]], rejected: list[RejectedRow]) -> list[Reading]:
    """Return the readings in order. Equal ones count once; all that overlap another or leave the day are rejected."""
    rows: dict[Reading, list[int]] = defaultdict(list)
    for row, reading in placed:
        rows[reading].append(row)
    ordered = sorted(rows)
    midnight, end = paris.day_bounds(day)
    wrong = {reading for reading in ordered if reading.start < midnight or reading.end > end}
    last: Reading | None = None
    for reading in ordered:
        if last is not None and reading.start < last.end:
            wrong |= {last, reading}
        if last is None or reading.end > last.end:
            last = reading
    rejected += [RejectedRow(row, RowFault.CONTRADICTORY) for reading in wrong for row in rows[reading]]
    return [reading for reading in ordered if reading not in wrong]
