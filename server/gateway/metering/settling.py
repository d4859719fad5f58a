"""What is still missing of a day when nothing more will come: filled from the day's own value, and marked."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from gateway.domain.readings import WATT_MINUTES_A_WH, Quality, Reading, completed, gaps, watt_minutes


def settled(day: date, readings: Sequence[Reading], wh: int) -> list[Reading] | None:
    """Spread evenly over the missing intervals what the daily value has more than the readings of a day known in part.

    Afterwards the readings sum to the daily value exactly; known ones that alone come to a part of a Wh more, which the
    value does not tell, have nothing added. None when the value is less than what is known, or when nothing is known: a
    whole day spread over its hours would be an invention.
    """
    open_spans = list(gaps(day, readings))
    lacking = wh * WATT_MINUTES_A_WH - watt_minutes(readings)
    if not readings or lacking <= -WATT_MINUTES_A_WH:
        return None
    minutes = sum(int((end - start).total_seconds()) // 60 for start, end in open_spans)
    if not minutes:
        return list(readings)
    step = Counter(reading.minutes for reading in readings).most_common(1)[0][0]
    watts, more = divmod(max(lacking, 0), minutes)
    filled = []
    for start, length in _pieces(open_spans, step, more):
        filled.append(Reading(start, length, watts + (more > 0), Quality.ESTIMATED))
        more -= length
    return sorted([*readings, *filled])


def renewed(day: date, newer: Sequence[Reading], known: Sequence[Reading], wh: int | None) -> list[Reading]:
    """Return what is known of a day once an answer brought `newer` readings.

    What had been filled in counted on what was missing then: where more is measured now, it is filled in anew from the
    daily value `wh`; without a value that fits, it is missing again.
    """
    before = [reading for reading in known if reading.quality is Quality.MEASURED]
    measured = completed(newer, before)
    if measured == before:
        return list(known)
    if len(before) == len(known) or wh is None:
        return measured
    return settled(day, measured, wh) or measured


def _pieces(spans: Sequence[tuple[datetime, datetime]], step: int, first: int) -> Iterator[tuple[datetime, int]]:
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
