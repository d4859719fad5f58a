"""Notices for users about prices and off-peak hours."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from gateway.billing.days.billed_point import BilledPoint
from gateway.kit import paris
from gateway.tariffs.availability import BASE_CLOSED, BASE_ENDS, is_about_to_end
from gateway.tariffs.off_peak_dates import is_announced
from gateway.tariffs.off_peak_text import parse_off_peak
from gateway.tariffs.prices import PriceBook
from gateway.tariffs.tariff import Tariff, find_tariff_on, tariffs_between
from gateway.usage_points.notices import WARN_BEFORE, Notice

_TOLD_FOR = timedelta(days=30)


def list_notices(point: BilledPoint, now: datetime) -> Iterator[Notice]:
    """Yield the notices of a usage point that apply at `now`."""
    today = paris.day_of(now)
    if since := find_outdated_prices(point.book, point.tariffs, today, today):
        yield Notice(code="prices_outdated", since=paris.midnight(since), until=None)
    tariff = find_tariff_on(point.tariffs, today)
    if tariff is not None and is_about_to_end(tariff.option, tariff.power_kva, today):
        yield Notice(code="base_ends", since=paris.midnight(BASE_CLOSED), until=None, date=BASE_ENDS)
    text = point.row.contract.off_peak
    has_own = any(period.source == "user" and period.is_in_force_on(today) for period in point.off_peak)
    if text and parse_off_peak(text) is None and not has_own:
        yield Notice(code="off_peak_unreadable", since=point.row.created_at, until=None, text=text)
    future = point.row.contract.future_off_peak
    if future and is_announced(text, future):
        since = point.row.contract.announced_at or point.row.contract.told_at or now
        yield Notice(code="off_peak_announced", since=since, until=None, text=future)
    for day in sorted({period.valid_from for period in point.off_peak if period.valid_from is not None}):
        since_, until = paris.midnight(day) - WARN_BEFORE, paris.midnight(day) + _TOLD_FOR
        if since_ <= now < until:
            yield Notice(code="off_peak_changes", since=since_, until=until, date=day)


def find_outdated_prices(book: PriceBook, tariffs: list[Tariff], first: date, last: date) -> date | None:
    """Return the first day since which a price used from `first` to `last` may be outdated; None if none is.

    A price may be outdated once a newer grid of regulated prices is due, or from an offer's `prices_until` on.
    """
    found = []
    for tariff in tariffs_between(tariffs, first, last + paris.DAY):
        later = [
            other.valid_from
            for other in tariffs
            if other.valid_from and other.valid_from > (tariff.valid_from or date.min)
        ]
        newest = min([last, *(day - paris.DAY for day in later)])
        if tariff.offer is not None and newest >= first:
            found.append(tariff.prices_until if tariff.prices_until and tariff.prices_until <= newest else None)
        elif tariff.prices == "regulated" and newest >= first:
            found.append(book.find_outdated_since(tariff.option, tariff.power_kva, newest))
    return min((day for day in found if day is not None), default=None)
