"""The Tempo season: how many days of each colour it has, which are left, and what a day can still be.

RTE's rules ("Méthode de choix des jours Tempo"): from 1 September to 31 August, 22 red days between November and March
and never on a week-end, 43 white ones on any day but Sunday, all others blue. All are placed: March 2026 ended in
thirteen red days. No rule of RTE spares public holidays, so a red one counts as possible.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from gateway.domain.tempo_days import COLORS, Color
from gateway.kit import paris

_RED, _WHITE = 22, 43
_RED_MONTHS = frozenset({11, 12, 1, 2, 3})
_SATURDAY, _SUNDAY = 5, 6


@dataclass(frozen=True)
class Season:
    """The days `[start, end[`."""

    start: date
    end: date

    @classmethod
    def of(cls, day: date) -> Season:
        """Return the season of a Tempo day."""
        year = day.year if day.month >= 9 else day.year - 1
        return cls(date(year, 9, 1), date(year + 1, 9, 1))

    @property
    def totals(self) -> dict[Color, int]:
        """How many days of each colour: 300 blue ones, 301 when February has 29 days."""
        return {Color.BLUE: (self.end - self.start).days - _RED - _WHITE, Color.WHITE: _WHITE, Color.RED: _RED}


def allowed(day: date) -> frozenset[Color]:
    """Return the colours the calendar allows a day."""
    red = day.month in _RED_MONTHS and day.weekday() < _SATURDAY
    white = day.weekday() != _SUNDAY
    return frozenset({Color.BLUE} | ({Color.WHITE} if white else set()) | ({Color.RED} if red else set()))


def possible(season: Season, known: Mapping[date, Color]) -> dict[date, frozenset[Color]]:
    """Return what each day of the season that is not known can still be; of one colour, it is certain.

    A colour of which none is left is out; one of which as many are left as days can have it is certain on all of them.
    """
    open_days = {day: allowed(day) for day in paris.days(season.start, season.end) if day not in known}
    used = _count(season, known)
    # rarest first: what red takes for certain, white and blue no longer can
    for color in reversed(COLORS):
        left = season.totals[color] - used[color]
        eligible = [day for day, colors in open_days.items() if color in colors]
        if left <= 0:
            open_days |= {day: open_days[day] - {color} or frozenset({color}) for day in eligible}
        elif left == len(eligible):
            open_days |= dict.fromkeys(eligible, frozenset({color}))
    return open_days


def can_be(settled: Mapping[date, Color], seasons: Iterable[Season]) -> dict[date, frozenset[Color]]:
    """Return what each day can be in the end, from the colours that can no longer change: others tell nothing."""
    found = {day: frozenset({color}) for day, color in settled.items()}
    for season in seasons:
        found |= possible(season, settled)
    return found


@dataclass(frozen=True)
class Count:
    """Days of one colour in a season, from 1 September; None where a day that is not known could change the number."""

    total: int
    used_through_today: int | None
    left_after_today: int | None
    left_after_tomorrow: int | None


def counts(
    season: Season, known: Mapping[date, Color], can_be: Mapping[date, frozenset[Color]], today: date
) -> dict[Color, Count]:
    """Count by colour, a day that is not known by what it can be.

    `season` is today's; a `tomorrow` of the next season uses nothing of this one.
    """
    tomorrow = min(today + paris.DAY, season.end - paris.DAY)

    def used(color: Color, through: date) -> int | None:
        certain = 0
        for day in paris.days(season.start, through + paris.DAY):
            colors = frozenset({known[day]}) if day in known else can_be[day]
            if color in colors and len(colors) > 1:
                return None
            certain += color in colors
        return certain

    def left(total: int, taken: int | None) -> int | None:
        return None if taken is None else total - taken

    return {
        color: Count(
            total,
            (so_far := used(color, today)),
            left(total, so_far),
            left(total, used(color, tomorrow)),
        )
        for color, total in season.totals.items()
    }


def _count(season: Season, known: Mapping[date, Color]) -> dict[Color, int]:
    inside = [color for day, color in known.items() if season.start <= day < season.end]
    return {color: inside.count(color) for color in COLORS}
