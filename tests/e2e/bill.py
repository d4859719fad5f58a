"""What homes used and paid, worked out the long way from the simulator's truth: one half-hour after the other."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from scripts.lib.stack import USAGE_POINTS, UsagePoint

PARIS = ZoneInfo("Europe/Paris")

# Regulated prices in force from 1 August 2026, EUR a kWh.
BASE_6_KVA = 0.2001
PEAK, OFF_PEAK = 0.2142, 0.1589
TEMPO = {"blue": (0.1654, 0.1356), "white": (0.1921, 0.1536), "red": (0.7295, 0.1615)}


def compute_usage(days: list[dict[str, Any]]) -> dict[datetime, float]:
    """The kWh of each hour, by its start in UTC, of what `GET /control/truth` answers."""
    hours: dict[datetime, float] = defaultdict(float)
    for start, watts in _half_hours(days):
        hours[start.replace(minute=0)] += watts / 2 / 1000
    return dict(hours)


def compute_cost(point: UsagePoint, days: list[dict[str, Any]], colors: Mapping[date, str]) -> dict[datetime, float]:
    """The EUR of each hour, by its start in UTC."""
    hours: dict[datetime, float] = defaultdict(float)
    for start, watts in _half_hours(days):
        hours[start.replace(minute=0)] += watts / 2 / 1000 * _find_price(point, start, colors)
    return dict(hours)


def _half_hours(days: list[dict[str, Any]]) -> list[tuple[datetime, int]]:
    readings = [reading for day in days for reading in day["readings"]]
    return [(datetime.fromisoformat(reading["start"]).astimezone(UTC), reading["watts"]) for reading in readings]


def _find_price(point: UsagePoint, start: datetime, colors: Mapping[date, str]) -> float:
    clock = start.astimezone(PARIS)
    if point == USAGE_POINTS["base"]:
        return BASE_6_KVA
    if point == USAGE_POINTS["off_peak"]:
        return OFF_PEAK if clock.time() >= time(22, 30) or clock.time() < time(6, 30) else PEAK
    peak = 6 <= clock.hour < 22
    tempo_day = clock.date() if clock.hour >= 6 else clock.date() - timedelta(days=1)
    return TEMPO[colors[tempo_day]][0 if peak else 1]
