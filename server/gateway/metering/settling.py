"""What a day's own value tells about its load curve: fills its holes, and corrects a curve that is rounded.

Example of a hole: 47 half-hours of a day are known and sum to 9,800 Wh; Enedis' daily value is 10,000 Wh. The missing
half-hour took 200 Wh: it is filled with 400 W, marked as estimated, and the day sums to 10,000 Wh. Were the daily value
9,799 Wh, the hole would be filled with nothing, since daily values and curves differ by a watt-hour on one day in
twenty. Were it 9,700 Wh, one of the two would be wrong and nothing would be filled.

Example of a rounded curve: all values are multiples of 1,000 W and sum to 62,500 Wh, the daily value is 61,709 Wh.
Each value is multiplied by 61,709 / 62,500 and marked as estimated.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from math import gcd

from gateway.domain.readings import WATT_MINUTES_A_WH, Quality, Reading, complete_readings, find_gaps, watt_minutes

TOLERANCE_WH = 2
"""By so much a daily value and the sum of its curve may differ without one of them being wrong."""
SMALL_HOLE = timedelta(hours=1)
"""A hole that is filled as soon as the daily value is known, and not after fifteen days."""
_COARSE_WATTS = 100
_FEW = 4


def fill_missing(day: date, readings: Sequence[Reading], wh: int) -> list[Reading] | None:
    """Spread evenly over the missing intervals what the daily value has more than the readings of a day known in part.

    Afterwards the readings sum to the daily value; when the known ones alone come to 2 Wh more at most, nothing is
    added to them. None when the value is less than that, or when nothing is known: a whole day spread over its hours
    would be an invention.
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
    """Tell whether an hour at most is missing of a day."""
    missing = sum((end - start for start, end in find_gaps(day, readings)), timedelta())
    return bool(readings) and timedelta() < missing <= SMALL_HOLE


def is_energy_complete(readings: Sequence[Reading], wh: int) -> bool:
    """Tell whether the readings of a day known in part sum to its value, but for 2 Wh."""
    difference = wh * WATT_MINUTES_A_WH - watt_minutes(readings)
    return bool(readings) and abs(difference) <= TOLERANCE_WH * WATT_MINUTES_A_WH


def find_rounding(readings: Sequence[Reading]) -> int:
    """Return to how many watts a curve is rounded, 0 when it is not: real curves are multiples of 1 W to 10 W."""
    values = [reading.watts for reading in readings if reading.watts]
    step = gcd(*values) if len(values) >= _FEW else 0
    return step if step >= _COARSE_WATTS else 0


def fit_rounded(readings: Sequence[Reading], wh: int) -> list[Reading] | None:
    """Return a rounded curve in the proportion of its daily value, as estimated.

    None when it is not rounded, when the two agree, or when rounding does not explain how much they differ.
    """
    total, step = watt_minutes(readings), find_rounding(readings)
    difference = abs(wh * WATT_MINUTES_A_WH - total)
    explained = sum(reading.minutes for reading in readings) * step // 2
    if not step or not TOLERANCE_WH * WATT_MINUTES_A_WH < difference <= explained:
        return None
    share = wh * WATT_MINUTES_A_WH / total
    return [replace(reading, watts=round(reading.watts * share), quality=Quality.ESTIMATED) for reading in readings]


def merge_readings(day: date, newer: Sequence[Reading], known: Sequence[Reading], wh: int | None) -> list[Reading]:
    """Return what is known of a day once an answer brought `newer` readings.

    What had been filled in counted on what was missing then: where more is measured now, it is filled in anew from the
    daily value `wh`; without a value that fits, it is missing again.
    """
    before = [reading for reading in known if reading.quality is Quality.MEASURED]
    measured = complete_readings(newer, before)
    if measured == before:
        return list(known)
    if len(before) == len(known) or wh is None:
        return measured
    return fill_missing(day, measured, wh) or measured


def _cut_spans(spans: Sequence[tuple[datetime, datetime]], step: int, first: int) -> Iterator[tuple[datetime, int]]:
    """Cut spans into intervals of a step, and once more after the `first` minutes, which have a watt more."""
    for start, end in spans:
        position = start
        while position < end:
            length = min(step, int((end - position).total_seconds()) // 60)
            if 0 < first < length:
                length = first
            yield position, length
            position += timedelta(minutes=length)
            first -= length
