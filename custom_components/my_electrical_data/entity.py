"""Base classes of the entities."""

from collections.abc import Mapping
from typing import Any, override

from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.update_coordinator import CoordinatorEntity
from homeassistant.util import dt as dt_util

from .api.models import UsagePoint
from .coordinator import Meter, UsagePointsCoordinator
from .description import FeedDescription
from .devices import build_meter_device
from .feed import FeedCoordinator


class FeedEntity[CoordinatorT: FeedCoordinator[Any]](CoordinatorEntity[CoordinatorT]):
    """An entity of a feed."""

    _attr_has_entity_name = True

    def __init__(
        self, coordinator: CoordinatorT, description: EntityDescription, owner_id: str, device: DeviceInfo
    ) -> None:
        super().__init__(coordinator)
        self.entity_description = description
        self._attr_unique_id = f"{owner_id}_{description.key}"
        self._attr_device_info = device

    @property
    @override
    def available(self) -> bool:
        return super().available and self.coordinator.data is not None


class DescribedEntity[CoordinatorT: FeedCoordinator[Any]](FeedEntity[CoordinatorT]):
    """An entity whose state and attributes its description computes."""

    entity_description: FeedDescription[Any, Any]

    @property
    def _data(self) -> Any:
        """The data that the description's functions get."""
        return self.coordinator.data

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any]:
        return self.entity_description.attributes(self._data, dt_util.utcnow())


class UsagePointEntity(DescribedEntity[UsagePointsCoordinator]):
    """An entity of a usage point."""

    def __init__(self, coordinator: UsagePointsCoordinator, description: EntityDescription, meter: Meter) -> None:
        super().__init__(coordinator, description, meter.point_id, build_meter_device(meter))
        self._point_id = meter.point_id

    @property
    @override
    def _data(self) -> UsagePoint:
        return self.coordinator.data[self._point_id]

    @property
    @override
    def available(self) -> bool:
        return super().available and self._point_id in self.coordinator.data
