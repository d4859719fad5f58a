"""The base of all coordinators: polling, error translation, and updates at known moments without polling."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from random import random
from typing import Any, override

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryAuthFailed, HomeAssistantError
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator, UpdateFailed
from homeassistant.util import dt as dt_util

from .api import AuthenticationFailedError, GatewayClient, GatewayError, Response
from .availability_log import get_availability_log
from .const import DOMAIN, LOGGER
from .errors import RecorderIncompleteError
from .pacing import FIRST_RETRY, Pace, add_jitter, get_retry_wait


@contextmanager
def translate_errors(hass: HomeAssistant, entry: ConfigEntry) -> Iterator[None]:
    """Translate the gateway's errors into Home Assistant's, for requests made on behalf of a person."""
    try:
        yield
    except GatewayError as error:
        if isinstance(error, AuthenticationFailedError):
            entry.async_start_reauth(hass)
        raise HomeAssistantError(
            translation_domain=DOMAIN, translation_key=error.code, translation_placeholders={**error.placeholders}
        ) from error


class FeedCoordinator[DataT](DataUpdateCoordinator[DataT]):
    """Fetches one feed, and fetches it again at the time that the gateway announces for its next change."""

    config_entry: ConfigEntry[Any]
    pace = Pace(usual=timedelta(minutes=30))
    always = True
    """Whether to fetch the feed even if no entity shows it."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry[Any], client: GatewayClient, name: str) -> None:
        super().__init__(
            hass, LOGGER, config_entry=entry, name=name, update_interval=self.pace.usual, always_update=False
        )
        self.client = client
        self.last_error: GatewayError | None = None
        self.retrieved_at: datetime | None = None
        """When the data last came from the gateway, changed or not."""
        self.retrieval_listeners: list[CALLBACK_TYPE] = []
        self._failures = 0
        self.availability = get_availability_log(hass, entry)
        self._failed_silently = False
        self._cancel_timer: CALLBACK_TYPE | None = None
        if self.always:
            # The recorder and automations want it even when every entity is disabled.
            self.async_add_listener(lambda: None)

    @property
    def is_wanted(self) -> bool:
        """Whether anything uses the feed."""
        return bool(self._listeners)

    async def _fetch(self) -> tuple[Response[DataT], datetime | None]:
        """Fetch the data; return the response and when it will change, if known."""
        raise NotImplementedError

    def _list_change_times(self) -> Iterable[datetime]:
        """Return the moments at which the state changes without new data, including past ones."""
        return ()

    @override
    async def _async_update_data(self) -> DataT:
        # Counted as a failure until it succeeds, so that any error is retried soon, then at growing intervals.
        self._failures += 1
        self.update_interval = add_jitter(get_retry_wait(self._failures, None), random)
        with self._translate_errors():
            answer, next_change = await self._fetch()
        self._note_available()
        self._failures = 0
        self.last_error = None
        self.retrieved_at = dt_util.utcnow()
        wait = self.pace.get_wait(dt_util.utcnow(), next_change, answer.max_age)
        self.update_interval = add_jitter(wait, random)
        return answer.data

    @contextmanager
    def _translate_errors(self) -> Iterator[None]:
        try:
            yield
        except AuthenticationFailedError as error:
            self._note_available()
            self.last_error = None
            raise ConfigEntryAuthFailed(translation_domain=DOMAIN, translation_key=error.code) from error
        except GatewayError as error:
            if error.is_gateway_down:
                self._note_unavailable(error)
            else:
                self._note_available()
            LOGGER.debug("%s: %s", self.name, error)
            self.last_error = error
            retry = add_jitter(get_retry_wait(self._failures, error.retry_after), random)
            raise UpdateFailed(
                translation_domain=DOMAIN,
                translation_key=error.code,
                translation_placeholders={**error.placeholders},
                retry_after=retry.total_seconds(),
            ) from error
        except RecorderIncompleteError as error:
            self._note_available()
            raise UpdateFailed(
                translation_domain=DOMAIN, translation_key=error.code, retry_after=FIRST_RETRY.total_seconds()
            ) from error

    @callback
    def _note_unavailable(self, error: GatewayError) -> None:
        """Log once per gateway, and keep the base class from logging once per feed."""
        if self.config_entry.state is not ConfigEntryState.SETUP_IN_PROGRESS:  # Home Assistant logs that itself
            self.availability.log_unavailable(str(error))
        self._failed_silently |= self.last_update_success
        self.last_update_success = False

    @callback
    def _note_available(self) -> None:
        self.availability.log_available()
        if self._failed_silently:
            self._failed_silently, self.last_update_success = False, True

    @callback
    @override
    def _schedule_refresh(self) -> None:
        """Schedule nothing if the entry was unloaded during the request."""
        if not self._shutdown_requested:
            super()._schedule_refresh()

    @callback
    @override
    def _async_refresh_finished(self) -> None:
        self._schedule_notification()
        for listener in self.retrieval_listeners:
            listener()

    @callback
    def _schedule_notification(self) -> None:
        """Schedule an update of the listeners at the next change of state, without polling."""
        self._cancel_notification()
        if self.data is None or self._shutdown_requested:
            return
        now = dt_util.utcnow()
        if ahead := [edge for edge in self._list_change_times() if edge > now]:
            self._cancel_timer = async_track_point_in_utc_time(self.hass, self._notify_listeners, min(ahead))

    @callback
    def _notify_listeners(self, _now: datetime) -> None:
        self._cancel_timer = None
        self.async_update_listeners()
        self._schedule_notification()

    @callback
    def _cancel_notification(self) -> None:
        if self._cancel_timer is not None:
            self._cancel_timer()
            self._cancel_timer = None

    @override
    async def async_shutdown(self) -> None:
        self._cancel_notification()
        await super().async_shutdown()
