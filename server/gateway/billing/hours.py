"""Hours for statistics: what each hour consumed and cost, by bucket, and the running sums.

Sums are exact: energy is counted in watt-minutes, money in watt-minutes times millionths of EUR a kWh, whole numbers.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from gateway.billing.buckets import Buckets
from gateway.billing.tariffs import MICRO
from gateway.kit import paris
from gateway.metering.readings import Quality, Reading

WATT_MINUTES_A_WH = 60
_MONEY_A_EUR = WATT_MINUTES_A_WH * 1000 * MICRO
_WORST = {Quality.MEASURED: 0, Quality.ESTIMATED: 1}

type Amounts = dict[str, int]
"""By series key, in the exact units of this module."""


@dataclass(frozen=True)
class Hour:
    """One hour wholly known."""

    start: datetime
    amounts: Amounts
    quality: Quality


def is_money(series: str) -> bool:
    """Tell EUR from Wh by the key of a series."""
    return series.startswith(("cost", "subscription", "revenue"))


def show(series: str, amount: int) -> float:
    """Return an amount in Wh to 3 decimals, or EUR to 6."""
    return round(amount / _MONEY_A_EUR, 6) if is_money(series) else round(amount / WATT_MINUTES_A_WH, 3)


def hours_of(day: date, intervals: Sequence[Reading], buckets: Buckets) -> list[Hour]:
    """Return the hours of `day` that the intervals cover wholly; an hour known in part is left out."""
    minutes: dict[datetime, int] = defaultdict(int)
    amounts: dict[datetime, Amounts] = defaultdict(lambda: defaultdict(int))
    quality: dict[datetime, Quality] = {}
    for interval in intervals:
        for hour, start, end in _by_hour(interval):
            minutes[hour] += end - start
            quality[hour] = max(quality.get(hour, Quality.MEASURED), interval.quality, key=_WORST.__getitem__)
            for span in buckets.of_hour(hour):
                shared = min(end, span.end) - max(start, span.start)
                if shared > 0:
                    _count(amounts[hour], span.bucket, shared * interval.watts, span.price)
    return [Hour(hour, dict(amounts[hour]), quality[hour]) for hour in paris.hours(day) if minutes.get(hour) == 60]


def _by_hour(interval: Reading) -> Iterator[tuple[datetime, int, int]]:
    """Yield the UTC hours an interval touches, with the minutes `[start, end[` it covers of each."""
    start, left = interval.start, interval.minutes
    while left > 0:
        share = min(left, 60 - start.minute)
        yield start.replace(minute=0), start.minute, start.minute + share
        start += timedelta(minutes=share)
        left -= share


def _count(amounts: Amounts, bucket: str, watt_minutes: int, price: int | None) -> None:
    amounts["consumption"] += watt_minutes
    amounts[f"consumption_{bucket}"] += watt_minutes
    if price is not None:
        amounts["cost"] += watt_minutes * price
        amounts[f"cost_{bucket}"] += watt_minutes * price


def running_sums(hours: Iterable[Hour], keys: Iterable[str]) -> Iterator[Amounts]:
    """Yield the sums after each hour, for every key, zero until a series begins."""
    sums = dict.fromkeys(keys, 0)
    for hour in hours:
        for key, amount in hour.amounts.items():
            sums[key] += amount
        yield dict(sums)


def fingerprint(hours: Sequence[Hour]) -> bytes:
    """Return what changes when anything a client was told of these hours changes."""
    digest = hashlib.blake2b(digest_size=16)
    for hour in hours:
        digest.update(f"{hour.start.isoformat()} {hour.quality} {sorted(hour.amounts.items())}\n".encode())
    return digest.digest()
