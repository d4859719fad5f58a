"""Whether a lower subscribed power would have done, judged by the highest powers used."""

from collections.abc import Iterable, Mapping
from datetime import date

from gateway.billing.days.billed_point import BilledPoint
from gateway.tariffs.options import REGULATED, Option
from gateway.tariffs.tariff import find_tariff_on

_VA_A_KVA = 1000


def list_days_above(
    powers: Iterable[int], peaks: Mapping[date, int], subscribed: float | None
) -> dict[int, list[date]]:
    """Return the days on which each power below the one subscribed would not have done, from their highest powers."""
    return {
        power: sorted(day for day, va in peaks.items() if va > power * _VA_A_KVA)
        for power in powers
        if subscribed is not None and power < subscribed
    }


def find_lowest_power(point: BilledPoint, highest_va: int | None, today: date) -> int | None:
    """Return the lowest power sold that would have allowed the highest power used; None when that is not known."""
    if highest_va is None:
        return None
    tariff = find_tariff_on(point.tariffs, today)
    option = tariff.option if tariff is not None and tariff.option in REGULATED else Option.BASE
    return next((power for power in point.book.list_powers(option) if power * _VA_A_KVA >= highest_va), None)
