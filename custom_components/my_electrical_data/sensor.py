"""Sensors of Tempo, Ecowatt and the meters, described in grid_sensors, meter_sensors and total_sensors."""

import asyncio
from collections.abc import Iterator
from datetime import date, datetime
from itertools import batched
from typing import Any, Final, override

from homeassistant.components.sensor import SensorDeviceClass, SensorEntity
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .api.figures import UNKNOWN_BUCKET
from .availability_log import AvailabilityLog
from .cheapest_window import WindowEntity
from .const import CHEAPEST_WINDOW, CONF_METER
from .coordinator import GatewayConfigEntry, Meter, PeriodsCoordinator, RuntimeData, UsagePointsCoordinator
from .description import FeedSensorDescription, Value
from .devices import build_gateway_device, build_grid_device, build_helper_device, build_meter_device, get_grid_id
from .entity import DescribedEntity, UsagePointEntity
from .feed import FeedCoordinator
from .formatting import async_format_day
from .gateway_sensors import CONTACT, QUOTA_LEFT
from .grid_sensors import ECOWATT, FORECAST, TEMPO
from .meter_bucket_sensors import CHEAPEST_OPTION, build_day_sensors, build_price_sensors, list_buckets
from .meter_helper_sensors import APPLIANCE_COSTS, WINDOW
from .meter_sensors import LAST_DAY, MAX_POWER, PERIODS, USAGE_POINT
from .retrieval_sensors import RetrievalSensor
from .total_sensors import CONSUMPTION, build_production_sensors

PARALLEL_UPDATES = 0
AT_ONCE: Final = 10
"""How many sensors are added in one batch: each takes Home Assistant almost a millisecond."""


class FeedSensor[CoordinatorT: FeedCoordinator[Any]](DescribedEntity[CoordinatorT], SensorEntity):
    """A sensor that shows the current state of its feed."""

    _unrecorded_attributes = frozenset({"days", "hours", "windows"})
    entity_description: FeedSensorDescription[Any]

    @property
    @override
    def native_value(self) -> Value:
        value = self.entity_description.value(self._data, dt_util.utcnow())
        if self.device_class is None and isinstance(value, date) and not isinstance(value, datetime):
            return async_format_day(self.hass, value)
        return value


class PeriodsSensor(FeedSensor[PeriodsCoordinator]):
    """A sensor of tariff periods; a custom tariff adds its own buckets to the options."""

    @property
    @override
    def options(self) -> list[str] | None:
        known = self.entity_description.options
        if self.device_class is not SensorDeviceClass.ENUM or known is None:
            return None
        seen = {item.bucket for item in self.coordinator.data.items} if self.coordinator.data else set()
        return [*known, *sorted(seen - {UNKNOWN_BUCKET, *known})]


class UsagePointSensor(UsagePointEntity, FeedSensor[UsagePointsCoordinator]):
    """A sensor of a usage point."""

    _unrecorded_attributes = frozenset({"holes"})


class ContactSensor(FeedSensor[UsagePointsCoordinator]):
    """A sensor of the contact with the gateway, which is available when the gateway is not."""

    available = True

    @property
    @override
    def _data(self) -> AvailabilityLog:
        return self.coordinator.availability


class WindowSensor(WindowEntity, FeedSensor[PeriodsCoordinator]):
    """A sensor of a cheapest window."""

    _unrecorded_attributes = frozenset({"parts"})


async def async_setup_entry(
    hass: HomeAssistant,  # noqa: ARG001
    entry: GatewayConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the sensors of the grid and of each meter."""
    feeds, grid = entry.runtime_data, (get_grid_id(entry), build_grid_device(entry))
    gateway = (feeds.usage_points.ping.instance_id, build_gateway_device(entry))
    async_add_entities(ContactSensor(feeds.usage_points, description, *gateway) for description in CONTACT)
    async_add_entities([FeedSensor(feeds.quota, QUOTA_LEFT, *gateway)])
    async_add_entities(RetrievalSensor(feed, name, *gateway) for name, feed in feeds.gateway_feeds.items())
    async_add_entities(RetrievalSensor(feed, name, *grid) for name, feed in feeds.grid_feeds.items())
    async_add_entities(FeedSensor(feeds.tempo, description, *grid) for description in TEMPO)
    if feeds.tempo_forecast:
        async_add_entities([FeedSensor(feeds.tempo_forecast, FORECAST, *grid)])
    async_add_entities(FeedSensor(feeds.ecowatt, description, *grid) for description in ECOWATT)
    for meter in feeds.meters.values():
        for sensors in batched(_build_meter_sensors(feeds, meter), AT_ONCE, strict=False):
            await asyncio.sleep(0)  # let other tasks run on the event loop
            async_add_entities(sensors, config_subentry_id=meter.subentry_id)
    _add_production_sensors(entry, async_add_entities)
    for subentry in entry.get_subentries_of_type(CHEAPEST_WINDOW):
        if owner := feeds.meters.get(subentry.data[CONF_METER]):
            windows = [WindowSensor(owner.periods, description, subentry) for description in WINDOW]
            async_add_entities(windows, config_subentry_id=subentry.subentry_id)
    for costs in feeds.appliances:
        device = (costs.subentry.subentry_id, build_helper_device(costs.subentry))
        async_add_entities(
            (FeedSensor(costs, description, *device) for description in APPLIANCE_COSTS),
            config_subentry_id=costs.subentry.subentry_id,
        )


def _add_production_sensors(entry: GatewayConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback) -> None:
    """Add the sensors of production of each meter once its contract is known, which may be after the set-up.

    Whether a sensor is enabled by default is decided when it is first added.
    """
    feeds = entry.runtime_data
    waiting = set(feeds.meters)

    @callback
    def add_sensors() -> None:
        for point_id in sorted(waiting):
            meter, point = feeds.meters[point_id], feeds.usage_points.data.get(point_id)
            if point is None or point.contract.produces is None:
                continue
            waiting.remove(point_id)
            owner = (point_id, build_meter_device(meter))
            totals = build_production_sensors(shown=point.contract.produces)
            async_add_entities(
                (FeedSensor(meter.totals, total, *owner) for total in totals), config_subentry_id=meter.subentry_id
            )

    add_sensors()
    entry.async_on_unload(feeds.usage_points.async_add_listener(add_sensors))


def _build_meter_sensors(feeds: RuntimeData, meter: Meter) -> Iterator[SensorEntity]:
    owner = (meter.point_id, build_meter_device(meter))
    point = feeds.usage_points.data.get(meter.point_id)
    buckets = list_buckets(point, dt_util.utcnow())
    yield FeedSensor(meter.daily, LAST_DAY, *owner)
    yield FeedSensor(meter.comparison, CHEAPEST_OPTION, *owner)
    for of_day in build_day_sensors(buckets):
        yield FeedSensor(meter.totals, of_day, *owner)
    for price in build_price_sensors(buckets):
        yield FeedSensor(meter.prices, price, *owner)
    for name, feed in meter.feeds.items():
        yield RetrievalSensor(feed, name, *owner)
    for period in PERIODS:
        yield PeriodsSensor(meter.periods, period, *owner)
    for total in CONSUMPTION:
        yield FeedSensor(meter.totals, total, *owner)
    for peak in MAX_POWER:
        yield FeedSensor(meter.max_power, peak, *owner)
    for said in USAGE_POINT:
        yield UsagePointSensor(feeds.usage_points, said, meter)
