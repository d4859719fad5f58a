"""Event entities: what is told of Tempo's colours, and alerts of Ecowatt."""

from dataclasses import dataclass
from typing import Final, override

from homeassistant.components.event import EventEntity, EventEntityDescription
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import GatewayConfigEntry
from .devices import grid_device, grid_id
from .events import HAPPENED, Happening

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class HappeningDescription(EventEntityDescription):
    """An event entity, by the happenings that it shows: these are called by its `prefix` and the type of event."""

    prefix: str
    event_types: list[str]


EVENTS: Final = (
    HappeningDescription(
        key="tempo_color",
        translation_key="tempo_color",
        prefix="tempo_",
        event_types=["announced", "confirmed", "changed"],
    ),
    HappeningDescription(
        key="ecowatt_alert",
        translation_key="ecowatt_alert",
        prefix="ecowatt_",
        event_types=["announced", "started", "ended"],
    ),
)


class HappeningEvent(EventEntity):
    """An event entity of the grid. Its last event is of the past, and so is never unavailable."""

    _attr_has_entity_name = True
    _attr_should_poll = False
    entity_description: HappeningDescription

    def __init__(self, entry: GatewayConfigEntry, description: HappeningDescription) -> None:
        self.entity_description = description
        self._attr_unique_id = f"{grid_id(entry)}_{description.key}"
        self._attr_device_info = grid_device(entry)
        self._entry_id = entry.entry_id

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        self.async_on_remove(async_dispatcher_connect(self.hass, HAPPENED, self._happened))

    @callback
    def _happened(self, happening: Happening) -> None:
        described = self.entity_description
        kind = happening.kind.removeprefix(described.prefix)
        if happening.entry_id == self._entry_id and kind != happening.kind and kind in described.event_types:
            self._trigger_event(kind, happening.data)
            self.async_write_ha_state()


async def async_setup_entry(
    hass: HomeAssistant,  # noqa: ARG001
    entry: GatewayConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the event entities of the grid."""
    async_add_entities(HappeningEvent(entry, description) for description in EVENTS)
