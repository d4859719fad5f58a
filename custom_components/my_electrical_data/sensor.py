"""Sensors: Tempo, Ecowatt and the meters."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
)
from homeassistant.const import EntityCategory, UnitOfEnergy
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .api.figures import DailyReadings
from .api.models import UsagePoint
from .api.signals import Ecowatt, EcowattLevel, Tempo, TempoColor, TempoDay
from .coordinator import GatewayConfigEntry, Meter, UsagePointsCoordinator
from .devices import grid_device, grid_id, meter_device
from .entity import FeedEntity
from .feed import FeedCoordinator

PARALLEL_UPDATES = 0

type Value = str | int | float | date | datetime | None

COLORS = [color.value for color in TempoColor if color is not TempoColor.UNKNOWN]
LEVELS = {level: level.name.lower() for level in EcowattLevel}


@dataclass(frozen=True, kw_only=True)
class FeedSensorDescription[DataT](SensorEntityDescription):
    """A sensor, by what it shows of its feed at a moment."""

    value: Callable[[DataT, datetime], Value]
    attributes: Callable[[DataT, datetime], Mapping[str, Any]] = lambda _data, _now: {}


def _color(day: TempoDay) -> str | None:
    return None if day.color is TempoColor.UNKNOWN else day.color.value


def _tempo_day(key: str, day: Callable[[Tempo], TempoDay]) -> FeedSensorDescription[Tempo]:
    return FeedSensorDescription(
        key=key,
        translation_key=key,
        device_class=SensorDeviceClass.ENUM,
        options=COLORS,
        value=lambda tempo, _: _color(day(tempo)),
        attributes=lambda tempo, _: {"date": day(tempo).date.isoformat(), "confirmed": day(tempo).confirmed},
    )


def _days_left(color: TempoColor) -> FeedSensorDescription[Tempo]:
    return FeedSensorDescription(
        key=f"tempo_{color}_days_left",
        translation_key=f"tempo_{color}_days_left",
        value=lambda tempo, _: tempo.season.days[color].left_after_today if color in tempo.season.days else None,
    )


TEMPO = (
    _tempo_day("tempo_today", lambda tempo: tempo.today),
    _tempo_day("tempo_tomorrow", lambda tempo: tempo.tomorrow),
    *(_days_left(color) for color in (TempoColor.BLUE, TempoColor.WHITE, TempoColor.RED)),
)


def _ecowatt_level(ecowatt: Ecowatt, now: datetime) -> str | None:
    return LEVELS[span.level] if (span := ecowatt.at(now)) else None


def _ecowatt_attributes(ecowatt: Ecowatt, now: datetime) -> Mapping[str, Any]:
    span = ecowatt.at(now)
    return {
        "since": span.since.isoformat() if span else None,
        "until": span.until.isoformat() if span else None,
        "hours": [{"start": hour.start.isoformat(), "level": LEVELS[hour.level]} for hour in ecowatt.hours],
    }


ECOWATT = (
    FeedSensorDescription[Ecowatt](
        key="ecowatt",
        translation_key="ecowatt",
        device_class=SensorDeviceClass.ENUM,
        options=list(LEVELS.values()),
        value=_ecowatt_level,
        attributes=_ecowatt_attributes,
    ),
)

# No state class: what arrives the day after must not be booked, by the recorder, at the hour it arrives.
LAST_DAY = FeedSensorDescription[DailyReadings](
    key="last_day_energy",
    translation_key="last_day_energy",
    device_class=SensorDeviceClass.ENERGY,
    native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
    suggested_display_precision=2,
    value=lambda days, _: days.newest.wh / 1000 if days.newest else None,
    attributes=lambda days, _: (
        {"date": days.newest.date.isoformat(), "quality": days.newest.quality} if days.newest else {}
    ),
)

FRESHNESS = (
    FeedSensorDescription[UsagePoint](
        key="complete_until",
        translation_key="complete_until",
        device_class=SensorDeviceClass.DATE,
        entity_category=EntityCategory.DIAGNOSTIC,
        value=lambda point, _: point.freshness.complete_until,
    ),
    FeedSensorDescription[UsagePoint](
        key="next_expected",
        translation_key="next_expected",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        value=lambda point, _: point.freshness.next_expected_at,
    ),
)


class FeedSensor[DataT](FeedEntity[FeedCoordinator[DataT]], SensorEntity):
    """A sensor that shows its feed as it is now."""

    _unrecorded_attributes = frozenset({"hours"})
    entity_description: FeedSensorDescription[DataT]

    @property
    @override
    def available(self) -> bool:
        return super().available and self.coordinator.data is not None

    @property
    @override
    def native_value(self) -> Value:
        return self.entity_description.value(self.coordinator.data, dt_util.utcnow())

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any]:
        return self.entity_description.attributes(self.coordinator.data, dt_util.utcnow())


class UsagePointSensor(FeedEntity[UsagePointsCoordinator], SensorEntity):
    """A sensor that shows what the list of usage points says of one."""

    entity_description: FeedSensorDescription[UsagePoint]

    def __init__(
        self, coordinator: UsagePointsCoordinator, description: FeedSensorDescription[UsagePoint], meter: Meter
    ) -> None:
        """Take the meter."""
        super().__init__(coordinator, description, meter.point_id, meter_device(meter))
        self._point_id = meter.point_id

    @property
    @override
    def available(self) -> bool:
        return super().available and self._point_id in self.coordinator.data

    @property
    @override
    def native_value(self) -> Value:
        return self.entity_description.value(self.coordinator.data[self._point_id], dt_util.utcnow())


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
        async_add_entities(
            [
                FeedSensor(meter.daily, LAST_DAY, meter.point_id, meter_device(meter)),
                *(UsagePointSensor(feeds.usage_points, description, meter) for description in FRESHNESS),
            ],
            config_subentry_id=meter.subentry_id,
        )
