"""What all feeds share: when to ask, what goes wrong, and the moments at which what is held means something else.

Here errors of the gateway become Home Assistant's.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from random import random
from typing import TYPE_CHECKING, override

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryAuthFailed, HomeAssistantError
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator, UpdateFailed
from homeassistant.util import dt as dt_util

from .api import Answer, AuthenticationFailedError, GatewayClient, GatewayError
from .const import DOMAIN, LOGGER
from .pacing import Pace, until_retry, with_jitter
from .presence import presence_of

if TYPE_CHECKING:
    from .coordinator import GatewayConfigEntry


@contextmanager
def translated_errors(hass: HomeAssistant, entry: ConfigEntry) -> Iterator[None]:
    """Ask the gateway because a person wants to see something, beside what its feeds ask."""
    try:
        yield
    except GatewayError as error:
        if isinstance(error, AuthenticationFailedError):
            entry.async_start_reauth(hass)
        raise HomeAssistantError(
            translation_domain=DOMAIN, translation_key=error.code, translation_placeholders={**error.placeholders}
        ) from error


class FeedCoordinator[DataT](DataUpdateCoordinator[DataT]):
    """Asks for one feed, and again when the gateway says that something will have changed."""

    config_entry: GatewayConfigEntry
    pace = Pace(usual=timedelta(minutes=30))
    always = True
    """Whether to ask even while nothing shows it."""

    def __init__(self, hass: HomeAssistant, entry: GatewayConfigEntry, client: GatewayClient, name: str) -> None:
        super().__init__(
            hass, LOGGER, config_entry=entry, name=name, update_interval=self.pace.usual, always_update=False
        )
        self.client = client
        self.last_error: GatewayError | None = None
        self._failures = 0
        self._presence = presence_of(hass, entry)
        self._failed_silently = False
        self._cancel_tick: CALLBACK_TYPE | None = None
        if self.always:
            # The recorder and automations want it even when every entity is disabled.
            self.async_add_listener(lambda: None)

    @property
    def is_wanted(self) -> bool:
        """Whether anything shows or uses it."""
        return bool(self._listeners)

    async def _ask(self) -> tuple[Answer[DataT], datetime | None]:
        """Return the gateway's answer, and when it is announced to change."""
        raise NotImplementedError

    def _edges(self) -> Iterable[datetime]:
        """Return the moments at which what is held means something else, past ones included."""
        return ()

    @override
    async def _async_update_data(self) -> DataT:
        # Counted as a failure until it has succeeded: whatever goes wrong is tried again soon, then at growing pauses.
        self._failures += 1
        self.update_interval = with_jitter(until_retry(self._failures, None), random)
        with self._translated_errors():
            answer, next_change = await self._ask()
        self._gateway_answered()
        self._failures = 0
        self.last_error = None
        wait = self.pace.until_next(dt_util.utcnow(), next_change, answer.max_age)
        self.update_interval = with_jitter(wait, random)
        return answer.data

    @contextmanager
    def _translated_errors(self) -> Iterator[None]:
        try:
            yield
        except AuthenticationFailedError as error:
            self._gateway_answered()
            self.last_error = None
            raise ConfigEntryAuthFailed(translation_domain=DOMAIN, translation_key=error.code) from error
        except GatewayError as error:
            if error.is_away:
                self._gateway_is_away(error)
            else:
                self._gateway_answered()
            LOGGER.debug("%s: %s", self.name, error)
            self.last_error = error
            retry = with_jitter(until_retry(self._failures, error.retry_after), random)
            raise UpdateFailed(
                translation_domain=DOMAIN,
                translation_key=error.code,
                translation_placeholders={**error.placeholders},
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

    @callback
    @override
    def _async_refresh_finished(self) -> None:
        self._schedule_tick()

    @callback
    def _schedule_tick(self) -> None:
        """Tell listeners at the next edge, without asking."""
        self._stop_ticking()
        if self.data is None or self._shutdown_requested:
            return
        now = dt_util.utcnow()
        if ahead := [edge for edge in self._edges() if edge > now]:
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
