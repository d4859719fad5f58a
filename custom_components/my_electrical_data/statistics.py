"""Imports hours from the gateway into Home Assistant's recorder, as external statistics.

The gateway sends running sums in pages, each with a cursor. Rows are written as received, so writing them twice changes
nothing. A page's cursor is stored once the recorder has its rows, and deleted when the recorder has lost them. Before a
page is written, its last rows are stored: after an interruption, the recorder may have them or those of before.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import batched
from math import inf, isclose

from homeassistant.components.recorder.models import StatisticData, StatisticMeanType, StatisticMetaData
from homeassistant.components.recorder.statistics import (
    async_add_external_statistics,
    get_last_statistics,
    list_statistic_ids,
    statistics_during_period,
)
from homeassistant.components.recorder.tasks import SynchronizeTask
from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import get_instance
from homeassistant.util.dt import utc_from_timestamp

from . import carried_hours
from .api import GatewayClient
from .api.figures import Hours, Series, Unit
from .const import DOMAIN, LOGGER, METER
from .errors import RecorderIncompleteError
from .first_prices import find_beginning, find_first_prices, is_priced
from .formatting import Texts, async_load_texts
from .hour_rows import UNITS, Rows, find_last_row
from .import_progress import Carried, LastRow, Progress, create_progress_store, get_first_prices
from .unknown_hours import async_have_rows, list_unknown

PAGE_HOURS = 1000
HOUR_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class ImportResult:
    """The newest imported hour, the last sum of each statistic by id, and when the gateway will have more."""

    newest: datetime | None
    sums: dict[str, float]
    next_change: datetime | None


async def async_list_statistic_ids(hass: HomeAssistant, usage_point_id: str) -> list[str]:
    """Return the ids of all statistics of a usage point."""
    known = await get_instance(hass).async_add_executor_job(list_statistic_ids, hass)
    beginning = statistic_id(usage_point_id, "")
    return [row["statistic_id"] for row in known if row["statistic_id"].startswith(beginning)]


async def async_get_statistic_names(hass: HomeAssistant, statistic_ids: Iterable[str]) -> dict[str, str]:
    """Return the display names of statistics by id."""
    known = await get_instance(hass).async_add_executor_job(list_statistic_ids, hass, set(statistic_ids))
    return {row["statistic_id"]: row["name"] or row["statistic_id"] for row in known}


async def async_get_hours(
    hass: HomeAssistant, usage_point_id: str, start: datetime, end: datetime
) -> list[dict[str, datetime | float]]:
    """Return the imported hours of `[start, end[`: `start` and what each series gained, in kWh or EUR."""
    beginning = statistic_id(usage_point_id, "")
    found = await get_instance(hass).async_add_executor_job(
        statistics_during_period,
        hass,
        start,
        end,
        set(await async_list_statistic_ids(hass, usage_point_id)),
        "hour",
        None,
        {"change"},
    )
    hours: dict[float, dict[str, datetime | float]] = {}
    for identifier, rows in found.items():
        for row in rows:
            if (change := row.get("change")) is not None:
                hour = hours.setdefault(row["start"], {"start": utc_from_timestamp(row["start"])})
                hour[identifier.removeprefix(beginning)] = round(change, 6)
    return [hours[start] for start in sorted(hours)]


async def async_find_first_day(hass: HomeAssistant, usage_point_id: str) -> datetime | None:
    """Return the start of the first day whose consumption is in the recorder."""
    whole = statistic_id(usage_point_id, "consumption")
    found = await get_instance(hass).async_add_executor_job(
        statistics_during_period, hass, utc_from_timestamp(0), None, {whole}, "day", None, {"sum"}
    )
    rows = found.get(whole)
    return utc_from_timestamp(rows[0]["start"]) if rows else None


async def async_delete_statistics(hass: HomeAssistant, usage_point_id: str) -> None:
    """Delete all statistics of a usage point."""
    if ids := await async_list_statistic_ids(hass, usage_point_id):
        get_instance(hass).async_clear_statistics(ids)
        await _wait_until_committed(hass)


def statistic_id(usage_point_id: str, key: str) -> str:
    """Return the statistic id of a series."""
    return f"{DOMAIN}:{usage_point_id}_{key}"


class HoursImporter:
    """Imports the hours of one usage point."""

    def __init__(
        self, hass: HomeAssistant, client: GatewayClient, usage_point_id: str, meter_name: str, *, buckets: bool
    ) -> None:
        """Take the usage point's public id, its name, and whether to import buckets."""
        self._hass = hass
        self._client = client
        self._id = usage_point_id
        self._meter_name = meter_name
        self._buckets = buckets
        self._store = create_progress_store(hass, usage_point_id)
        self._lock = asyncio.Lock()

    async def reset(self) -> None:
        """Delete the progress, so that the next import starts from the beginning."""
        async with self._lock:
            await self._store.async_remove()

    async def import_changes(self) -> ImportResult:
        """Import what changed since the last time. Raises GatewayError and RecorderIncompleteError."""
        async with self._lock:
            return await self._import_changes()

    async def _import_changes(self) -> ImportResult:
        progress = await self._store.async_load()
        if progress is not None and (why := await self._find_reset_reason(progress)):
            LOGGER.info("%s: importing all hours again", why)
            progress = None
        rows_stay = False
        while True:
            hours = await self._fetch_page(progress)
            is_row_stale = progress is not None and await self._has_row_of_unknown_hour(hours, progress)
            if progress is not None and (is_row_stale or self._begins_afresh(hours, progress)):
                LOGGER.info("The gateway has other sums, or new ones: importing all hours again")
                # rows of the same epoch are written again unchanged, unless what is carried before them changes
                kept_epoch = None if is_row_stale or progress.get("carried") else progress["epoch"]
                progress = None
                hours = await self._fetch_page(None)
                rows_stay = hours.epoch == kept_epoch
            if hours.start:
                if progress is None and not rows_stay:
                    await self._delete_imported()
                progress = await self._write_page(hours, progress)
            if not hours.more or not hours.start:
                break
        last = progress["last"] if progress else {}
        return ImportResult(
            newest=_find_newest(last),
            sums={each: row["sum"] for each, row in last.items()},
            next_change=hours.next_change,
        )

    async def _fetch_page(self, progress: Progress | None) -> Hours:
        cursor = progress["cursor"] if progress else None
        return (await self._client.fetch_hours(self._id, cursor=cursor, limit=PAGE_HOURS)).data

    async def _find_reset_reason(self, progress: Progress) -> str | None:
        if progress.get("buckets", True) != self._buckets:
            return "Other statistics are wanted than before"
        if not await self._is_in_recorder(progress["last"], progress.get("writing", {})):
            return "The recorder has lost imported hours"
        return None

    def _select_series(self, hours: Hours) -> list[Series]:
        """Return the series to import, totals before buckets, because the Energy dashboard waits for totals."""
        series = [series for series in hours.series if self._buckets or "_" not in series.key]
        return sorted(series, key=lambda series: "_" in series.key)

    def _begins_afresh(self, hours: Hours, progress: Progress) -> bool:
        """Return whether the page cannot follow what was imported: another epoch, new series, or an earlier beginning.

        Hours or prices that the gateway has added before its first are no matter, unless others were carried there.
        """
        carried = progress.get("carried")
        begins_earlier = carried is not None and (
            (bool(hours.start) and hours.start[0].timestamp() < carried["before"])
            or self._has_earlier_prices(hours, progress)
        )
        return hours.epoch != progress["epoch"] or begins_earlier or self._has_new_series(hours, progress)

    def _has_earlier_prices(self, hours: Hours, progress: Progress) -> bool:
        """Return whether a page has prices for hours whose money is imported as unknown or as another program's.

        The latter may reach up to a day beyond the first price: a page may end within that day.
        """
        known, last = get_first_prices(progress, hours), progress["last"]
        theirs = {
            kind: last[identifier]["start"] - 25 * HOUR_SECONDS
            for kind in ("cost", "revenue")
            if (identifier := statistic_id(self._id, kind)) in last
        }
        limits = theirs | known
        return any(first < limits.get(kind, first) for kind, first in find_first_prices(hours, {}).items())

    def _has_new_series(self, hours: Hours, progress: Progress) -> bool:
        prices, known = get_first_prices(progress, hours), progress.get("series", [])
        return any(
            statistic_id(self._id, series.key) not in progress["last"] and series.key not in known
            for series in self._select_series(hours)
            if is_priced(series, prices)
        )

    async def _has_row_of_unknown_hour(self, hours: Hours, progress: Progress) -> bool:
        prices = find_first_prices(hours, get_first_prices(progress, hours))
        unknown = {
            statistic_id(self._id, series.key): list_unknown(hours, series.key, find_beginning(series, prices, inf))
            for series in self._select_series(hours)
        }
        return await async_have_rows(self._hass, unknown)

    async def _delete_imported(self) -> None:
        """Delete the progress and then the rows of an earlier epoch, so that an interruption leads here again."""
        await self._store.async_remove()
        await async_delete_statistics(self._hass, self._id)

    async def _write_carried(
        self, hours: Hours, prices: dict[str, float], before: Progress | None
    ) -> tuple[Carried | None, dict[str, LastRow]]:
        """Write another program's hours before ours, and its money up to a page's end while ours has no price.

        Return what they add to later sums, and the last row of each series that got some.
        """
        kept = await carried_hours.create_store(self._hass, self._id).async_load()
        carried = before.get("carried") if before else Carried(before=hours.start[0].timestamp(), sums={})
        if not kept or carried is None:
            return None, {}
        known = get_first_prices(before, hours) if before else {}
        sums, last = dict(carried["sums"]), {}
        first, end = hours.start[0].timestamp(), hours.start[-1].timestamp() + HOUR_SECONDS
        # without any price, the gateway has no series of money
        listed = {series.key for series in hours.series}
        theirs = [Series(key=key, unit=Unit.EURO) for key in ("cost", "revenue") if key in kept and key not in listed]
        for series in [*self._select_series(hours), *theirs]:
            if before is not None and is_priced(series, known):
                continue
            until = max(carried["before"], find_beginning(series, prices, end))
            rows = await self._hass.async_add_executor_job(carried_hours.build_rows, kept.get(series.key, []), until)
            identifier = statistic_id(self._id, series.key)
            # also the hours between two pages, which are in neither
            written = before["last"][identifier]["start"] if before and identifier in before["last"] else 0
            new = [row for row in rows if first <= carried["before"] or row["start"].timestamp() > written]
            for page in batched(new, PAGE_HOURS, strict=False):
                await self._write_rows(series, list(page))
            if row := find_last_row(rows):
                last[identifier] = row
                sums[identifier] = row["sum"]
        return Carried(before=carried["before"], sums=sums), last

    async def _write_page(self, hours: Hours, before: Progress | None) -> Progress:
        """Write a page of rows and store its cursor once the recorder has them."""
        prices = find_first_prices(hours, get_first_prices(before, hours) if before else {})
        carried, last_carried = await self._write_carried(hours, prices, before)
        added = carried["sums"] if carried else {}
        newest = hours.start[-1].timestamp()
        wanted = [
            series for series in self._select_series(hours) if find_beginning(series, prices, newest + 1) <= newest
        ]
        last = (before["last"] if before else {}) | last_carried
        for series in wanted:
            if row := find_last_row(self._make_rows(hours, series, prices, added)):
                last[statistic_id(self._id, series.key)] = row
        if before is not None:
            await self._store.async_save({**before, "writing": last})
        for series in wanted:
            await self._write_rows(series, self._make_rows(hours, series, prices, added))
        if not await self._is_in_recorder(last):
            raise RecorderIncompleteError
        LOGGER.debug("Imported %s hours of %s series", len(hours.start), len(wanted))
        seen = {*(before.get("series", []) if before else []), *(series.key for series in wanted)}
        progress = Progress(
            epoch=hours.epoch,
            cursor=hours.cursor,
            last=last,
            buckets=self._buckets,
            first_prices=prices,
            series=sorted(seen),
        )
        if carried:
            progress["carried"] = carried
        await self._store.async_save(progress)
        return progress

    def _make_rows(self, hours: Hours, series: Series, prices: dict[str, float], added: dict[str, float]) -> Rows:
        carried = added.get(statistic_id(self._id, series.key), 0)
        return Rows(hours, series, carried, find_beginning(series, prices, 0))

    async def _write_rows(self, series: Series, rows: Iterable[StatisticData]) -> None:
        """Write rows, which can be read several times, and wait until the recorder has them."""
        metadata = self._build_metadata(series, await async_load_texts(self._hass))
        async_add_external_statistics(self._hass, metadata, rows)
        await _wait_until_committed(self._hass)

    def _build_metadata(self, series: Series, words: Texts) -> StatisticMetaData:
        unit = UNITS[series.unit]
        return StatisticMetaData(
            statistic_id=statistic_id(self._id, series.key),
            source=DOMAIN,
            name=self._format_name(series.key, words),
            unit_of_measurement=unit.unit,
            unit_class=unit.unit_class,
            mean_type=StatisticMeanType.NONE,
            has_sum=True,
        )

    def _format_name(self, key: str, words: Texts) -> str:
        """Return the display name of a series: short, and with the meter's name only where there are several."""
        label = _format_label(key, words)
        entries = self._hass.config_entries.async_entries(DOMAIN)
        meters = sum(1 for entry in entries for each in entry.subentries.values() if each.subentry_type == METER)
        return f"{self._meter_name} · {label}" if meters > 1 else label

    async def _is_in_recorder(self, last: dict[str, LastRow], writing: dict[str, LastRow] | None = None) -> bool:
        return await get_instance(self._hass).async_add_executor_job(_has_rows, self._hass, last, writing or {})


