"""What all entities share."""

from typing import Any

from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .feed import FeedCoordinator


class FeedEntity[CoordinatorT: FeedCoordinator[Any]](CoordinatorEntity[CoordinatorT]):
    """An entity that shows something of a feed."""

    _attr_has_entity_name = True

    def __init__(
        self, coordinator: CoordinatorT, description: EntityDescription, owner_id: str, device: DeviceInfo
    ) -> None:
        """Take what the entity is, and the id and the device of what it belongs to."""
        super().__init__(coordinator)
        self.entity_description = description
        self._attr_unique_id = f"{owner_id}_{description.key}"
        self._attr_device_info = device
