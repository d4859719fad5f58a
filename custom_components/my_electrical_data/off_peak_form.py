"""Converts off-peak hours between the text that users type, which the gateway parses, and the stored form."""

from collections.abc import Iterable
from datetime import date
from itertools import groupby

from .api import GatewayClient, RequestRefusedError
from .api.models import OffPeak, RawOffPeak, UsagePoint
from .formatting import Texts

_EVERY_DAY = tuple(range(7))


class OffPeakError(ValueError):
    """The hours are not valid; the message is a translation key."""


async def read_off_peak(client: GatewayClient, text: str) -> list[RawOffPeak]:
    """Return the periods in a text, as parsed by the gateway; none for an empty text.

    Raises OffPeakError if it cannot be read, GatewayError if the gateway does not answer.
    """
    if not text:
        return []
    try:
        return await client.read_off_peak_hours(text)
    except RequestRefusedError as error:
        raise OffPeakError("invalid_off_peak") from error


def format_current_hours(point: UsagePoint, today: date, words: Texts) -> str:
    """Format the current hours as the gateway reads them, such as `Mon-Fri 22:00-06:00, Sat-Sun 00:00-24:00`.

    Empty where only one season has hours, which cannot be typed in.
    """
    holding = [period for period in point.off_peak if period.holds_on(today)]
    shown = [period for period in holding if period.source == "user"] or holding
    by_season = {season: [each for each in shown if each.season == season] for season in ("summer", "winter", "all")}
    match {season for season, periods in by_season.items() if periods}:
        case seasons if seasons == {"all"}:
            return _format_days(by_season["all"], words)
        case seasons if seasons == {"summer", "winter"}:
            hours = {name: _format_days(by_season[name], words) for name in ("summer", "winter")}
            return "; ".join(f"{words('season', name)}: {text}" for name, text in hours.items())
    return ""


def _format_days(periods: Iterable[OffPeak], words: Texts) -> str:
    parts = []
    for period in sorted(periods, key=lambda each: sorted(each.weekdays)):
        slots = " ".join(f"{start}-{end}" for start, end in period.slots)
        days = _format_day_kinds(period, words)
        parts.append(f"{days} {slots}" if days else slots)
    return ", ".join(parts)


def _format_day_kinds(period: OffPeak, words: Texts) -> str:
    """Format the days such as `Sat-Sun, public holidays`; empty for every day."""
    weekdays = tuple(sorted(period.weekdays))
    names = [] if weekdays in {_EVERY_DAY, ()} else [_format_weekdays(weekdays, words)]
    if period.public_holidays == "included" and weekdays != _EVERY_DAY:
        names.append(words("weekday", "holiday"))
    return ", ".join(names)


def _format_weekdays(days: tuple[int, ...], words: Texts) -> str:
    """Format `(0, 1, 2, 3, 4, 6)` as `Mon-Fri, Sun`."""
    runs = [[day for _, day in run] for _, run in groupby(enumerate(days), lambda pair: pair[1] - pair[0])]
    names = [[words("weekday", str(day)) for day in run] for run in runs]
    return ", ".join(run[0] if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in names)


def replace_own_periods(point: UsagePoint, new: list[RawOffPeak], since: str | None) -> list[RawOffPeak] | None:
    """Return the user's own periods with the `new` ones; None if there are none left, which means Enedis' hours.

    With `since`, the new hours apply from that day until the user's next ones begin, and earlier ones end there. Days
    without own hours follow Enedis. Raises OffPeakError.
    """
    if since is None:
        return new or None
    day = date.fromisoformat(since)
    own = [period for period in point.off_peak if period.source == "user"]
    later = [period for period in own if period.valid_from is not None and period.valid_from > day]
    ends = min((period.valid_from for period in later if period.valid_from), default=None)
    if ends is not None and any(period.holds_on(ends) for period in own if period not in later):
        raise OffPeakError("off_peak_to_come")
    kept = [
        period.raw | {"valid_to": since} if period.holds_on(day) else period.raw
        for period in own
        if period not in later and period.valid_from != day
    ]
    kept += [{**period, "valid_from": since, "valid_to": ends and ends.isoformat()} for period in new]
    return [*kept, *(period.raw for period in later)] or None


def replace_periods_in_force(point: UsagePoint, new: list[RawOffPeak], today: date) -> list[RawOffPeak]:
    """Return the user's own periods with the current ones replaced by `new`; those of other days stay.

    Raises OffPeakError.
    """
    has_own = any(period.source == "user" for period in point.off_peak)
    return (replace_own_periods(point, new, today.isoformat()) if has_own else None) or new
