"""From RTE's hours of the clock to instants, and from instants to runs of one level."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time

from gateway.kit import paris
from gateway.rte.wire import EcowattSignal

LOW_CARBON, _NORMAL, TENSE, _VERY_TENSE = _LEVELS = range(4)
_CLOCK = range(24)


def map_levels(signal: EcowattSignal) -> dict[datetime, int]:
    """Return the levels of a day by the instant at which each hour begins.

    `pas` is what a clock in Paris shows: on the day of 25 hours `pas` 2 is said of both hours that show 02:00, on that
    of 23 hours of none. What is no hour or no level is left out.
    """
    levels: dict[datetime, int] = {}
    for hour in signal.values:
        if hour.pas in _CLOCK and hour.hvalue is not None and hour.hvalue in _LEVELS:
            shown = datetime.combine(signal.day, time(hour.pas))
            levels |= dict.fromkeys(paris.find_instants(shown), hour.hvalue)
    return dict(sorted(levels.items()))


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
