"""Off-peak hours over time: those of Enedis, and those of the user, which take precedence on their days."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from gateway.tariffs.off_peak import OffPeakPeriod
from gateway.tariffs.off_peak_text import parse_off_peak

_LATEST_UPDATE = timedelta(days=14)
"""How long after the day of an announcement Enedis may still tell the hours of before."""


def select_effective(periods: Sequence[OffPeakPeriod]) -> list[OffPeakPeriod]:
    """Return the effective periods: the user's, and Enedis' on days without any of the user's."""
    own = [period for period in periods if period.source == "user"]
    left = [period for period in periods if period.source == "enedis"]
    for one in own:
        left = [piece for period in left for piece in _subtract_dates(period, one)]
    return left + own


def _subtract_dates(period: OffPeakPeriod, other: OffPeakPeriod) -> Iterator[OffPeakPeriod]:
    """Yield the parts of a period before and after the dates of another."""
    start, end = period.valid_from or date.min, period.valid_to or date.max
    until, since = other.valid_from or date.min, other.valid_to or date.max
    if until >= end or since <= start:
        yield period
        return
    if start < until:
        yield period.model_copy(update={"valid_to": until})
    if since < end:
        yield period.model_copy(update={"valid_from": since})


def apply_choice(periods: Sequence[OffPeakPeriod], chosen: Sequence[OffPeakPeriod] | None) -> list[OffPeakPeriod]:
    """Return Enedis' periods and those that the user chose; None means that only Enedis' remain."""
    enedis = [period for period in periods if period.source == "enedis"]
    return enedis + [period.model_copy(update={"source": "user"}) for period in chosen or ()]


def apply_enedis_text(
    periods: Sequence[OffPeakPeriod], text: str | None, today: date, announced: str | None = None
) -> list[OffPeakPeriod]:
    """Return all periods after Enedis sent `text`: changed hours begin today, and past days keep theirs.

    The first hours apply without dates. Unreadable hours are not guessed: from today on there are none.
    Hours `announced` for a day apply from that day; those without a day begin when Enedis sends them as `text`. Enedis
    may change `text` some days late: until then the hours announced for a day that has come replace it.
    """
    if not text:
        return list(periods)
    own = [period for period in periods if period.source == "user"]
    enedis = [_reopen(period, today) for period in periods if period.source == "enedis" and not _begins(period, today)]
    announcement = parse_announcement(announced or "")
    if announcement is None or announcement.day <= today - _LATEST_UPDATE:
        return _replace_periods_from(enedis, parse_off_peak(text) or [], today, today) + own
    if announcement.day > today or not enedis:
        enedis = _replace_periods_from(enedis, parse_off_peak(text) or [], today, today)
    enedis = _replace_periods_from(enedis, announcement.periods, announcement.day, max(announcement.day, today))
    return enedis + own


def _begins(period: OffPeakPeriod, today: date) -> bool:
    """Tell whether a period begins after today: it was announced, and is replaced by the current announcement."""
    return period.valid_from is not None and period.valid_from > today


def _reopen(period: OffPeakPeriod, today: date) -> OffPeakPeriod:
    """Return a period without an end after today, which came from an announcement."""
    ends = period.valid_to is not None and period.valid_to > today
    return period.model_copy(update={"valid_to": None}) if ends else period


def _replace_periods_from(
    periods: Sequence[OffPeakPeriod], fresh: Sequence[OffPeakPeriod], day: date, reference_day: date
) -> list[OffPeakPeriod]:
    """Return the periods with `fresh` ones from `day` on, unless these are those in force on the reference day.

    They hold always where nothing was before.
    """
    in_force = {_get_meaning(period) for period in periods if period.is_in_force_on(reference_day)}
    if {_get_meaning(period) for period in fresh} == in_force:
        return list(periods)
    past = [
        period.model_copy(update={"valid_to": min(period.valid_to or day, day)})
        for period in periods
        if period.valid_from is None or period.valid_from < day
    ]
    begins = day if past else None
    return past + [period.model_copy(update={"valid_from": begins}) for period in fresh]


@dataclass(frozen=True)
class Announcement:
    """Off-peak hours, and the day from which they hold."""

    day: date
    periods: list[OffPeakPeriod]


_DATE = re.compile(
    r"(?:(?:a|à)\s+(?:partir|compter)\s+du|d[eè]s\s+le|from)?\s*:?\s*\b"
    r"(?:(?P<year>20\d\d)-(?P<month>\d\d)-(?P<day>\d\d)(?:T[\d:.+Z-]*)?"
    r"|(?P<day2>\d\d?)/(?P<month2>\d\d?)/(?P<year2>20\d\d))(?![\d/])\s*[:;,]?",
    re.ASCII | re.IGNORECASE,
)


def parse_announcement(text: str) -> Announcement | None:
    """Read hours and the one day that a text names with them; None when either is missing or unclear."""
    found = list(_DATE.finditer(text))
    if len(found) != 1:
        return None
    numbers = [found[0][name] or found[0][f"{name}2"] for name in ("year", "month", "day")]
    try:
        day = date(*map(int, numbers))
    except ValueError:
        return None
    periods = parse_off_peak(_DATE.sub(" ", text))
    return Announcement(day, periods) if periods else None


def _get_meaning(period: OffPeakPeriod) -> tuple[object, ...]:
    return period.season, period.weekdays, period.public_holidays, frozenset(period.slots)


def parse_announced_hours(text: str) -> list[OffPeakPeriod] | None:
    """Return the hours of an announcement with or without a day; None if they cannot be parsed."""
    return parse_off_peak(_DATE.sub(" ", text))


def is_announced(current: str | None, future: str | None) -> bool:
    """Tell whether Enedis announces hours that differ from the current ones."""
    return bool(future) and (parse_announced_hours(future or "") or future) != (
        parse_off_peak(current or "") or current
    )


def find_undated_hours(current: str | None, future: str | None) -> list[OffPeakPeriod]:
    """Return the hours that Enedis announces without their day; none where it names the day, or nothing can be read."""
    if not is_announced(current, future) or parse_announcement(future or ""):
        return []
    return parse_announced_hours(future or "") or []
