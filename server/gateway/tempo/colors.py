"""The colour of a Tempo day for answers: announced by RTE, certain by rule, or expected."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from gateway.domain.tempo_days import COLORS, Color
from gateway.domain.tempo_season import Expectation, Season, find_color_by_rule, find_possible_colors, predict_colors
from gateway.tempo.models import ColorSource, TempoDay


@dataclass(frozen=True)
class DayColor:
    """What is known about the colour of a day.

    `color` is RTE's, or the only one that the published rules allow, else `unknown`. A `certain` colour cannot change.
    `possible` are the colours that the day can finally have. `expected` is derived from the usual quota, for future
    days without a colour. `source` is where the colour comes from; None if no source has it.
    """

    color: Color
    certain: bool
    possible: tuple[Color, ...]
    expected: Expectation | None = None
    source: ColorSource | None = None

    @property
    def likely_color(self) -> Color:
        """The colour, else the expected one, else `unknown`."""
        return self.expected.color if self.expected and self.color is Color.UNKNOWN else self.color


def resolve_colors(stored: Mapping[date, TempoDay], days: Iterable[date], today: date) -> dict[date, DayColor]:
    """Return the colour of each of `days`.

    `stored` are the rows of all their seasons. Days before `today` get no expected colour.
    """
    wanted = list(days)
    settled = {day: row.color for day, row in stored.items() if row.confirmed and row.color is not Color.UNKNOWN}
    expected: dict[date, Expectation] = {}
    for season in {Season.of(day) for day in wanted if day >= today}:
        expected |= predict_colors(season, settled)
    return {day: _resolve_day(day, stored.get(day), expected.get(day) if day >= today else None) for day in wanted}


def _resolve_day(day: date, row: TempoDay | None, expected: Expectation | None) -> DayColor:
    by_rule = find_color_by_rule(day)
    if row is None or row.color is Color.UNKNOWN:
        return DayColor(
            by_rule or Color.UNKNOWN, by_rule is not None, _sort_colors(find_possible_colors(day)), expected
        )
    if row.confirmed or row.color is by_rule:
        return DayColor(row.color, certain=True, possible=(row.color,), source=row.source)
    possible = _sort_colors(find_possible_colors(day) | {row.color})
    return DayColor(row.color, certain=False, possible=possible, source=row.source)


def _sort_colors(colors: Iterable[Color]) -> tuple[Color, ...]:
    found = set(colors)
    return tuple(color for color in COLORS if color in found)
