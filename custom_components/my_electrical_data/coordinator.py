"""One coordinator a feed. Here, and only here, errors of the gateway become Home Assistant's."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import random
from typing import override
from zoneinfo import ZoneInfo

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryAuthFailed, ConfigEntryError
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator, UpdateFailed
from homeassistant.util import dt as dt_util

from .api import Answer, AuthenticationFailedError, GatewayClient, GatewayError
from .api.models import DailyReadings, Ecowatt, Ping, Tempo, UsagePoint
from .const import DOMAIN, LOGGER
from .pacing import Pace, until_retry, with_jitter
from .statistics import HoursImporter, Imported

PARIS = ZoneInfo("Europe/Paris")
DAYS_ASKED = timedelta(days=7)


@dataclass(slots=True)
class Meter:
    """The feeds of one usage point."""

    daily: DailyCoordinator
    hours: HoursCoordinator


@dataclass(slots=True)
class RuntimeData:
    """What a loaded entry holds."""

    usage_points: UsagePointsCoordinator
    tempo: TempoCoordinator
    ecowatt: EcowattCoordinator
    meters: dict[str, Meter]


type GatewayConfigEntry = ConfigEntry[RuntimeData]


class FeedCoordinator[DataT](DataUpdateCoordinator[DataT]):
    """Asks for one feed, and again when the gateway says that something will have changed."""

    config_entry: GatewayConfigEntry
    pace = Pace(usual=timedelta(minutes=30))

    def __init__(self, hass: HomeAssistant, entry: GatewayConfigEntry, client: GatewayClient, name: str) -> None:
        """Take the `name` of the feed, for the log."""
        super().__init__(
            hass, LOGGER, config_entry=entry, name=name, update_interval=self.pace.usual, always_update=False
        )
        self.client = client
        self._failures = 0

    async def _ask(self) -> tuple[Answer[DataT], datetime | None]:
        """Return the gateway's answer, and when it is announced to change."""
        raise NotImplementedError

    @override
    async def _async_update_data(self) -> DataT:
        with self._translated_errors():
            answer, next_change = await self._ask()
        self._failures = 0
        wait = self.pace.until_next(dt_util.utcnow(), next_change, answer.max_age)
        self.update_interval = with_jitter(wait, random)
        return answer.data

    @contextmanager
    def _translated_errors(self) -> Iterator[None]:
        try:
            yield
        except AuthenticationFailedError as error:
            raise ConfigEntryAuthFailed(translation_domain=DOMAIN, translation_key=error.code) from error
        except GatewayError as error:
            self._failures += 1
            retry = with_jitter(until_retry(self._failures, error.retry_after), random)
            raise UpdateFailed(
                translation_domain=DOMAIN,
                translation_key=error.code,
                translation_placeholders={"reason": str(error)},
                retry_after=retry.total_seconds(),
            ) from error


class UsagePointsCoordinator(FeedCoordinator[dict[str, UsagePoint]]):
    """The account's meters, by id; also the one that says hello to the gateway."""

    ping: Ping

    @override
    async def _async_setup(self) -> None:
        with self._translated_errors():
            self.ping = await self.client.ping()
        if self.ping.instance_id != self.config_entry.unique_id:
            raise ConfigEntryError(translation_domain=DOMAIN, translation_key="wrong_gateway")

    @override
    async def _ask(self) -> tuple[Answer[dict[str, UsagePoint]], datetime | None]:
        answer = await self.client.usage_points()
        points = {point.id: point for point in answer.data.items}
        return Answer(points, answer.max_age), None

    @callback
    def async_reload_when_meters_change(self) -> None:
        """Set the entry up again when a meter comes, goes or is given another name."""
        before = self._names()

        @callback
        def compare() -> None:
            if self._names() != before:
                self.hass.config_entries.async_schedule_reload(self.config_entry.entry_id)

        self.config_entry.async_on_unload(self.async_add_listener(compare))

    def _names(self) -> dict[str, str]:
        return {point.id: point.label for point in self.data.values()}


class TempoCoordinator(FeedCoordinator[Tempo]):
    """The Tempo colours."""

    @override
    async def _ask(self) -> tuple[Answer[Tempo], datetime | None]:
        answer = await self.client.tempo()
        return answer, answer.data.next_change


class EcowattCoordinator(FeedCoordinator[Ecowatt]):
    """The Ecowatt signal. Its hours are known ahead: entities are told on the hour, without asking."""

    _cancel_tick: CALLBACK_TYPE | None = None

    @override
    async def _ask(self) -> tuple[Answer[Ecowatt], datetime | None]:
        answer = await self.client.ecowatt()
        return answer, answer.data.next_change

    @callback
    @override
    def _async_refresh_finished(self) -> None:
        self._schedule_tick()

    @callback
    def _schedule_tick(self) -> None:
        self._stop_ticking()
        now = dt_util.utcnow()
        if self.data is not None and not self._shutdown_requested:
            ahead = [hour.start for hour in self.data.hours if hour.start > now]
            if ahead:
                self._cancel_tick = async_track_point_in_utc_time(self.hass, self._tick, min(ahead))

    @callback
    def _tick(self, _now: datetime) -> None:
        self._cancel_tick = None
        self.async_update_listeners()
        self._schedule_tick()

    @callback
    def _stop_ticking(self) -> None:
        if self._cancel_tick is not None:
            self._cancel_tick()
            self._cancel_tick = None

    @override
    async def async_shutdown(self) -> None:
        self._stop_ticking()
        await super().async_shutdown()


class DailyCoordinator(FeedCoordinator[DailyReadings]):
    """The latest days of one usage point."""

    pace = Pace(usual=timedelta(hours=1))

    def __init__(self, hass: HomeAssistant, entry: GatewayConfigEntry, client: GatewayClient, point_id: str) -> None:
        """Take the usage point's public id."""
        super().__init__(hass, entry, client, name="daily energy")
        self._point_id = point_id

    @override
    async def _ask(self) -> tuple[Answer[DailyReadings], datetime | None]:
        today = dt_util.now(PARIS).date()
        answer = await self.client.daily(self._point_id, start=today - DAYS_ASKED, end=today)
        return answer, answer.data.next_change


class HoursCoordinator(FeedCoordinator[Imported]):
    """Brings the hours of one usage point into the recorder."""

    pace = Pace(usual=timedelta(hours=1))

    def __init__(
        self, hass: HomeAssistant, entry: GatewayConfigEntry, client: GatewayClient, point: UsagePoint
    ) -> None:
        """Take the usage point."""
        super().__init__(hass, entry, client, name="hours")
        self._importer = HoursImporter(hass, client, point.id, point.label)
        # Hours are imported for the recorder, and even when every entity is disabled.
        self.async_add_listener(lambda: None)

    @override
    async def _ask(self) -> tuple[Answer[Imported], datetime | None]:
        imported = await self._importer.run()
        return Answer(imported), imported.next_change


def meter_of(hass: HomeAssistant, entry: GatewayConfigEntry, client: GatewayClient, point: UsagePoint) -> Meter:
    """Return the feeds of a usage point."""
    return Meter(DailyCoordinator(hass, entry, client, point.id), HoursCoordinator(hass, entry, client, point))