async def _wait_until_committed(hass: HomeAssistant) -> None:
    """Wait until the recorder has processed its queue.

    Its own async_block_till_done does not wait for a task that has left the queue and is still running.
    """
    done = hass.loop.create_future()
    get_instance(hass).queue_task(SynchronizeTask(done))
    await done


def _has_rows(hass: HomeAssistant, last: dict[str, LastRow], writing: dict[str, LastRow]) -> bool:
    """Return whether the recorder has each of these rows, or the one in `writing`. Blocks; run it in an executor."""
    for statistic_id, expected in last.items():
        found = get_last_statistics(hass, 1, statistic_id, False, {"sum"}).get(statistic_id)  # noqa: FBT003
        if not found:
            return False
        start, total = found[0]["start"], found[0].get("sum")
        written = writing.get(statistic_id, expected)
        if not (_is_met(expected, start, total) or _is_met(written, start, total)):
            return False
    return True


def _is_met(expected: LastRow, start: float, total: float | None) -> bool:
    """Return whether a statistic's newest row is this one or later: an interrupted import is written again."""
    if start == expected["start"]:
        return total is not None and isclose(total, expected["sum"], abs_tol=1e-6)
    return start > expected["start"]


def _find_newest(last: dict[str, LastRow]) -> datetime | None:
    starts = [row["start"] for row in last.values()]
    return utc_from_timestamp(max(starts)) if starts else None


def _format_label(key: str, words: Texts) -> str:
    """Return the label of a series: `consumption_hc` is "Off-peak", `cost_hc` "Off-peak, cost", `cost` "Cost"."""
    kind, _, bucket = key.partition("_")
    if not bucket:
        return words("series", kind)
    label = words("bucket", bucket)
    return label if kind == "consumption" else f"{label}, {words('series', kind).lower()}"
