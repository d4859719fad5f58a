"""The Tempo season: which colours of future days are certain by rule, and which the usual quota makes likely.

RTE's published rules ("Méthode de choix des jours Tempo") say when a colour is possible: red from November to March and
never on a week-end, white on any day but Sunday. Where they allow one colour only, it is certain: every Sunday is blue.

From 1 September to 31 August there are usually 22 red days, 43 white ones and 300 blue ones. That is a quota and
not a rule: the season of 2019-2020 ended with 18 red and 47 white days, and several of its last eligible days were
white. So colours that follow from the quota are expected, never certain. No red day has ever been a public holiday,
though no rule forbids it, so none is expected on one.

Example: on 12 March 2026, 9 of 22 red days were used and 13 weekdays of March were left. All 13 were expected to be red
(and were); a holiday among them would not have been.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from gateway.domain.public_holidays import is_public_holiday
from gateway.domain.tempo_days import COLORS, Color
from gateway.kit import paris

_RED, _WHITE = 22, 43
RED_MONTHS = frozenset({11, 12, 1, 2, 3})
_SATURDAY, _SUNDAY = 5, 6


class ExpectedReason(StrEnum):
    """Why a colour is expected.

    `quota_left`: the quota has at least as many days of this colour left as there are days that can have it.
    `quota_used`: the quota of the other colours that the day could have is used up.
    """

    QUOTA_LEFT = "quota_left"
    QUOTA_USED = "quota_used"


@dataclass(frozen=True)
class Expectation:
    """The colour of a day that the usual quota makes likely, and why. RTE may decide otherwise."""

    color: Color
    reason: ExpectedReason


@dataclass(frozen=True)
class Season:
    """A season, of the Tempo days `[start, end[`."""

    start: date
    end: date

    @classmethod
    def of(cls, day: date) -> Season:
        """Return the season of a Tempo day."""
        year = day.year if day.month >= 9 else day.year - 1
        return cls(date(year, 9, 1), date(year + 1, 9, 1))

    @property
    def quota(self) -> dict[Color, int]:
        """The usual number of days of each colour. Blue has 300, or 301 if February has 29 days."""
        return {Color.BLUE: (self.end - self.start).days - _RED - _WHITE, Color.WHITE: _WHITE, Color.RED: _RED}


def find_possible_colors(day: date) -> frozenset[Color]:
    """Return the colours that the published rules allow for a day."""
    red = day.month in RED_MONTHS and day.weekday() < _SATURDAY
    white = day.weekday() != _SUNDAY
    return frozenset({Color.BLUE} | ({Color.WHITE} if white else set()) | ({Color.RED} if red else set()))


def find_color_by_rule(day: date) -> Color | None:
    """Return the colour of a day that can have only one, which is blue on Sundays; None for other days."""
    colors = find_possible_colors(day)
    return next(iter(colors)) if len(colors) == 1 else None


def predict_colors(season: Season, settled: Mapping[date, Color]) -> dict[date, Expectation]:
    """Return the expected colours of a season's days, for days that are neither settled nor certain by rule.

    `settled` must contain only colours that can no longer change.
    """
    choices = {
        day: find_possible_colors(day) - ({Color.RED} if is_public_holiday(day) else set())
        for day in paris.iterate_days(season.start, season.end)
        if day not in settled and find_color_by_rule(day) is None
    }
    expected: dict[date, Expectation] = {}
    # red first: days that are expected to be red cannot be white
    for color in (Color.RED, Color.WHITE):
        left = season.quota[color] - _count_color(season, settled, color)
        eligible = [day for day, colors in choices.items() if color in colors]
        if left <= 0:
            for day in eligible:
                choices[day] -= {color}
        elif left >= len(eligible):
            for day in eligible:
                choices[day] = frozenset()
                expected[day] = Expectation(color, ExpectedReason.QUOTA_LEFT)
    expected |= {
        day: Expectation(next(iter(colors)), ExpectedReason.QUOTA_USED)
        for day, colors in choices.items()
        if len(colors) == 1
    }
    return dict(sorted(expected.items()))


@dataclass(frozen=True)
class ColorCount:
    """The days of one colour in a season: the usual quota, the days used, and the days of the quota that are left.

    A number is None if an unknown day could change it. Never negative, even if RTE exceeded the quota.
    """

    total: int
    used_through_today: int | None
    left_after_today: int | None
    left_after_tomorrow: int | None


def count_days(season: Season, known: Mapping[date, Color], today: date) -> dict[Color, ColorCount]:
    """Count the days of each colour. A day that is not known counts if the rules allow it only one colour.

    `season` is that of `today`. On its last day, `left_after_tomorrow` equals `left_after_today`.
    """
    tomorrow = min(today + paris.DAY, season.end - paris.DAY)
    colors = {
        day: frozenset({known[day]}) if day in known else find_possible_colors(day)
        for day in paris.iterate_days(season.start, season.end)
    }

    def count_used(color: Color, through: date) -> int | None:
        passed = [found for day, found in colors.items() if day <= through and color in found]
        return None if any(len(found) > 1 for found in passed) else len(passed)

    def count_left(color: Color, after: date) -> int | None:
        taken = count_used(color, after)
        eligible = sum(day > after and color in found for day, found in colors.items())
        return None if taken is None else min(max(0, season.quota[color] - taken), eligible)

    return {
        color: ColorCount(
            season.quota[color], count_used(color, today), count_left(color, today), count_left(color, tomorrow)
        )
        for color in COLORS
    }


def _count_color(season: Season, known: Mapping[date, Color], color: Color) -> int:
    return sum(season.start <= day < season.end and each is color for day, each in known.items())
