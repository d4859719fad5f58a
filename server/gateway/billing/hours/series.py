"""The series for Home Assistant's statistics, and their running sums."""

from collections.abc import Iterable, Mapping
from itertools import accumulate

from gateway.billing.days.figures import Columns, DayFigures, bucket_of
from gateway.tariffs.tariff import Tariff

type Sums = Mapping[str, int]
"""By series key, the running sum before a day; series without one have not begun."""


def sum_columns(figures: DayFigures, sums: Sums, keys: Iterable[str]) -> Columns:
    """Return the running sums after each row of a day, for each key; sums that do not change are included.

    `sums` are those before the day.
    """
    amounts = figures.build_columns()
    still = [0] * len(figures.hours)
    return {key: list(accumulate(amounts.get(key, still), initial=sums.get(key, 0)))[1:] for key in keys}


def sum_day(figures: DayFigures, sums: Sums) -> dict[str, int]:
    """Return the running sum of each series at the end of a day; `sums` are those before it."""
    return {**sums, **{key: sums.get(key, 0) + sum(values) for key, values in figures.build_columns().items()}}


def find_first_change(old: DayFigures, new: DayFigures) -> int | None:
    """Return the first hour of a day whose row differs; None if no row does, even if the figures differ."""
    before, after_ = _group_by_hour(old), _group_by_hour(new)
    return min((hour for hour in before.keys() | after_.keys() if before.get(hour) != after_.get(hour)), default=None)


def _group_by_hour(figures: DayFigures) -> dict[int, tuple[object, ...]]:
    amounts, unpriced = figures.build_columns(), figures.find_unpriced_rows()
    return {
        hour: (
            {key: values[row] for key, values in amounts.items() if values[row]},
            {key for key, flags in unpriced.items() if flags[row]},
            figures.used_made_of[row : row + 1],
            figures.gave_made_of[row : row + 1],
        )
        for row, hour in enumerate(figures.hours)
    }


def list_series(counted: Iterable[str], tariffs: Iterable[Tariff], published: Iterable[str]) -> list[str]:
    """Return the keys of all series: those counted, those of the tariffs' buckets, and those published before.

    If there is only one bucket, its series would repeat the total, and are left out unless already published.
    """
    known = set(published)
    keys = known | set(counted)
    for tariff in tariffs:
        keys |= {f"consumption_{bucket}" for bucket in tariff.buckets}
        if "cost" in keys:
            keys |= {f"cost_{bucket}" for bucket in tariff.buckets}
    buckets = {bucket for key in keys if (bucket := bucket_of(key))}
    if len(buckets) == 1 and not any(bucket_of(key) for key in known):
        keys = {key for key in keys if bucket_of(key) is None}
    return sorted(keys)
