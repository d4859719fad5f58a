"""Sensors: Tempo, Ecowatt and the meters. What each shows stands in grid_sensors, meter_sensors and total_sensors."""

from collections.abc import Iterable, Mapping
from typing import Any, override

from homeassistant.components.sensor import SensorDeviceClass, SensorEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .api.figures import UNKNOWN_BUCKET, Periods
from .api.models import UsagePoint
from .coordinator import GatewayConfigEntry, Meter, RuntimeData
from .description import FeedSensorDescription, Value
from .devices import grid_device, grid_id, meter_device
from .entity import FeedEntity, UsagePointEntity
from .feed import FeedCoordinator
from .grid_sensors import ECOWATT, TEMPO
from .meter_sensors import LAST_DAY, MAX_POWER, PERIODS, USAGE_POINT
from .total_sensors import CONSUMPTION, production

PARALLEL_UPDATES = 0


class FeedSensor[DataT](FeedEntity[FeedCoordinator[DataT]], SensorEntity):
    """A sensor that shows its feed as it is now."""

    _unrecorded_attributes = frozenset({"hours", "windows"})
    entity_description: FeedSensorDescription[DataT]

    @property
    @override
    def native_value(self) -> Value:
        return self.entity_description.value(self.coordinator.data, dt_util.utcnow())

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any]:
        return self.entity_description.attributes(self.coordinator.data, dt_util.utcnow())


class PeriodsSensor(FeedSensor[Periods]):
    """A sensor of what a meter pays; an offer of one's own has buckets of its own."""

    @property
    @override
    def options(self) -> list[str] | None:
        known = self.entity_description.options
        if self.device_class is not SensorDeviceClass.ENUM or known is None:
            return None
        seen = {item.bucket for item in self.coordinator.data.items} if self.coordinator.data else set()
        return [*known, *sorted(seen - {UNKNOWN_BUCKET, *known})]


class UsagePointSensor(UsagePointEntity, SensorEntity):
    """A sensor of what the list of usage points says of one."""

    _unrecorded_attributes = frozenset({"holes"})
    entity_description: FeedSensorDescription[UsagePoint]

    @property
    @override
    def native_value(self) -> Value:
        return self.entity_description.value(self.point, dt_util.utcnow())

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any]:
        return self.entity_description.attributes(self.point, dt_util.utcnow())


async def async_setup_entry(
    hass: HomeAssistant,  # noqa: ARG001
    entry: GatewayConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the sensors of the grid and of each meter."""
    feeds, grid = entry.runtime_data, (grid_id(entry), grid_device(entry))
    async_add_entities(FeedSensor(feeds.tempo, description, *grid) for description in TEMPO)
    async_add_entities(FeedSensor(feeds.ecowatt, description, *grid) for description in ECOWATT)
    for meter in feeds.meters.values():
        async_add_entities(_of_meter(feeds, meter), config_subentry_id=meter.subentry_id)


def _of_meter(feeds: RuntimeData, meter: Meter) -> Iterable[SensorEntity]:
    owner = (meter.point_id, meter_device(meter))
    point = feeds.usage_points.data.get(meter.point_id)
    given = production(shown=bool(point and point.contract.gives))
    yield FeedSensor(meter.daily, LAST_DAY, *owner)
    for period in PERIODS:
        yield PeriodsSensor(meter.periods, period, *owner)
    for total in (*CONSUMPTION, *given):
        yield FeedSensor(meter.totals, total, *owner)
    for peak in MAX_POWER:
        yield FeedSensor(meter.max_power, peak, *owner)
    for said in USAGE_POINT:
        yield UsagePointSensor(feeds.usage_points, said, meter)
