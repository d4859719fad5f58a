"""Converts RTE's clock hours to instants, and hourly levels to runs of one level."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time

from gateway.kit import paris
from gateway.rte.wire import EcowattSignal

LOW_CARBON, _NORMAL, TENSE, _VERY_TENSE = _LEVELS = range(4)
_CLOCK = range(24)


def map_levels(signal: EcowattSignal) -> dict[datetime, int]:
    """Return the levels of a day by the instant at which each hour begins.

    `pas` is the hour of a clock in Paris. On the day of 25 hours, `pas` 2 applies to both hours from 02:00, unless it
    occurs twice; on the day of 23 hours it applies to none. If the hours of such a day are numbered 0 to 24 or 0 to 22,
    `pas` is the number of the hour. Invalid hours and levels are left out, and hours with two different levels.
    """
    hours = list(paris.iterate_hours(signal.day))
    numbers = sorted(hour.pas for hour in signal.values)
    is_numbered = len(hours) != len(_CLOCK) and numbers == list(range(len(hours)))
    said: dict[datetime, set[int]] = defaultdict(set)
    for pas, found in _group_levels_by_hour(signal).items():
        if is_numbered:
            instants = [hours[pas]]
        else:
            instants = paris.find_instants(datetime.combine(signal.day, time(pas))) if pas in _CLOCK else []
        each = [[level] for level in found] if len(found) == len(instants) else [found] * len(instants)
        for instant, levels in zip(instants, each, strict=True):
            said[instant].update(levels)
    return {instant: levels.pop() for instant, levels in sorted(said.items()) if len(levels) == 1}


def _group_levels_by_hour(signal: EcowattSignal) -> dict[int, list[int]]:
    """Return the valid levels of each `pas`, in the order of the signal."""
    found: dict[int, list[int]] = defaultdict(list)
    for hour in signal.values:
        if hour.hvalue is not None and hour.hvalue in _LEVELS:
            found[hour.pas].append(hour.hvalue)
    return found


def find_worst_level(signal: EcowattSignal, levels: Mapping[datetime, int]) -> int | None:
    """Return the highest level of a day, from RTE's value for the day and its hours; None if there is no valid one."""
    daily = [] if signal.dvalue is None else [signal.dvalue]
    return max((level for level in (*daily, *levels.values()) if level in _LEVELS), default=None)


@dataclass(frozen=True)
class LevelRun:
    """Consecutive hours of one level: `[since, until[`."""

    level: int
    since: datetime
    until: datetime


def group_runs(levels: Mapping[datetime, int]) -> Iterable[LevelRun]:
    """Yield the runs of equal level, in order; a gap ends a run."""
    run: LevelRun | None = None
    for start, level in sorted(levels.items()):
        if run is not None and run.until == start and run.level == level:
            run = LevelRun(level, run.since, start + paris.HOUR)
            continue
        if run is not None:
            yield run
        run = LevelRun(level, start, start + paris.HOUR)
    if run is not None:
        yield run
