"""Fills the holes of a load curve, and corrects a rounded one, from the daily value of its day.

Example of a hole: 47 half-hours of a day are known and sum to 9,800 Wh; Enedis' daily value is 10,000 Wh. The missing
half-hour took 200 Wh: it is filled with 400 W, marked as estimated, and the day sums to 10,000 Wh. If the daily value
were 9,799 Wh, the hole would be filled with 0 W, since daily values and curves differ by one watt-hour on one day in
twenty. If it were 9,700 Wh, one of the two would be wrong and nothing would be filled.

Example of a rounded curve: all values are multiples of 1,000 W and sum to 62,500 Wh, the daily value is 61,709 Wh.
Each value is multiplied by 61,709 / 62,500 and marked as estimated. What rounding to whole watts leaves is carried to
the next value, so that the day sums to its daily value.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from math import gcd

from gateway.domain.readings import WATT_MINUTES_A_WH, Quality, Reading, complete_readings, find_gaps, watt_minutes

TOLERANCE_WH = 2
"""How far a daily value and the sum of its curve may differ without one of them being wrong."""
SMALL_HOLE = timedelta(hours=1)
"""Holes up to this length are filled as soon as the daily value is known, longer ones after fifteen days."""
_COARSE_WATTS = 100
_FEW = 4


def fill_missing(day: date, readings: Sequence[Reading], wh: int) -> list[Reading] | None:
    """Spread the difference between the daily value `wh` and the readings evenly over the missing intervals of a day.

    Returns all readings, which then sum to the daily value. When the known ones exceed it by at most 2 Wh, the
    missing intervals get 0 W. Returns None when they exceed it by more, or when no reading is known: spreading a
    whole day's energy over its hours would invent a curve.
    """
    open_spans = list(find_gaps(day, readings))
    lacking = wh * WATT_MINUTES_A_WH - watt_minutes(readings)
    if not readings or lacking < -TOLERANCE_WH * WATT_MINUTES_A_WH:
        return None
    minutes = sum(int((end - start).total_seconds()) // 60 for start, end in open_spans)
    if not minutes:
        return list(readings)
    step = Counter(reading.minutes for reading in readings).most_common(1)[0][0]
    watts, more = divmod(max(lacking, 0), minutes)
    filled = []
    for start, length in _cut_spans(open_spans, step, more):
        filled.append(Reading(start, length, watts + (more > 0), Quality.ESTIMATED))
        more -= length
    return sorted([*readings, *filled])


def has_small_hole(day: date, readings: Sequence[Reading]) -> bool:
    """Tell whether a day has readings and lacks some, but at most one hour."""
    missing = sum((end - start for start, end in find_gaps(day, readings)), timedelta())
    return bool(readings) and timedelta() < missing <= SMALL_HOLE


def is_energy_complete(readings: Sequence[Reading], wh: int) -> bool:
    """Tell whether the readings of a partial day sum to its daily value `wh` within 2 Wh."""
    difference = wh * WATT_MINUTES_A_WH - watt_minutes(readings)
    return bool(readings) and abs(difference) <= TOLERANCE_WH * WATT_MINUTES_A_WH


def find_rounding(readings: Sequence[Reading]) -> int:
    """Return the step in W to which a curve is rounded, 0 if it is not: real curves have steps of 1 W to 10 W."""
    values = [reading.watts for reading in readings if reading.watts]
    step = gcd(*values) if len(values) >= _FEW else 0
    return step if step >= _COARSE_WATTS else 0


def fit_rounded(readings: Sequence[Reading], wh: int) -> list[Reading] | None:
    """Return a rounded curve scaled to its daily value `wh`, with all readings marked as estimated.

    Returns None when the curve is not rounded, when the two agree within 2 Wh, or when rounding cannot explain the
    difference.
    """
    total, step = watt_minutes(readings), find_rounding(readings)
    difference = abs(wh * WATT_MINUTES_A_WH - total)
    explained = sum(reading.minutes for reading in readings) * step // 2
    if not step or not TOLERANCE_WH * WATT_MINUTES_A_WH < difference <= explained:
        return None
    share, fitted, left = Fraction(wh * WATT_MINUTES_A_WH, total), [], Fraction(0)
    for reading in readings:
        left += reading.watts * reading.minutes * share
        watts = max(round(left / reading.minutes), 0)  # after a longer interval, more may be left than a short one has
        left -= watts * reading.minutes
        fitted.append(replace(reading, watts=watts, quality=Quality.ESTIMATED))
    return fitted


def merge_readings(day: date, newer: Sequence[Reading], known: Sequence[Reading], wh: int | None) -> list[Reading]:
    """Return the readings of a day after an answer with `newer` readings.

    Estimated readings depend on which intervals were missing. When more is measured now, they are computed again from
    the daily value `wh`; without a suitable daily value, these intervals are missing again.
    """
    before = [reading for reading in known if reading.quality is Quality.MEASURED]
    measured = complete_readings(newer, before)
    if measured == before:
        return list(known)
    if len(before) == len(known) or wh is None:
        return measured
    return fill_missing(day, measured, wh) or measured


def _cut_spans(spans: Sequence[tuple[datetime, datetime]], step: int, first: int) -> Iterator[tuple[datetime, int]]:
    """Yield the start and minutes of intervals of `step` minutes, with a cut after the `first` minutes.

    The first minutes carry one watt more than the rest, so that the sum is exact.
    """
    for start, end in spans:
        position = start
        while position < end:
            length = min(step, int((end - position).total_seconds()) // 60)
            if 0 < first < length:
                length = first
            yield position, length
            position += timedelta(minutes=length)
            first -= length
