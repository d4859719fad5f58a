"""From RTE's hours of the clock to instants, and from instants to runs of one level."""

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

    `pas` is what a clock in Paris shows: on the day of 25 hours `pas` 2 is said of both hours that show 02:00, unless
    it comes twice, on that of 23 hours of none. Where such a day's hours are numbered through, 0 to 24 or 0 to 22,
    `pas` is the number of the hour. What is no hour or no level is left out, and what is said of an hour in two ways.
    """
    hours = list(paris.iterate_hours(signal.day))
    numbers = sorted(hour.pas for hour in signal.values)
    is_numbered = len(hours) != len(_CLOCK) and numbers == list(range(len(hours)))
    said: dict[datetime, set[int]] = defaultdict(set)
    for pas, told in _by_hour(signal).items():
        if is_numbered:
            instants = [hours[pas]]
        else:
            instants = paris.find_instants(datetime.combine(signal.day, time(pas))) if pas in _CLOCK else []
        each = [[level] for level in told] if len(told) == len(instants) else [told] * len(instants)
        for instant, levels in zip(instants, each, strict=True):
            said[instant].update(levels)
    return {instant: levels.pop() for instant, levels in sorted(said.items()) if len(levels) == 1}


def _by_hour(signal: EcowattSignal) -> dict[int, list[int]]:
    """Return the levels told of each `pas`, in the order they came."""
    found: dict[int, list[int]] = defaultdict(list)
    for hour in signal.values:
        if hour.hvalue is not None and hour.hvalue in _LEVELS:
            found[hour.pas].append(hour.hvalue)
    return found


def find_worst_level(signal: EcowattSignal, levels: Mapping[datetime, int]) -> int | None:
    """Return the worst level of a day, RTE's own or that of an hour; None when nothing readable was said of it."""
    told = [] if signal.dvalue is None else [signal.dvalue]
    return max((level for level in (*told, *levels.values()) if level in _LEVELS), default=None)


@dataclass(frozen=True)
class LevelRun:
    """Hours of one level in a row: `[since, until[`."""

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
