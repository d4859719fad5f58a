"""One coordinator a feed. Here, and only here, errors of the gateway become Home Assistant's."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import random
from typing import override
from zoneinfo import ZoneInfo

from homeassistant.config_entries import ConfigEntry, ConfigEntryState, ConfigSubentry
from homeassistant.const import CONF_CLIENT_ID, CONF_CLIENT_SECRET, CONF_URL
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryAuthFailed, ConfigEntryError
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator, UpdateFailed
from homeassistant.util import dt as dt_util

from .api import Answer, AuthenticationFailedError, GatewayClient, GatewayError
from .api.models import DailyReadings, Ecowatt, Ping, Tempo, UsagePoint
from .const import CONF_BUCKETS, DOMAIN, LOGGER
from .pacing import Pace, until_retry, with_jitter
from .presence import presence_of
from .statistics import HoursImporter, Imported

PARIS = ZoneInfo("Europe/Paris")
DAYS_ASKED = timedelta(days=7)


@dataclass(slots=True)
class Meter:
    """One usage point: its public id, the subentry it is, its name there, and its feeds."""

    point_id: str
    subentry_id: str
    name: str
    daily: DailyCoordinator
    hours: HoursCoordinator


@dataclass(slots=True)
class RuntimeData:
    """What a loaded entry holds; meters are by the public id of their usage point."""

    client: GatewayClient
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
        self.problem: GatewayError | None = None
        self._failures = 0
        self._presence = presence_of(hass, entry)
        self._failed_silently = False

    async def _ask(self) -> tuple[Answer[DataT], datetime | None]:
        """Return the gateway's answer, and when it is announced to change."""
        raise NotImplementedError

    @override
    async def _async_update_data(self) -> DataT:
        with self._translated_errors():
            answer, next_change = await self._ask()
        self._gateway_answered()
        self._failures = 0
        self.problem = None
        wait = self.pace.until_next(dt_util.utcnow(), next_change, answer.max_age)
        self.update_interval = with_jitter(wait, random)
        return answer.data

    @contextmanager
    def _translated_errors(self) -> Iterator[None]:
        try:
            yield
        except AuthenticationFailedError as error:
            self._gateway_answered()
            raise ConfigEntryAuthFailed(translation_domain=DOMAIN, translation_key=error.code) from error
        except GatewayError as error:
            if error.is_away:
                self._gateway_is_away(error)
            else:
                self._gateway_answered()
            self._failures += 1
            self.problem = error
            retry = with_jitter(until_retry(self._failures, error.retry_after), random)
            raise UpdateFailed(
                translation_domain=DOMAIN,
                translation_key=error.code,
                translation_placeholders={"reason": str(error)},
                retry_after=retry.total_seconds(),
            ) from error

    @callback
    def _gateway_is_away(self, error: GatewayError) -> None:
        """Have it said once a gateway: the base class, which would say it once a feed, finds nothing new to say."""
        if self.config_entry.state is not ConfigEntryState.SETUP_IN_PROGRESS:  # Home Assistant says that itself
            self._presence.away(str(error))
        self._failed_silently |= self.last_update_success
        self.last_update_success = False

    @callback
    def _gateway_answered(self) -> None:
        self._presence.answers()
        if self._failed_silently:
            self._failed_silently, self.last_update_success = False, True


class UsagePointsCoordinator(FeedCoordinator[dict[str, UsagePoint]]):
    """The account's meters, by id; also the one that says hello to the gateway."""

    ping: Ping

    @override
    async def _ask(self) -> tuple[Answer[dict[str, UsagePoint]], datetime | None]:
        self.ping = await self.client.ping()
        if self.ping.instance_id != self.config_entry.unique_id:
            raise ConfigEntryError(translation_domain=DOMAIN, translation_key="wrong_gateway")
        answer = await self.client.usage_points()
        points = {point.id: point for point in answer.data.items}
        return Answer(points, answer.max_age), None

    @callback
    @override
    def _async_refresh_finished(self) -> None:
        """Tell of every failure, not of the first alone: a gateway that stays away becomes a repair in time."""
        if self.problem is not None:
            self.async_update_listeners()


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
        self, hass: HomeAssistant, entry: GatewayConfigEntry, client: GatewayClient, point_id: str, meter: str
    ) -> None:
        """Take the usage point's public id and its name."""
        super().__init__(hass, entry, client, name="hours")
        buckets: bool = entry.options.get(CONF_BUCKETS, True)
        self._importer = HoursImporter(hass, client, point_id, meter, buckets=buckets)
        # Hours are imported for the recorder, and even when every entity is disabled.
        self.async_add_listener(lambda: None)

    @override
    async def _ask(self) -> tuple[Answer[Imported], datetime | None]:
        imported = await self._importer.run()
        return Answer(imported), imported.next_change


def meter_of(hass: HomeAssistant, entry: GatewayConfigEntry, client: GatewayClient, subentry: ConfigSubentry) -> Meter:
    """Return the meter that a subentry is."""
    point_id = subentry.unique_id or ""
    return Meter(
        point_id=point_id,
        subentry_id=subentry.subentry_id,
        name=subentry.title,
        daily=DailyCoordinator(hass, entry, client, point_id),
        hours=HoursCoordinator(hass, entry, client, point_id, subentry.title),
    )


def client_of(hass: HomeAssistant, entry: GatewayConfigEntry) -> GatewayClient:
    """Return a client of the gateway that an entry is."""
    return GatewayClient(
        async_get_clientsession(hass), entry.data[CONF_URL], entry.data[CONF_CLIENT_ID], entry.data[CONF_CLIENT_SECRET]
    )
