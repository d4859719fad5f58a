"""The colour of every Tempo day since September 2014.

Seasons 2024-25 and 2025-26 are as they were (`tempo_days.csv`, its `placed` rows being days nobody recorded, put where
the rules allow); the others follow from the rules: 22 red days from November to March on working days, 43 white ones on
any day but Sunday, the coldest first, the rest blue.
"""

import csv
from datetime import date
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from gateway.simulator import paris, weather

FIRST_DAY = date(2014, 9, 1)
RED_DAYS, WHITE_DAYS = 22, 43
_RECORDED_SEASONS = (2024, 2025)


class Colour(StrEnum):
    """As RTE names it."""

    BLUE = "BLUE"
    WHITE = "WHITE"
    RED = "RED"


def get_colour(day: date) -> Colour:
    """The day's true colour, whether published yet or not."""
    return build_season(first_year(day)).get(day, Colour.BLUE)


def first_year(day: date) -> int:
    """The year in which the day's season began, on 1 September."""
    return day.year if day.month >= 9 else day.year - 1


@lru_cache(maxsize=64)
def build_season(year: int) -> dict[date, Colour]:
    """The white and red days of the season that begins on 1 September of that year."""
    if year in _RECORDED_SEASONS:
        return {day: hue for day, hue in _load_recorded().items() if first_year(day) == year}
    coldest = sorted(paris.list_days(date(year, 9, 1), date(year + 1, 9, 1)), key=weather.compute_temperature)
    red = [day for day in coldest if can_be_red(day)][:RED_DAYS]
    white = [day for day in coldest if can_be_white(day) and day not in red][:WHITE_DAYS]
    return dict.fromkeys(red, Colour.RED) | dict.fromkeys(white, Colour.WHITE)


def can_be_red(day: date) -> bool:
    """November to March, Monday to Friday, no public holiday of a fixed date."""
    holiday = (day.month, day.day) in {(1, 1), (11, 1), (11, 11), (12, 25)}
    return day.month in {11, 12, 1, 2, 3} and day.weekday() < 5 and not holiday


def can_be_white(day: date) -> bool:
    """Any day but Sunday."""
    return day.weekday() != 6


@lru_cache(maxsize=1)
def _load_recorded() -> dict[date, Colour]:
    with Path(__file__).with_name("tempo_days.csv").open(encoding="utf-8", newline="") as file:
        return {date.fromisoformat(row["date"]): Colour(row["colour"]) for row in csv.DictReader(file)}
