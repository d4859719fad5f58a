"""Splits a day's load curve by minutes among the day's hours and buckets."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate

from gateway.billing.days.figures import MadeOf
from gateway.domain.readings import Quality
from gateway.metering.packing import Run
from gateway.tariffs.buckets import BucketSpan

type _Cell = tuple[int, int, int, str]
"""Minutes `[start, end[` of an hour of the day, in one bucket."""


@dataclass
class HourlyShares:
    """By hour, counted from the day's first instant: known minutes, their quality, and watt-minutes by bucket."""

    minutes: list[int]
    made_of: list[MadeOf]
    by_bucket: dict[str, list[int]] = field(default_factory=dict)

    @property
    def whole_hours(self) -> list[int]:
        """The hours that are known from their first minute to their last."""
        return [hour for hour, minutes in enumerate(self.minutes) if minutes == 60]


def share_curve(curve: Sequence[Run], spans: tuple[BucketSpan, ...]) -> HourlyShares:
    """Split a curve among hours and buckets; `spans` cover the day.

    An hour is estimated if its edge or that of a bucket cuts an interval, or if an interval was estimated.
    """
    cells, hours = _cut_cells(spans), spans[-1][1] // 60
    shared = HourlyShares([0] * hours, [MadeOf.MEASURED] * hours)
    for run in curve:
        until = run.offset + run.step * len(run.watts)
        watts_before = list(accumulate(run.watts, initial=0))
        for start, end, hour, bucket in cells:
            if end <= run.offset or until <= start:
                continue
            first, last = max(start, run.offset), min(end, until)
            left, cut_left = divmod(first - run.offset, run.step)
            right, cut_right = divmod(last - run.offset, run.step)
            energy = (watts_before[right] - watts_before[left]) * run.step
            if cut_left:
                energy -= cut_left * run.watts[left]
            if cut_right:
                energy += cut_right * run.watts[right]
            shared.by_bucket.setdefault(bucket, [0] * hours)[hour] += energy
            shared.minutes[hour] += last - first
            if cut_left or cut_right or run.quality is Quality.ESTIMATED:
                shared.made_of[hour] = MadeOf.ESTIMATED
            elif run.quality is Quality.IMPORTED and shared.made_of[hour] is MadeOf.MEASURED:
                shared.made_of[hour] = MadeOf.IMPORTED
    return shared


def list_buckets(hours: Sequence[int], spans: tuple[BucketSpan, ...]) -> list[str]:
    """Return the buckets of these hours, sorted, even if they cover only part of an hour."""
    wanted = set(hours)
    return sorted({bucket for _, _, hour, bucket in _cut_cells(spans) if hour in wanted})


@lru_cache(maxsize=512)
def _cut_cells(spans: tuple[BucketSpan, ...]) -> tuple[_Cell, ...]:
    """Split spans at each full hour."""
    return tuple(
        (max(start, hour * 60), min(end, hour * 60 + 60), hour, bucket)
        for start, end, bucket in spans
        for hour in range(start // 60, -(-end // 60))
    )
