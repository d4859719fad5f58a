"""Binary sensors: off-peak hours, late data, tense hours of the grid."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, override

from homeassistant.components.binary_sensor import (  # type: ignore[attr-defined]  # 2026.6 has all of it there
    BinarySensorDeviceClass,
    BinarySensorEntity,
)
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .api.figures import Periods
from .api.models import UsagePoint
from .api.signals import Ecowatt
from .cheapest_window import WindowEntity
from .const import CHEAPEST_WINDOW, CONF_METER
from .coordinator import GatewayConfigEntry, PeriodsCoordinator, UsagePointsCoordinator
from .description import FeedBinarySensorDescription
from .devices import build_grid_device, build_meter_device, get_grid_id
from .entity import DescribedEntity, UsagePointEntity
from .feed import FeedCoordinator
from .grid_sensors import LEVELS
from .meter_helper_sensors import WINDOW_ON

PARALLEL_UPDATES = 0


def _is_alert(ecowatt: Ecowatt, now: datetime) -> bool | None:
    return ecowatt.alert(now) is not None if ecowatt.at(now) else None


def _alert_attributes(ecowatt: Ecowatt, now: datetime) -> Mapping[str, Any]:
    tense = [span for span in ecowatt.tense if span.until > now]
    return {
        "hours": [
            {"start": span.since.isoformat(), "end": span.until.isoformat(), "level": LEVELS[span.level]}
            for span in tense
        ]
    }


def _is_off_peak(periods: Periods, now: datetime) -> bool | None:
    return current.off_peak if (current := periods.at(now)) else None


def _off_peak_attributes(periods: Periods, now: datetime) -> Mapping[str, Any]:
    """Return the current off-peak window, or else the next one."""
    window = next((window for window in periods.off_peak if window.end > now), None)
    return {"start": window.start.isoformat(), "end": window.end.isoformat()} if window else {}


ECOWATT_ALERT: Final = FeedBinarySensorDescription[Ecowatt](
    key="ecowatt_alert", translation_key="ecowatt_alert", value=_is_alert, attributes=_alert_attributes
)
OFF_PEAK: Final = FeedBinarySensorDescription[Periods](
    key="off_peak", translation_key="off_peak", value=_is_off_peak, attributes=_off_peak_attributes
)
DATA_LATE: Final = FeedBinarySensorDescription[UsagePoint](
    key="data_late",
    translation_key="data_late",
    device_class=BinarySensorDeviceClass.PROBLEM,
    entity_category=EntityCategory.DIAGNOSTIC,
    value=lambda point, now: point.is_late(now),
    attributes=lambda point, _: {"late_at": point.freshness.late_at.isoformat()},
)


class FeedBinarySensor[CoordinatorT: FeedCoordinator[Any]](DescribedEntity[CoordinatorT], BinarySensorEntity):
    """A binary sensor that shows the current state of its feed."""

    _unrecorded_attributes = frozenset({"hours"})
    entity_description: FeedBinarySensorDescription[Any]

    @property
    @override
    def is_on(self) -> bool | None:
        return self.entity_description.value(self._data, dt_util.utcnow())


class UsagePointBinarySensor(UsagePointEntity, FeedBinarySensor[UsagePointsCoordinator]):
    """A binary sensor of a usage point."""


class WindowBinarySensor(WindowEntity, FeedBinarySensor[PeriodsCoordinator]):
    """Whether a cheapest window is in progress."""


async def async_setup_entry(
    hass: HomeAssistant,  # noqa: ARG001
    entry: GatewayConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the binary sensors of the grid and of each meter."""
    feeds = entry.runtime_data
    async_add_entities([FeedBinarySensor(feeds.ecowatt, ECOWATT_ALERT, get_grid_id(entry), build_grid_device(entry))])
    for meter in feeds.meters.values():
        async_add_entities(
            [
                FeedBinarySensor(meter.periods, OFF_PEAK, meter.point_id, build_meter_device(meter)),
                UsagePointBinarySensor(feeds.usage_points, DATA_LATE, meter),
            ],
            config_subentry_id=meter.subentry_id,
        )
    for subentry in entry.get_subentries_of_type(CHEAPEST_WINDOW):
        if owner := feeds.meters.get(subentry.data[CONF_METER]):
            async_add_entities(
                [WindowBinarySensor(owner.periods, WINDOW_ON, subentry)], config_subentry_id=subentry.subentry_id
            )
