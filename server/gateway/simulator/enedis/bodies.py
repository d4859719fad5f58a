"""The series inside a measurement: strings everywhere, interval ends in Paris time without an offset, unsorted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from gateway.simulator import paris, weather
from gateway.simulator.curves import Direction, compute_energy, compute_watts, list_intervals
from gateway.simulator.homes import Home, Production
from gateway.simulator.publication import find_publication_time
from gateway.simulator.wire import JsonObject


@dataclass(frozen=True)
class Asked:
    """A question that may be answered: `days` have all begun to be published by `now`."""

    home: Home
    direction: Direction
    days: list[date]
    now: datetime
    choices: Mapping[str, str]

    def list_whole_days(self) -> list[date]:
        """The days that are published to their end."""
        return [day for day in self.days if find_publication_time(self.home, day) <= self.now]

    def list_directions(self) -> list[Direction]:
        """The direction asked for; a point that measures both answers with both."""
        return [self.direction] if self.home.production is not Production.SURPLUS else list(Direction)


BUSINESS = {Direction.CONSUMPTION: "CONS", Direction.PRODUCTION: "PROD"}
_TUESDAY = 1


def build_daily(asked: Asked) -> list[JsonObject]:
    """Watt-hours a day."""
    days = asked.list_whole_days()
    return [
        series
        for direction in asked.list_directions()
        for series in _build_series(direction, "Wh", {"EA": [_build_day(asked.home, direction, day) for day in days]})
    ]


def build_load_curve(asked: Asked) -> list[JsonObject]:
    """Mean watts of each interval; `d` is the interval's END, so that a day's last point bears the next day's date."""
    return [
        series
        for direction in asked.list_directions()
        for series in _build_series(direction, "W", {"PA": _build_curve(asked, direction)})
    ]


def build_max_power(asked: Asked) -> list[JsonObject]:
    """The highest apparent power of each day, or of each month, with its instant; by phase too when all is asked."""
    home = asked.home
    peaks = [_find_peak(home, day) for day in asked.list_whole_days()]
    if asked.choices["mesuresPas"] == "P1M":
        peaks = [max(month) for _, month in groupby(peaks, key=lambda peak: peak[1][:7])]
    phases = range(1, home.phases + 1) if home.phases > 1 and asked.choices["grandeurPhysique"] == "TOUT" else range(0)
    shares = {"PMA": 100, **{f"PMA{phase}": (45, 31, 24)[phase - 1] for phase in phases}}
    readings = {
        name: [{"v": str(value * share // 100), "d": instant} for value, instant in peaks]
        for name, share in shares.items()
    }
    return _build_series(asked.direction, "VA", readings)


def _build_day(home: Home, direction: Direction, day: date) -> dict[str, str]:
    return {"v": str(compute_energy(home, direction, day)), "d": f"{day}"}


def _build_curve(asked: Asked, direction: Direction) -> list[dict[str, str]]:
    return [
        {
            "v": str(value),
            "d": paris.format_stamp(start + timedelta(minutes=minutes)),
            "p": f"PT{minutes}M",
            "n": "B",
            "iv": "0",
            "ec": "0",
        }
        for day in asked.days
        for start, minutes, value in list_intervals(asked.home, direction, day)
        if find_publication_time(asked.home, day, start.astimezone(paris.PARIS).hour) <= asked.now
        and not (asked.home.holes and _is_hole(day, start.astimezone(paris.PARIS).hour))
    ]


def _find_peak(home: Home, day: date) -> tuple[int, str]:
    """Above the highest half-hour by what a kettle adds, somewhere within it."""
    seed = weather.hash_noise("peak", home.prm, day)
    drawn = compute_watts(home, Direction.CONSUMPTION, day)
    highest = max(drawn)
    within = timedelta(seconds=int.from_bytes(seed[:2]) % 1800)
    value = max(highest, min(highest * (105 + seed[2] % 60) // 100, home.power_kva * 1000))
    return value // 10 * 10 + 10, paris.format_stamp(paris.list_starts(day)[drawn.index(highest)] + within)


def _is_hole(day: date, hour: int) -> bool:
    """Every Tuesday, its afternoon or the whole of it by turns."""
    return day.weekday() == _TUESDAY and (12 <= hour < 18 or day.isocalendar().week % 2 == 1)


def _build_series(direction: Direction, unit: str, readings: dict[str, list[dict[str, str]]]) -> list[JsonObject]:
    return [
        {
            "grandeurMetier": BUSINESS[direction],
            "grandeurPhysique": physical,
            "unite": unit,
            "points": _shuffle_readings(points),
            "calendrier": [],
        }
        for physical, points in readings.items()
        if points
    ]


def _shuffle_readings(readings: list[dict[str, str]]) -> list[dict[str, str]]:
    """Shuffled by their stamps, always the same way; oldest first where autumn makes two of one stamp."""
    stamps = {reading["d"] for reading in readings}
    if len(stamps) < len(readings):
        return readings
    return sorted(readings, key=lambda reading: weather.hash_noise("order", reading["d"])[:4])
