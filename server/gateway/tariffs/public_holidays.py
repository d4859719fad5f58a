"""Public holidays, by which some offers bill: Code du travail L3133-1, and L3134-13 for Alsace and Moselle.

The dates of Easter come from dateutil; tests compare every year with the library `holidays`, which is too large to
serve with (docs/decisions/0098-public-holidays-and-the-day-of-a-change.md).
"""

from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import assert_never

from dateutil.easter import easter

_FIXED = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
_AFTER_EASTER = (1, 39, 50)
"""Easter Monday, Ascension, Pentecost Monday."""
_GOOD_FRIDAY = -2
_BOXING_DAY = (12, 26)


class HolidayRegion(StrEnum):
    """Whose public holidays count. Good Friday is one in the whole of Alsace and Moselle here."""

    MAINLAND = "mainland"
    ALSACE_MOSELLE = "alsace_moselle"


@lru_cache(maxsize=128)
def list_public_holidays(year: int, region: HolidayRegion = HolidayRegion.MAINLAND) -> frozenset[date]:
    """Return the public holidays of a year."""
    sunday = easter(year)
    mainland = {date(year, month, day) for month, day in _FIXED} | {sunday + timedelta(days) for days in _AFTER_EASTER}
    match region:
        case HolidayRegion.MAINLAND:
            return frozenset(mainland)
        case HolidayRegion.ALSACE_MOSELLE:
            return frozenset(mainland | {sunday + timedelta(_GOOD_FRIDAY), date(year, *_BOXING_DAY)})
        case _:
            assert_never(region)


def is_public_holiday(day: date, region: HolidayRegion = HolidayRegion.MAINLAND) -> bool:
    """Tell whether a day is a public holiday."""
    return day in list_public_holidays(day.year, region)
