"""The Tempo season as an image, for dashboards."""

from collections.abc import Sequence
from datetime import date
from typing import Final, override

from homeassistant.components.image import ImageEntity, ImageEntityDescription
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .api.signals import TempoDay
from .coordinator import GatewayConfigEntry, TempoDaysCoordinator
from .devices import build_grid_device, get_grid_id
from .entity import FeedEntity
from .formatting import async_load_texts
from .season_picture import draw_season

PARALLEL_UPDATES = 0

SEASON: Final = ImageEntityDescription(key="tempo_season", translation_key="tempo_season")


class TempoSeasonImage(FeedEntity[TempoDaysCoordinator], ImageEntity):
    """The colours since 1 September, and the known colours of later days."""

    _attr_content_type = "image/svg+xml"

    def __init__(self, hass: HomeAssistant, entry: GatewayConfigEntry, months: Sequence[str]) -> None:
        feeds = entry.runtime_data
        super().__init__(feeds.tempo_days, SEASON, get_grid_id(entry), build_grid_device(entry))
        ImageEntity.__init__(self, hass)
        self._tempo = feeds.tempo
        self._months = months
        self._shown: bytes | None = None

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        # At 06:00 another day is framed, and this feed has tomorrow's colour first.
        self.async_on_remove(self._tempo.async_add_listener(self._handle_coordinator_update))
        self._draw()

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        self._draw()
        super()._handle_coordinator_update()

    @override
    async def async_image(self) -> bytes | None:
        return self._shown

    @callback
    @override
    def async_update_token(self) -> None:
        """Keep the first token: the image is not secret, and a new token every five minutes would change the state."""
        if not self.access_tokens:
            super().async_update_token()

    @callback
    def _draw(self) -> None:
        """Draw the image; it gets a new timestamp only if it changed."""
        if self.coordinator.data is None:
            return
        days: dict[date, TempoDay] = {day.date: day for day in self.coordinator.data.days}
        today: date | None = None
        if signal := self._tempo.data:
            days |= {day.date: day for day in (signal.today, signal.tomorrow) if day.date in days}
            now = signal.at(dt_util.utcnow()).today
            today = now.date if now else None
        drawn = draw_season(days.values(), today, self._months)
        if drawn != self._shown:
            self._shown = drawn
            self._attr_image_last_updated = dt_util.utcnow()


async def async_setup_entry(
    hass: HomeAssistant,
    entry: GatewayConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the image of the season."""
    words = await async_load_texts(hass)
    months = [words("month", str(month)) for month in range(1, 13)]
    async_add_entities([TempoSeasonImage(hass, entry, months)])
