"""What a home draws and feeds in, half-hour by half-hour.

Every figure follows from the home and the date alone. Half-hours are even watts, so that a day is whole watt-hours and
the daily value is the sum of the curve exactly.
"""

from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache

from gateway.simulator import paris, weather
from gateway.simulator.homes import Home, Production
from gateway.simulator.tempo_days import Colour, get_colour

_WATER_HEATER = 2000  # watts
_COMFORT = 170  # tenths of a degree under which a home heats

# Thousandths of the evening's height, one a half-hour of the wall clock.
_WEEKDAY = (
    *(60, 40, 30, 30, 30, 30, 30, 30, 30, 40, 60, 110),
    *(260, 480, 560, 480, 330, 230, 190, 180, 190, 220, 280, 380),
    *(480, 520, 400, 290, 230, 200, 200, 210, 230, 270, 340, 450),
    *(580, 730, 880, 980, 1000, 950, 860, 740, 600, 440, 280, 140),
)
_WEEKEND = (
    *(120, 80, 50, 40, 30, 30, 30, 30, 30, 30, 40, 60),
    *(90, 150, 230, 340, 460, 540, 560, 540, 520, 540, 620, 760),
    *(860, 820, 680, 540, 460, 430, 420, 430, 460, 500, 560, 640),
    *(740, 850, 940, 1000, 980, 920, 840, 740, 620, 480, 340, 210),
)


class Direction(StrEnum):
    """Which way energy flows."""

    CONSUMPTION = "consumption"
    PRODUCTION = "production"


@lru_cache(maxsize=4096)
def compute_watts(home: Home, direction: Direction, day: date) -> tuple[int, ...]:
    """Mean watts of each half-hour of the day, in order; all zero for a direction the home has not."""
    drawn = _compute_consumption(home, day) if home.consumes else [0] * len(paris.list_starts(day))
    if home.production is Production.NONE:
        net = drawn if direction is Direction.CONSUMPTION else [0] * len(drawn)
    elif home.production is Production.ALL:
        net = _compute_production(home, day) if direction is Direction.PRODUCTION else drawn
    else:
        sign = 1 if direction is Direction.CONSUMPTION else -1
        net = [max(0, sign * (use - sun)) for use, sun in zip(drawn, _compute_production(home, day), strict=True)]
    return tuple(value & ~1 for value in net)


def compute_energy(home: Home, direction: Direction, day: date) -> int:
    """The day's watt-hours."""
    return sum(compute_watts(home, direction, day)) // 2


def list_intervals(home: Home, direction: Direction, day: date) -> list[tuple[datetime, int, int]]:
    """The curve as measured, in the home's step: (UTC start, minutes, mean watts). Same energy as the half-hours.

    On the day on which the step changes, the first 24 half-hours still come in the one before.
    """
    values, starts = compute_watts(home, direction, day), paris.list_starts(day)
    found: list[tuple[datetime, int, int]] = []
    for i, (start, value) in enumerate(zip(starts, values, strict=True)):
        step = home.step_on(day - paris.DAY if i < 24 else day)
        if step < 60:
            found += _split_half_hour(start, step, value)
        elif i % 2 == 0:
            found.append((start, 60, (value + values[i + 1]) // 2))
    return found


def _split_half_hour(start: datetime, step: int, value: int) -> list[tuple[datetime, int, int]]:
    """A half-hour in shorter steps: a little less before its middle than after, the same in all."""
    parts, shift = 30 // step, min(value, 6)
    return [
        (start + i * timedelta(minutes=step), step, value + shift * ((2 * i + 1 > parts) - (2 * i + 1 < parts)))
        for i in range(parts)
    ]


def _compute_consumption(home: Home, day: date) -> list[int]:
    seed = weather.hash_noise("home", home.prm, day)
    habit = _WEEKEND if day.weekday() >= 5 else _WEEKDAY
    appliances = home.appliances * (70 + seed[63] % 61) // 100
    cold = max(0, _COMFORT - weather.compute_temperature(day))
    water = _find_water_minutes(home, day)
    limit = home.power_kva * 1000
    spares = home.option == "tempo" and get_colour(day) is Colour.RED
    drawn = []
    for i, slot in enumerate(paris.list_slots(day)):
        heat = cold * home.heating // 10
        if slot < 12 or slot >= 44:
            heat = heat * 8 // 10
        elif spares:
            heat = heat * 3 // 10
        use = appliances * habit[slot] // 1000 * (50 + seed[i] % 101) // 100
        if spares and 12 <= slot < 44:
            use = use * 7 // 10
        drawn.append(min(limit, home.idle + heat + use + _WATER_HEATER * water[slot] // 30))
    return drawn


def _find_water_minutes(home: Home, day: date) -> list[int]:
    """How many minutes of each half-hour the water heater runs: from the start of each off-peak period until hot."""
    minutes = [0] * 48
    if not home.water_minutes:
        return minutes
    longest = max(end - start for start, end in home.off_peak_ranges)
    for night, shift in ((day - paris.DAY, -1440), (day, 0)):
        wanted = home.water_minutes * (70 + weather.hash_noise("water", home.prm, night)[0] % 61) // 100
        for start, end in home.off_peak_ranges:
            run = wanted if end - start == longest else wanted // 4
            first, last = start + shift, min(end, start + run) + shift
            for slot in range(max(0, first) // 30, min(1440, last + 29) // 30):
                minutes[slot] += max(0, min(last, slot * 30 + 30) - max(first, slot * 30))
    return minutes


def _compute_production(home: Home, day: date) -> list[int]:
    """What the roof gives: a parabola between sunrise and sunset, dimmed by the day's sky and passing clouds."""
    half, clear, seed = (
        weather.compute_half_daylight(day),
        weather.compute_clearness(day),
        weather.hash_noise("roof", home.prm, day),
    )
    height = home.solar * 70 // 100 * half * half // (482 * 482) * clear // 100  # 482 minutes: in June
    values = []
    for i, start in enumerate(paris.list_starts(day)):
        away = start.hour * 60 + start.minute + 15 - weather.SOLAR_NOON
        clouds = 100 - seed[i] % (101 - clear) if clear < 100 else 100
        values.append(max(0, height * (half * half - away * away) // (half * half)) * clouds // 100)
    return values
