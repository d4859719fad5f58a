"""One invented weather for the whole country, the same for the same date in every process.

It drives heating, roofs, Tempo's cold days and Ecowatt's tense ones alike, so that they go together as they do in life.
Whole numbers only: a float's last bit may differ between machines.
"""

from datetime import date, timedelta
from functools import lru_cache
from hashlib import blake2b

_MEAN = (49, 56, 88, 114, 151, 184, 205, 203, 170, 131, 86, 55)  # of each month, in tenths of a degree
_HALF_DAYLIGHT = (265, 312, 357, 412, 456, 482, 472, 431, 378, 327, 276, 250)  # minutes from solar noon to sunset
SOLAR_NOON = 11 * 60 + 52  # minutes after midnight UTC, about the same all year


def hash_noise(*about: object) -> bytes:
    """64 bytes that depend on nothing but what they are about."""
    return blake2b("|".join(map(str, about)).encode(), digest_size=64).digest()


def _compute_year_fraction(monthly: tuple[int, ...], day: date) -> int:
    """A monthly figure, drawn as straight lines between the middles of the months."""
    earlier = day.replace(day=15) if day.day >= 15 else (day.replace(day=1) - timedelta(days=1)).replace(day=15)
    later = (earlier + timedelta(days=31)).replace(day=15)
    passed, length = (day - earlier).days, (later - earlier).days
    return (monthly[earlier.month - 1] * (length - passed) + monthly[later.month - 1] * passed) // length


@lru_cache(maxsize=8192)
def compute_temperature(day: date) -> int:
    """The day's mean temperature in tenths of a degree: the season's, spells of some days, and a little of its own."""
    spell, passed = divmod(day.toordinal(), 6)
    before, after = hash_noise("spell", spell)[0] - 128, hash_noise("spell", spell + 1)[0] - 128
    return (
        _compute_year_fraction(_MEAN, day)
        + (before * (6 - passed) + after * passed) // 12
        + hash_noise("day", day)[0] // 8
        - 16
    )


def compute_half_daylight(day: date) -> int:
    """Minutes between solar noon and sunset."""
    return _compute_year_fraction(_HALF_DAYLIGHT, day)


def compute_clearness(day: date) -> int:
    """How much of a clear sky's sun comes through, in percent."""
    return 15 + hash_noise("sky", day)[0] * 85 // 255
