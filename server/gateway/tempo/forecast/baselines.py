"""What the forecast has to beat: the usual share of each colour, and what the usual quota alone lets one deduce."""

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum

from gateway.domain.tempo_days import COLORS, Color
from gateway.tempo.forecast.calibration import replay_season
from gateway.tempo.forecast.conditions import Conditions, can_be_red
from gateway.tempo.forecast.probabilities import Probabilities

_SATURDAY = 5
_ONE_OF_EACH_DAY = 2
"""A day is forecast at eight horizons and counts once."""


class DayKind(StrEnum):
    """Days that can have the same colours: red only on working days."""

    WORKING_DAY = "working_day"
    SATURDAY = "saturday"
    HOLIDAY = "holiday"


type Climatology = Mapping[DayKind, Probabilities]
"""The share of each colour among days of each kind. Of working days from November to March, 0.21 are red."""


def find_kind(day: date) -> DayKind:
    """Return the kind of a day."""
    if can_be_red(day):
        return DayKind.WORKING_DAY
    return DayKind.SATURDAY if day.weekday() == _SATURDAY else DayKind.HOLIDAY


def count_climatology(years: Iterable[int]) -> Climatology:
    """Return the shares of the colours in seasons."""
    colors: dict[DayKind, list[Color]] = {kind: [] for kind in DayKind}
    for day in (day for year in years for days in replay_season(year) for day in days):
        if day.conditions.horizon == _ONE_OF_EACH_DAY:
            colors[find_kind(day.conditions.day)].append(day.color)
    return {
        kind: Probabilities(*(found.count(color) / len(found) for color in COLORS)) for kind, found in colors.items()
    }


def deduce_colors(conditions: Conditions, climatology: Climatology) -> Probabilities:
    """Return what follows from the quota alone: the expected colour, else the usual shares of the colours left."""
    if conditions.expected:
        return Probabilities.certain(conditions.expected.color)
    usual = climatology[find_kind(conditions.day)]
    red = usual.red if conditions.red_left else 0.0
    white = usual.white if conditions.white_left else 0.0
    total = usual.blue + white + red
    return Probabilities.of(white / total, red / total)
