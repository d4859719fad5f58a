"""The bucket and the price of each minute of a day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from typing import assert_never

from gateway.domain.tempo_days import DAY_STARTS, OFF_PEAK_STARTS
from gateway.kit import paris
from gateway.tariffs.off_peak import MINUTES_A_DAY, OffPeakPeriod, are_stated, list_slots_on
from gateway.tariffs.options import OPTIONS, UNKNOWN, BucketClock
from gateway.tariffs.prices import MICRO, PriceBook
from gateway.tariffs.producer_surcharge import get_monthly_surcharge
from gateway.tariffs.tariff import Tariff, find_tariff_on

type BucketSpan = tuple[int, int, str]
"""Minutes `[start, end[` in one bucket."""


@dataclass(frozen=True)
class DayRules:
    """How a day is billed.

    `spans` are in minutes from the day's first instant, without gaps. `buckets` are all buckets of the tariff. `prices`
    are in millionths of EUR per kWh, for buckets with a known price; `subscription` is in millionths of EUR per month;
    `production` is in millionths of EUR per kWh fed in.
    """

    spans: tuple[BucketSpan, ...]
    buckets: frozenset[str]
    prices: Mapping[str, int]
    subscription: int | None
    production: int | None

    @property
    def single_bucket(self) -> str | None:
        """The only bucket of the day; None if it has several, or if a part is unknown."""
        of_day = {bucket for _, _, bucket in self.spans}
        return of_day.pop() if len(of_day) == 1 and UNKNOWN not in of_day else None


class Rules:
    """The billing rules of one usage point by day."""

    def __init__(
        self,
        tariffs: Sequence[Tariff],
        off_peak: Sequence[OffPeakPeriod],
        colors: Mapping[date, str],
        book: PriceBook,
        injects_since: date | None = None,
    ) -> None:
        """Build the rules from dated tariffs and off-peak hours, known Tempo colours, and regulated prices.

        `injects_since` is the day since which the usage point injects besides consuming; None if it does not.
        """
        self._tariffs = tariffs
        self._off_peak = off_peak
        self._colors = colors
        self._book = book
        self._injects_since = injects_since

    def get_day_rules(self, day: date) -> DayRules:
        """Return how `day` is billed."""
        tariff = find_tariff_on(self._tariffs, day)
        clock = self._cut_by_clock(tariff, day)
        spans = to_elapsed_minutes(tuple(clock), list_clock_hours(day))
        if tariff is None:
            return DayRules(spans, frozenset(), {}, None, None)
        prices, subscription = self._get_prices(tariff, day)
        return DayRules(spans, tariff.buckets, prices, subscription, _to_micro_eur(tariff.production_eur_per_kwh))

    def get_subscription(self, day: date) -> int | None:
        """Return the subscription in force on `day`, in millionths of EUR per month; None if it is not known."""
        tariff = find_tariff_on(self._tariffs, day)
        return None if tariff is None else self._get_prices(tariff, day)[1]

    def get_off_peak(self, day: date) -> list[tuple[int, int, bool | None]]:
        """Return spans of minutes of `day` and whether they are off-peak: those of `hc` buckets of any colour.

        None instead of a bool means that the tariff has no such bucket, or that the hours are not known.
        """
        tariff = find_tariff_on(self._tariffs, day)
        if tariff is None or not any(map(is_off_peak, tariff.buckets)):
            return [(0, paris.minutes_in(day), None)]
        clock = self._get_off_peak_clock(tariff, day)
        spans = to_elapsed_minutes(tuple(clock), list_clock_hours(day))
        return [(start, end, None if bucket == UNKNOWN else is_off_peak(bucket)) for start, end, bucket in spans]

    def _get_prices(self, tariff: Tariff, day: date) -> tuple[dict[str, int], int | None]:
        own = tariff.subscription_eur_per_month
        if tariff.prices != "regulated":
            return {price.bucket: int(price.eur_per_kwh * MICRO) for price in tariff.own_prices}, _to_micro_eur(own)
        grid = self._book.find_grid(tariff.option, tariff.power_kva, day)
        if grid is None:
            return {}, _to_micro_eur(own)
        prices = {bucket: int(price * MICRO) for bucket, price in grid.prices}
        return prices, _to_micro_eur(grid.subscription_month + self._get_surcharge(day) if own is None else own)

    def _get_surcharge(self, day: date) -> Decimal:
        injects = self._injects_since is not None and self._injects_since <= day
        return get_monthly_surcharge(day) if injects else Decimal(0)

    def _cut_by_clock(self, tariff: Tariff | None, day: date) -> list[BucketSpan]:
        """Return the buckets of a day in minutes of clock time."""
        if tariff is None:
            return [_WHOLLY_UNKNOWN]
        clock = OPTIONS[tariff.option].clock
        match clock:
            case BucketClock.ONE_BUCKET:
                return [(0, MINUTES_A_DAY, bucket) for bucket in tariff.buckets]
            case BucketClock.OFF_PEAK:
                if not are_stated(self._off_peak, day):
                    return [_WHOLLY_UNKNOWN]
                slots = list_slots_on(self._off_peak, day, tariff.holidays)
                return _overlay_spans("hp", [(start, end, "hc") for start, end in slots])
            case BucketClock.TEMPO:
                return cut_tempo_day(self._colors.get(day - paris.DAY), self._colors.get(day))
            case BucketClock.OFFER:
                return _cut_custom_day(tariff, day, self._colors)
            case _:
                assert_never(clock)

    def _get_off_peak_clock(self, tariff: Tariff, day: date) -> list[BucketSpan]:
        """Return the buckets of a day in clock time; with Tempo, the hours are known even if the colour is not."""
        needs_colors = OPTIONS[tariff.option].clock.needs_colors
        return cut_tempo_day(UNKNOWN, UNKNOWN) if needs_colors else self._cut_by_clock(tariff, day)


_WHOLLY_UNKNOWN: BucketSpan = (0, MINUTES_A_DAY, UNKNOWN)


def is_off_peak(bucket: str) -> bool:
    """Tell whether a bucket is for off-peak hours: `hc`, or a name that ends in `_hc`, such as `red_hc`."""
    return bucket == "hc" or bucket.endswith("_hc")


def cut_tempo_day(before: str | None, color: str | None) -> list[BucketSpan]:
    """Return the Tempo buckets of a day in clock time: until 06:00 the colour of the day before is in force."""
    morning, evening = (clock.hour * 60 + clock.minute for clock in (DAY_STARTS, OFF_PEAK_STARTS))
    return [
        (0, morning, f"{before}_hc" if before else UNKNOWN),
        (morning, evening, f"{color}_hp" if color else UNKNOWN),
        (evening, MINUTES_A_DAY, f"{color}_hc" if color else UNKNOWN),
    ]


def _cut_custom_day(tariff: Tariff, day: date, colors: Mapping[date, str]) -> list[BucketSpan]:
    rest = next((price.bucket for price in tariff.own_prices if not price.slots), UNKNOWN)
    return _overlay_spans(rest, tariff.list_custom_spans(day, colors))


def _overlay_spans(rest: str, spans: Sequence[BucketSpan]) -> list[BucketSpan]:
    """Return spans for a whole day: the given ones, of which the first wins in overlaps, and `rest` between them."""
    cuts = sorted({0, MINUTES_A_DAY, *(edge for start, end, _ in spans for edge in (start, end))})
    return [
        (start, end, next((bucket for first, last, bucket in spans if first <= start < last), rest))
        for start, end in pairwise(cuts)
    ]


@lru_cache(maxsize=512)
def to_elapsed_minutes(clock: tuple[BucketSpan, ...], hours: tuple[int, ...]) -> tuple[BucketSpan, ...]:
    """Convert spans of clock time into minutes since the beginning of a day with these clock `hours`.

    Clocks change on the hour, so clock time is continuous within each hour.
    """
    found: list[BucketSpan] = []
    for number, hour in enumerate(hours):
        shift = (number - hour) * 60
        for start, end, bucket in clock:
            first, last = max(start, hour * 60) + shift, min(end, hour * 60 + 60) + shift
            if first < last and found and found[-1][2] == bucket:
                found[-1] = (found[-1][0], last, bucket)
            elif first < last:
                found.append((first, last, bucket))
    return tuple(found)


@lru_cache(maxsize=4096)
def list_clock_hours(day: date) -> tuple[int, ...]:
    """Return the clock hour of each of the 23, 24 or 25 hours of a day."""
    return tuple(hour.astimezone(paris.PARIS).hour for hour in paris.iterate_hours(day))


def _to_micro_eur(eur: Decimal | None) -> int | None:
    return None if eur is None else int(eur * MICRO)


def instant_at(day: date, minute: int) -> datetime:
    """Return the instant that many minutes after a day began."""
    return paris.midnight(day) + minute * _MINUTE


_MINUTE = paris.HOUR / 60
