"""Public holidays of mainland France."""

from datetime import date, timedelta
from functools import lru_cache

_FIXED = frozenset({(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)})
_AFTER_EASTER = (1, 39, 50)
"""Easter Monday, Ascension Day and Whit Monday, in days after Easter Sunday."""


def is_public_holiday(day: date) -> bool:
    """Return whether `day` is a public holiday in mainland France."""
    easter = _compute_easter(day.year)
    return (day.month, day.day) in _FIXED or any(day == easter + timedelta(days=days) for days in _AFTER_EASTER)


@lru_cache(maxsize=64)
def _compute_easter(year: int) -> date:
    """Return Easter Sunday, by the Gregorian computus of Meeus, Jones and Butcher."""
    golden = year % 19
    century, year_of_century = divmod(year, 100)
    leap_centuries, century_rest = divmod(century, 4)
    moon_correction = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leap_centuries - moon_correction + 15) % 30
    leap_years, rest = divmod(year_of_century, 4)
    weekday = (32 + 2 * century_rest + 2 * leap_years - epact - rest) % 7
    late_moon = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late_moon + 114, 31)
    return date(year, month, day + 1)
