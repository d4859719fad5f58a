"""Hours from the gateway into Home Assistant's recorder, as external statistics.

The gateway sends running sums, and a cursor; rows are written as they come, so that writing them twice changes nothing.
The cursor is kept only once the recorder shows the rows, and is forgotten when the recorder has lost them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import batched
from math import isclose
from typing import TypedDict

from homeassistant.components.recorder.models import StatisticData, StatisticMeanType, StatisticMetaData
from homeassistant.components.recorder.statistics import (
    async_add_external_statistics,
    get_last_statistics,
    list_statistic_ids,
)
from homeassistant.components.recorder.tasks import SynchronizeTask
from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import get_instance
from homeassistant.helpers.storage import Store
from homeassistant.helpers.translation import async_get_translations
from homeassistant.helpers.update_coordinator import UpdateFailed
from homeassistant.util.dt import utc_from_timestamp
from homeassistant.util.unit_conversion import EnergyConverter

from .api import GatewayClient
from .api.models import Hours, Series, Unit
from .const import DOMAIN, LOGGER
from .pacing import FIRST_RETRY

CHUNK_ROWS = 2000
STORE_VERSION = 1


@dataclass(frozen=True, slots=True)
class _RecorderUnit:
    unit: str
    unit_class: str | None
    divisor: float


_UNITS = {
    Unit.WATT_HOUR: _RecorderUnit("kWh", EnergyConverter.UNIT_CLASS, 1000),
    Unit.EURO: _RecorderUnit("EUR", None, 1),
}


class _LastRow(TypedDict):
    start: float
    sum: float


class _Progress(TypedDict):
    """What is stored: up to where the gateway was read, and the last row of each statistic then."""

    epoch: str
    cursor: str
    last: dict[str, _LastRow]


@dataclass(frozen=True, slots=True)
class Imported:
    """The hours the recorder holds: the start of the newest one, and when the gateway will have more."""

    newest: datetime | None
    next_change: datetime | None


def progress_store(hass: HomeAssistant, usage_point_id: str) -> Store[_Progress]:
    """Return where the progress of a usage point is kept."""
    return Store(hass, STORE_VERSION, f"{DOMAIN}.{usage_point_id}")


class HoursImporter:
    """Imports the hours of one usage point."""

    def __init__(self, hass: HomeAssistant, client: GatewayClient, usage_point_id: str, meter_name: str) -> None:
        """Take the public id of the usage point, and its name for people."""
        self._hass = hass
        self._client = client
        self._id = usage_point_id
        self._meter_name = meter_name
        self._store = progress_store(hass, usage_point_id)

    async def run(self) -> Imported:
        """Import what changed since the last time. Raises GatewayError, and UpdateFailed when rows did not arrive."""
        progress = await self._store.async_load()
        if progress is not None and not await self._recorder_still_holds(progress["last"]):
            LOGGER.info("The recorder has lost imported hours: importing all of them again")
            progress = None
        hours = (await self._client.hours(self._id, cursor=progress["cursor"] if progress else None)).data
        if progress is not None and hours.epoch != progress["epoch"]:
            LOGGER.info("The gateway has begun its sums afresh: importing all hours again")
            progress = None
            hours = (await self._client.hours(self._id, cursor=None)).data
        if hours.start:
            if progress is None:
                await self._forget()
            last = await self._write(hours)
            await self._store.async_save(_Progress(epoch=hours.epoch, cursor=hours.cursor, last=last))
            newest: datetime | None = hours.start[-1]
        else:
            newest = _newest(progress["last"]) if progress else None
        return Imported(newest=newest, next_change=hours.next_change)

    def _statistic_id(self, series: Series) -> str:
        return f"{DOMAIN}:{self._id}_{series.key}"

    async def _forget(self) -> None:
        """Drop the progress first, so that an interruption leads here again; then the rows of an earlier epoch."""
        await self._store.async_remove()
        recorder = get_instance(self._hass)
        known = await recorder.async_add_executor_job(list_statistic_ids, self._hass)
        ours = [row["statistic_id"] for row in known if row["statistic_id"].startswith(f"{DOMAIN}:{self._id}_")]
        if ours:
            recorder.async_clear_statistics(ours)
            await self._committed()

    async def _write(self, hours: Hours) -> dict[str, _LastRow]:
        """Write all rows, and return the last one of each statistic once the recorder shows it."""
        labels = await async_get_translations(self._hass, self._hass.config.language, "selector", [DOMAIN])
        # Totals before their buckets: they are what the Energy dashboard waits for.
        for series in sorted(hours.series, key=lambda series: "_" in series.key):
            for rows in batched(_rows(hours, series), CHUNK_ROWS, strict=False):
                async_add_external_statistics(self._hass, self._metadata(series, labels), list(rows))
                await self._committed()
        written = {
            self._statistic_id(series): _LastRow(
                start=hours.start[-1].timestamp(), sum=hours.sum[series.key][-1] / _UNITS[series.unit].divisor
            )
            for series in hours.series
        }
        if not await self._recorder_still_holds(written):
            raise UpdateFailed(
                translation_domain=DOMAIN,
                translation_key="recorder_incomplete",
                retry_after=FIRST_RETRY.total_seconds(),
            )
        LOGGER.debug("Imported %s hours of %s series", len(hours.start), len(hours.series))
        return written

    def _metadata(self, series: Series, labels: dict[str, str]) -> StatisticMetaData:
        unit = _UNITS[series.unit]
        return StatisticMetaData(
            statistic_id=self._statistic_id(series),
            source=DOMAIN,
            name=f"{self._meter_name} {_label(series.key, labels)}",
            unit_of_measurement=unit.unit,
            unit_class=unit.unit_class,
            mean_type=StatisticMeanType.NONE,
            has_sum=True,
        )

    async def _recorder_still_holds(self, last: dict[str, _LastRow]) -> bool:
        return await get_instance(self._hass).async_add_executor_job(_holds, self._hass, last)

    async def _committed(self) -> None:
        """Wait until the recorder has done all it was given.

        Its own async_block_till_done would not wait for a task that has left the queue and is still running.
        """
        done = self._hass.loop.create_future()
        get_instance(self._hass).queue_task(SynchronizeTask(done))
        await done


def _rows(hours: Hours, series: Series) -> Iterator[StatisticData]:
    divisor = _UNITS[series.unit].divisor
    for start, total in zip(hours.start, hours.sum[series.key], strict=True):
        yield StatisticData(start=start, state=total / divisor, sum=total / divisor)


def _holds(hass: HomeAssistant, last: dict[str, _LastRow]) -> bool:
    """Tell whether the recorder reaches each of these rows, with its sum. Blocks: for an executor.

    Rows that go further are those of an import that was interrupted; they will be written again.
    """
    for statistic_id, expected in last.items():
        found = get_last_statistics(hass, 1, statistic_id, False, {"sum"}).get(statistic_id)  # noqa: FBT003
        if not found or found[0]["start"] < expected["start"]:
            return False
        total = found[0].get("sum")
        if found[0]["start"] == expected["start"] and (
            total is None or not isclose(total, expected["sum"], abs_tol=1e-6)
        ):
            return False
    return True


def _newest(last: dict[str, _LastRow]) -> datetime | None:
    starts = [row["start"] for row in last.values()]
    return utc_from_timestamp(max(starts)) if starts else None


def _label(key: str, labels: dict[str, str]) -> str:
    """Name a series for people: `consumption_hc` is "consumption off-peak"; a custom bucket keeps its own name."""
    kind, _, bucket = key.partition("_")
    names = [("series", kind), ("bucket", bucket)]
    path = f"component.{DOMAIN}.selector"
    return " ".join(labels.get(f"{path}.{group}.options.{name}", name) for group, name in names if name)
