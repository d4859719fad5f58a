"""What all entities share."""

from typing import Any, override

from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .api.models import UsagePoint
from .coordinator import Meter, UsagePointsCoordinator
from .devices import meter_device
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

    @property
    @override
    def available(self) -> bool:
        return super().available and self.coordinator.data is not None


class UsagePointEntity(FeedEntity[UsagePointsCoordinator]):
    """An entity that shows something of what the list of usage points says of one."""

    def __init__(self, coordinator: UsagePointsCoordinator, description: EntityDescription, meter: Meter) -> None:
        """Take the meter."""
        super().__init__(coordinator, description, meter.point_id, meter_device(meter))
        self._point_id = meter.point_id

    @property
    def point(self) -> UsagePoint:
        """What is said of it."""
        return self.coordinator.data[self._point_id]

    @property
    @override
    def available(self) -> bool:
        return super().available and self._point_id in self.coordinator.data
