"""Event entities: Tempo colours, Ecowatt alerts, and the rates of a day."""

from dataclasses import dataclass
from typing import Final, override

from homeassistant.components.event import EventEntity, EventEntityDescription
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import GatewayConfigEntry
from .devices import build_grid_device, get_grid_id
from .entity import EnglishIdEntity
from .events import SIGNAL_EVENT, GatewayEvent
from .rates import build_rates_events

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class FeedEventDescription(EventEntityDescription):
    """Describes an event entity; the kind of an event is its `prefix` and the event type."""

    prefix: str
    event_types: list[str]


EVENTS: Final = (
    FeedEventDescription(
        key="tempo_color",
        translation_key="tempo_color",
        prefix="tempo_",
        event_types=["announced", "confirmed", "changed"],
    ),
    FeedEventDescription(
        key="ecowatt_alert",
        translation_key="ecowatt_alert",
        prefix="ecowatt_",
        event_types=["announced", "started", "ended"],
    ),
)


class FeedEvent(EnglishIdEntity, EventEntity):
    """An event entity of the grid. It is never unavailable: its last event stays true."""

    _attr_should_poll = False
    entity_description: FeedEventDescription

    def __init__(self, entry: GatewayConfigEntry, description: FeedEventDescription) -> None:
        self.entity_description = description
        self._attr_unique_id = f"{get_grid_id(entry)}_{description.key}"
        self._attr_device_info = build_grid_device(entry)
        self._entry_id = entry.entry_id

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        self.async_on_remove(async_dispatcher_connect(self.hass, SIGNAL_EVENT, self._handle_event))

    @callback
    def _handle_event(self, event: GatewayEvent) -> None:
        described = self.entity_description
        kind = event.kind.removeprefix(described.prefix)
        if event.entry_id == self._entry_id and kind != event.kind and kind in described.event_types:
            self._trigger_event(kind, event.data)
            self.async_write_ha_state()


async def async_setup_entry(
    hass: HomeAssistant,  # noqa: ARG001
    entry: GatewayConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the event entities of the grid and of each meter."""
    async_add_entities(FeedEvent(entry, description) for description in EVENTS)
    for meter in entry.runtime_data.meters.values():
        async_add_entities(build_rates_events(meter), config_subentry_id=meter.subentry_id)
