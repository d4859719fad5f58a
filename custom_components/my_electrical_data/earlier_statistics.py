"""Finds statistics that other programs imported for a meter, and reads their hours as ours.

Their ids contain the meter number. Of a meter of ours only the last four digits are known, so these are compared.
Each program writes an hour's energy or cost as its state. A sensor's statistics also have rows that the recorder made,
with states of their own: there the change of the sum is what the hour gained.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final, Literal

from homeassistant.components.recorder.statistics import list_statistic_ids, statistics_during_period
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.recorder import get_instance
from homeassistant.util.dt import utc_from_timestamp

from .api.models import UsagePoint

EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
_SENSORS_OF: Final = "myelectricaldata"

type Hours = dict[float, float]
"""What each hour gained, in kWh or EUR, by its start as a timestamp."""


class Program(StrEnum):
    """A program whose statistics can be taken over."""

    HA_LINKY = "ha_linky"
    MYELECTRICALDATA_IMPORT = "myelectricaldata_import"
    HASS_MYELECTRICALDATA = "hass_myelectricaldata"

    @property
    def label(self) -> str:
        """Its name, the same in every language."""
        return _LABELS[self]


_LABELS: Final = {
    Program.HA_LINKY: "HA Linky",
    Program.MYELECTRICALDATA_IMPORT: "myelectricaldata_import",
    Program.HASS_MYELECTRICALDATA: "hass-myelectricaldata",
}


@dataclass(frozen=True, slots=True)
class _Source:
    """One of their statistics: the series of ours to which its hours belong, and the column that has them.

    `rank` tells sets of statistics apart that describe the same energy, such as those of two tariffs, the lowest first.
    """

    statistic_id: str
    series: tuple[str, ...]
    column: Literal["state", "change"]
    rank: int


@dataclass(frozen=True, slots=True)
class EarlierStatistics:
    """The statistics of one program for one meter, and their first and last day."""

    program: Program
    sources: tuple[_Source, ...]
    first: datetime
    last: datetime

    @property
    def series_by_id(self) -> dict[str, tuple[str, ...]]:
        """Return the series of ours by the id of theirs."""
        return {source.statistic_id: source.series for source in self.sources}


# ha-linky: src/ha.ts; myelectricaldata_import: home_assistant_ws/main.py; hass-myelectricaldata: helpers.py, both the
# statistics of its own before 2.4 and the unique ids of its sensors since.
_DETAIL: Final = r"(?P<number>\d{14})_(?P<direction>consumption|production)_(?P<bucket>standard|full|offpeak)"
_PATTERNS: Final = (
    (Program.HA_LINKY, r"linky(?P<direction>_prod)?:(?P<number>\d{14})(?P<money>_cost)?"),
    (
        Program.MYELECTRICALDATA_IMPORT,
        r"myelectricaldata:(?P<number>\d{14})_(?P<bucket>base|(?:blue|white|red)?h[cp])_consumption(?P<money>_cost)?",
    ),
    (
        Program.MYELECTRICALDATA_IMPORT,
        r"myelectricaldata:(?P<number>\d{14})_(?P<direction>production)(?P<money>_revenue)?",
    ),
    (Program.HASS_MYELECTRICALDATA, rf"myelectricaldata:{_DETAIL}(?P<money>_cost)?"),
)
_SENSOR: Final = re.compile(rf"{_DETAIL}(?P<money>_cost)?")
_BUCKETS: Final[Mapping[str, str]] = {"full": "hp", "offpeak": "hc"}
_RANKS: Final = 3
_COLORED: Final = re.compile(r"(blue|white|red)(h[cp])")


async def async_find_earlier(hass: HomeAssistant, point: UsagePoint) -> list[EarlierStatistics]:
    """Return what each program has of a meter, those that begin first before the others."""
    found: dict[Program, list[_Source]] = defaultdict(list)
    for program, source in [*await _find_external(hass, point), *_find_sensors(hass, point)]:
        found[program].append(source)
    spans = {
        program: await get_instance(hass).async_add_executor_job(_read_span, hass, sources)
        for program, sources in found.items()
    }
    earlier = [EarlierStatistics(each, tuple(found[each]), *span) for each, span in spans.items() if span]
    return sorted(earlier, key=lambda each: each.first)


async def async_read_hours(hass: HomeAssistant, earlier: EarlierStatistics) -> dict[str, Hours]:
    """Return the hours of each series of ours, in kWh and EUR: what one set of theirs tells of it is added up."""
    return await get_instance(hass).async_add_executor_job(_read_hours, hass, earlier)


async def _find_external(hass: HomeAssistant, point: UsagePoint) -> list[tuple[Program, _Source]]:
    known = await get_instance(hass).async_add_executor_job(list_statistic_ids, hass, None, "sum")
    return [
        (program, _Source(row["statistic_id"], _list_series(match), "state", _find_rank(match)))
        for row in known
        for program, pattern in _PATTERNS
        if (match := re.fullmatch(pattern, row["statistic_id"])) and point.ends_like(match["number"])
    ]


def _find_sensors(hass: HomeAssistant, point: UsagePoint) -> Iterator[tuple[Program, _Source]]:
    for entity in er.async_get(hass).entities.values():
        match = _SENSOR.fullmatch(str(entity.unique_id)) if entity.platform == _SENSORS_OF else None
        if match and point.ends_like(match["number"]):
            yield (
                Program.HASS_MYELECTRICALDATA,
                _Source(entity.entity_id, _list_series(match), "change", _find_rank(match) - _RANKS),
            )


def _list_series(match: re.Match[str]) -> tuple[str, ...]:
    """Return the series that a statistic belongs to: the whole, and its bucket if it is one."""
    parts = match.groupdict()
    produced = "prod" in (parts.get("direction") or "")
    whole = ("revenue" if produced else "cost") if parts["money"] else ("production" if produced else "consumption")
    bucket = parts.get("bucket")
    if produced or bucket in {None, "standard"}:
        return (whole,)
    named = _COLORED.sub(r"\1_\2", _BUCKETS.get(str(bucket), str(bucket)))
    return whole, f"{whole}_{named}"


def _find_rank(match: re.Match[str]) -> int:
    """Return a statistic's rank: Tempo's six before peak and off-peak, these before a whole."""
    bucket = match.groupdict().get("bucket") or "base"
    if _COLORED.fullmatch(bucket):
        return 0
    return 2 if bucket in {"base", "standard"} else 1


def _read_span(hass: HomeAssistant, sources: Iterable[_Source]) -> tuple[datetime, datetime] | None:
    """Return the starts of the first and of the last day with rows, if there are any. Blocks."""
    starts = [
        row["start"]
        for rows in _read_rows(hass, {each.statistic_id for each in sources}, "day").values()
        for row in rows
    ]
    return (utc_from_timestamp(min(starts)), utc_from_timestamp(max(starts))) if starts else None


def _read_hours(hass: HomeAssistant, earlier: EarlierStatistics) -> dict[str, Hours]:
    """Add up the statistics of one set for each hour: of the first, by rank, that has the hour. Blocks."""
    sets: dict[str, dict[float, dict[int, float]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(float)))
    rows = _read_rows(hass, set(earlier.series_by_id), "hour")
    for source in earlier.sources:
        for row in rows.get(source.statistic_id, []):
            if (gained := row.get(source.column)) is not None:
                for key in source.series:
                    sets[key][row["start"]][source.rank] += gained
    return {key: {start: by_rank[min(by_rank)] for start, by_rank in hours.items()} for key, hours in sets.items()}


def _read_rows(hass: HomeAssistant, ids: set[str], period: Literal["hour", "day"]) -> Mapping[str, list[Any]]:
    return statistics_during_period(hass, EPOCH, None, ids, period, {"energy": "kWh"}, {"state", "change"})
