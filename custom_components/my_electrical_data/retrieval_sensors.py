"""When each feed was last retrieved from the gateway; available while the gateway does not respond."""

from typing import Any, override

from homeassistant.components.sensor import SensorDeviceClass, SensorEntity, SensorEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import callback
from homeassistant.helpers.device_registry import DeviceInfo

from .entity import EnglishIdEntity
from .feed import FeedCoordinator


class RetrievalSensor(EnglishIdEntity, SensorEntity):
    """When the data of one feed were last retrieved; unknown before. It does not make a feed be fetched."""

    _attr_should_poll = False

    def __init__(self, feed: FeedCoordinator[Any], name: str, owner_id: str, device: DeviceInfo) -> None:
        """Take a feed and its name, as in `tempo_retrieved`."""
        self.entity_description = SensorEntityDescription(
            key=f"{name}_retrieved",
            translation_key=f"{name}_retrieved",
            device_class=SensorDeviceClass.TIMESTAMP,
            entity_category=EntityCategory.DIAGNOSTIC,
            entity_registry_enabled_default=False,
        )
        self._feed = feed
        self._attr_unique_id = f"{owner_id}_{self.entity_description.key}"
        self._attr_device_info = device

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        self._feed.retrieval_listeners.append(self._show)
        self.async_on_remove(lambda: self._feed.retrieval_listeners.remove(self._show))
        self._attr_native_value = self._feed.retrieved_at

    @callback
    def _show(self) -> None:
        self._attr_native_value = self._feed.retrieved_at
        self.async_write_ha_state()
