"""Converts off-peak hours between what people type and what the gateway stores."""

import re
from datetime import date
from typing import Any

from .api.models import OffPeak, UsagePoint

_SLOT = re.compile(r"([01]?\d|2[0-3])[:hH]([0-5]\d) ?[-–] ?([01]?\d|2[0-4])[:hH]([0-5]\d)")
_EVERY_DAY = tuple(range(7))


class OffPeakError(ValueError):
    """The text is not valid; the message is a translation key."""


def parse_off_peak(text: str) -> list[dict[str, Any]]:
    """Parse `22:30-06:30, 12:00-14:00`, for every day of the year. Raises OffPeakError."""
    slots = []
    for part in re.split(r"[,;]", text):
        if not (found := _SLOT.fullmatch(part.strip())):
            raise OffPeakError("invalid_off_peak")
        start, end = f"{int(found[1]):02}:{found[2]}", f"{int(found[3]):02}:{found[4]}"
        if start == end or end > "24:00":
            raise OffPeakError("invalid_off_peak")
        slots.append([start, end])
    period = {"valid_from": None, "valid_to": None, "season": "all", "weekdays": list(_EVERY_DAY), "slots": slots}
    return [{**period, "source": "user"}]


def format_current_slots(point: UsagePoint, today: date) -> str:
    """Format the current hours if they are the same every day of the year; return an empty text otherwise."""
    holding = [period for period in point.off_peak if period.holds_on(today)]
    match [period for period in holding if period.source == "user"] or holding:
        case [OffPeak(season="all", weekdays=days, slots=slots)] if tuple(sorted(days)) == _EVERY_DAY:
            return ", ".join(f"{start}-{end}" for start, end in slots)
    return ""


def replace_own_periods(point: UsagePoint, text: str, since: str | None) -> list[dict[str, Any]] | None:
    """Return the user's own periods with new ones for `text`; None for an empty text, which means Enedis' hours.

    With `since`, the new hours apply from that day until the user's next ones begin, and earlier ones end there. Days
    without own hours follow Enedis. Raises OffPeakError.
    """
    new = parse_off_peak(text) if text else []
    if since is None:
        return new or None
    day = date.fromisoformat(since)
    own = [period for period in point.off_peak if period.source == "user"]
    later = [period for period in own if period.valid_from is not None and period.valid_from > day]
    ends = min((period.valid_from for period in later if period.valid_from), default=None)
    if ends is not None and any(period.holds_on(ends) for period in own if period not in later):
        raise OffPeakError("off_peak_to_come")
    told = [
        period.raw | {"valid_to": since} if period.holds_on(day) else period.raw
        for period in own
        if period not in later and period.valid_from != day
    ]
    told += [{**period, "valid_from": since, "valid_to": ends and ends.isoformat()} for period in new]
    return [*told, *(period.raw for period in later)] or None


def replace_periods_in_force(point: UsagePoint, text: str, today: date) -> list[dict[str, Any]]:
    """Return the user's own periods with the current ones replaced by `text`; those of other days stay.

    Raises OffPeakError.
    """
    new = parse_off_peak(text)
    has_own = any(period.source == "user" for period in point.off_peak)
    return (replace_own_periods(point, text, today.isoformat()) if has_own else None) or new
