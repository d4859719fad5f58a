"""The seasons on record, on which the forecast is calibrated and tested.

`seasons.csv` has the red and white days since September 2014; the others are blue. 2019-2020 ended with 18 red and 47
white days, 2021-2022 is listed with 42 white ones. Of 2023-2024 and 2025-2026 the white days after 31 March are not
complete, which the forecast does not use.
"""

import csv
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files

from gateway.domain.tempo_days import Color
from gateway.domain.tempo_season import Season
from gateway.kit import paris

YEARS = range(2014, 2026)
"""The years in which the seasons on record began."""


@cache
def load_season(year: int) -> Mapping[date, Color]:
    """Return the colour of every day of the season that began in `year`."""
    season = Season.of(date(year, 9, 1))
    return {day: _load_red_and_white().get(day, Color.BLUE) for day in paris.iterate_days(season.start, season.end)}


@cache
def _load_red_and_white() -> Mapping[date, Color]:
    text = files("gateway.tempo.forecast").joinpath("seasons.csv").read_text("utf-8")
    return {date.fromisoformat(row["date"]): Color(row["color"]) for row in csv.DictReader(text.splitlines())}
