"""Tempo days, which last from 06:00 to 06:00 in Paris: 23 or 25 hours if clocks change in between."""

from datetime import date, datetime, time
from enum import StrEnum

from gateway.kit import paris

DAY_STARTS = time(6)
OFF_PEAK_STARTS = time(22)
ANNOUNCED, OFFICIAL = time(10, 40), time(11, 20)
"""RTE shows a colour from about 06:00 on the day before, announces it by 10:40, and has changed it until 11:15."""


class Color(StrEnum):
    """The colour of a Tempo day; UNKNOWN if there is none yet."""

    BLUE = "blue"
    WHITE = "white"
    RED = "red"
    UNKNOWN = "unknown"


COLORS = (Color.BLUE, Color.WHITE, Color.RED)


def find_tempo_day(instant: datetime) -> date:
    """Return the Tempo day at `instant`, which before 06:00 in Paris is the previous day."""
    local = instant.astimezone(paris.PARIS)
    return local.date() if local.time() >= DAY_STARTS else local.date() - paris.DAY


def get_start(day: date) -> datetime:
    """Return the instant at which a Tempo day begins and the previous one ends."""
    return paris.at(day, DAY_STARTS)


def get_display_time(day: date) -> datetime:
    """Return the instant from which RTE may show the colour of a day."""
    return get_start(day - paris.DAY)


def get_announcement_time(day: date) -> datetime:
    """Return the instant by which RTE has usually announced the colour of a day."""
    return paris.at(day - paris.DAY, ANNOUNCED)


def get_official_time(day: date) -> datetime:
    """Return the instant from which RTE's colour of a day is final."""
    return paris.at(day - paris.DAY, OFFICIAL)
