"""What is known today about a day two to nine days ahead: the inputs of the forecast.

RTE decides by the net load of the country: a day is red, or else white, if its normalised net load exceeds a threshold
that falls as the season goes on and rises as days are used up ("Méthode de choix des jours Tempo"):

    white or red   4    - 0.015 * day of season - 0.026 * days of both colours left
    red            3.15 - 0.010 * day of season - 0.031 * red days left

Example: 15 January is day 137 of its season (1 September is day 1). With 15 red and 20 white days left, a day becomes
red above 3.15 - 1.37 - 0.465 = 1.315, and white above 4 - 2.055 - 0.91 = 1.035.

The thresholds are known ahead, the net load is not. `estimate_load` puts in its place what the calendar and the last
colour say about it. Once RTE's open data gives a forecast of the normalised net load, it belongs there.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from gateway.domain.public_holidays import is_public_holiday
from gateway.domain.tempo_days import Color
from gateway.domain.tempo_season import (
    RED_MONTHS,
    Expectation,
    Season,
    find_color_by_rule,
    find_possible_colors,
    predict_colors,
)
from gateway.kit import paris

HORIZONS = range(2, 10)
"""Days ahead. Tomorrow's colour is announced, not forecast."""

_COLDEST_DAY_OF_SEASON = 138
"""16 January, about when the load of an average winter is highest."""
_DAYS_A_YEAR = 365
_FADING_DAYS = 4
"""The weather of a day says less and less about later ones: its weight falls to 37 % after so many days."""
_LEVELS = {Color.BLUE: 0.0, Color.WHITE: 0.5, Color.RED: 1.0}
_SATURDAY = 5


@dataclass(frozen=True)
class LoadEstimate:
    """What stands in for the normalised net load of a day.

    `season` is 1 in mid-January and -1 in mid-July. `recent` is the level of the last working day whose colour is
    known (red 1, white 0.5, blue 0), faded by the days since. Load is lower on Saturdays and public holidays.
    """

    season: float
    recent: float
    is_saturday: bool
    is_holiday: bool


@dataclass(frozen=True)
class Conditions:
    """The inputs for one day. The days left are those of the usual quota after the last announced day."""

    day: date
    horizon: int
    red_left: int
    white_left: int
    expected: Expectation | None
    load: LoadEstimate

    @property
    def can_be_red(self) -> bool:
        """Whether the rules allow red, and it is no public holiday."""
        return can_be_red(self.day)

    @property
    def day_of_season(self) -> int:
        """1 for 1 September."""
        return _number_day_of_season(self.day)

    @property
    def red_threshold(self) -> float:
        """The normalised net load above which RTE's rule makes the day red."""
        return 3.15 - 0.01 * self.day_of_season - 0.031 * self.red_left

    @property
    def white_threshold(self) -> float:
        """The normalised net load above which RTE's rule makes the day white, or red."""
        return 4 - 0.015 * self.day_of_season - 0.026 * (self.red_left + self.white_left)


def is_forecast_day(day: date) -> bool:
    """Tell whether a day gets a forecast: from 1 November to 31 March, but no Sunday, which is always blue."""
    return day.month in RED_MONTHS and find_color_by_rule(day) is None


def can_be_red(day: date) -> bool:
    """Tell whether the published rules allow red on a day, and it is no public holiday: none was ever red."""
    return Color.RED in find_possible_colors(day) and not is_public_holiday(day)


def list_forecast_days(today: date) -> list[date]:
    """Return the days that are forecast today."""
    return [day for horizon in HORIZONS if is_forecast_day(day := today + horizon * paris.DAY)]


def gather_conditions(colors: Mapping[date, Color], today: date) -> list[Conditions]:
    """Return the inputs for each day that is forecast today.

    `colors` must have every day from the start of the season to tomorrow; later days are ignored.
    """
    season, tomorrow = Season.of(today), today + paris.DAY
    known = {day: colors[day] for day in paris.iterate_days(season.start, tomorrow + paris.DAY)}
    expected = predict_colors(season, known)
    red_left = max(0, season.quota[Color.RED] - _count(known.values(), Color.RED))
    white_left = max(0, season.quota[Color.WHITE] - _count(known.values(), Color.WHITE))
    return [
        Conditions(
            day=day,
            horizon=(day - today).days,
            red_left=red_left,
            white_left=white_left,
            expected=expected.get(day),
            load=estimate_load(day, known, tomorrow),
        )
        for day in list_forecast_days(today)
    ]


def estimate_load(day: date, known: Mapping[date, Color], last: date) -> LoadEstimate:
    """Estimate the load of a day from the calendar and the colours that are known up to `last`."""
    while last in known and not _is_working_day(last):
        last -= paris.DAY
    faded = math.exp(-((day - last).days - 1) / _FADING_DAYS)
    return LoadEstimate(
        season=math.cos(2 * math.pi * (_number_day_of_season(day) - _COLDEST_DAY_OF_SEASON) / _DAYS_A_YEAR),
        recent=_LEVELS.get(known.get(last, Color.BLUE), 0.0) * faded,
        is_saturday=day.weekday() == _SATURDAY,
        is_holiday=is_public_holiday(day),
    )


def _number_day_of_season(day: date) -> int:
    return (day - Season.of(day).start).days + 1


def _is_working_day(day: date) -> bool:
    return day.weekday() < _SATURDAY and not is_public_holiday(day)


def _count(colors: Iterable[Color], wanted: Color) -> int:
    return sum(color is wanted for color in colors)
