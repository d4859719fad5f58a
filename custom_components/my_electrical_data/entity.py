"""Base classes of the entities."""

import asyncio
from collections.abc import Mapping
from typing import Any, override

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.entity_platform import EntityPlatform
from homeassistant.helpers.update_coordinator import CoordinatorEntity
from homeassistant.util import dt as dt_util
from homeassistant.util import slugify

from .api.models import UsagePoint
from .const import DOMAIN
from .coordinator import Meter, UsagePointsCoordinator
from .description import FeedDescription
from .devices import OBJECT_ID_PREFIXES, build_meter_device
from .feed import FeedCoordinator


class EnglishIdEntity(Entity):
    """An entity whose id is the same in every language, so that automations and blog posts can be shared."""

    _attr_has_entity_name = True

    @property
    @override
    def suggested_object_id(self) -> str | None:
        english = self.platform_data.default_language_platform_translations
        key = f"component.{DOMAIN}.entity.{self.platform.domain}.{self.translation_key}.name"
        return english.get(key, self.translation_key)

    @callback
    @override
    def add_to_platform_start(
        self, hass: HomeAssistant, platform: EntityPlatform, parallel_updates: asyncio.Semaphore | None
    ) -> None:
        super().add_to_platform_start(hass, platform, parallel_updates)
        # Home Assistant puts the device's name first: the user names a meter, the other two are translated.
        device = self.device_info or {}
        if prefix := OBJECT_ID_PREFIXES.get(device.get("translation_key") or ""):
            self.entity_id = f"{platform.domain}.{prefix}_{slugify(self.suggested_object_id)}"


class FeedEntity[CoordinatorT: FeedCoordinator[Any]](EnglishIdEntity, CoordinatorEntity[CoordinatorT]):
    """An entity of a feed."""

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
