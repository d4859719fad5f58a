"""Entity descriptions: how state and attributes follow from a feed's data and the time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum, auto
from typing import Any, Final

from homeassistant.components.binary_sensor import BinarySensorEntityDescription
from homeassistant.components.sensor import SensorDeviceClass, SensorEntityDescription
from homeassistant.const import UnitOfEnergy
from homeassistant.helpers.entity import EntityDescription

from .const import CURRENCY, PRICE_UNIT


class Quantity(Enum):
    """What a sensor measures."""

    ENERGY = auto()
    MONEY = auto()
    PRICE = auto()


QUANTITIES: Final[dict[Quantity, dict[str, Any]]] = {
    Quantity.ENERGY: {
        "device_class": SensorDeviceClass.ENERGY,
        "native_unit_of_measurement": UnitOfEnergy.KILO_WATT_HOUR,
        "suggested_display_precision": 2,
    },
    Quantity.MONEY: {
        "device_class": SensorDeviceClass.MONETARY,
        "native_unit_of_measurement": CURRENCY,
        "suggested_display_precision": 2,
    },
    Quantity.PRICE: {"native_unit_of_measurement": PRICE_UNIT, "suggested_display_precision": 4},
}
"""The fields of the description of a sensor of each quantity."""

type Value = str | int | float | date | datetime | None


def _no_attributes(_data: object, _now: datetime) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True, kw_only=True)
class FeedDescription[DataT, ValueT](EntityDescription):
    """Describes an entity by functions of its feed's data and the time."""

    value: Callable[[DataT, datetime], ValueT]
    attributes: Callable[[DataT, datetime], Mapping[str, Any]] = _no_attributes


@dataclass(frozen=True, kw_only=True)
class FeedSensorDescription[DataT](FeedDescription[DataT, Value], SensorEntityDescription):
    """Describes a sensor."""


@dataclass(frozen=True, kw_only=True)
class FeedBinarySensorDescription[DataT](FeedDescription[DataT, bool | None], BinarySensorEntityDescription):
    """Describes a binary sensor."""


def sensor[DataT](
    key: str,
    value: Callable[[DataT, datetime], Value],
    attributes: Callable[[DataT, datetime], Mapping[str, Any]] = _no_attributes,
    quantity: Quantity | None = None,
    **what: Any,
) -> FeedSensorDescription[DataT]:
    """Describe a sensor with `key` as translation key; `what` are other fields of the description."""
    if quantity is not None:
        what = QUANTITIES[quantity] | what
    return FeedSensorDescription(key=key, translation_key=key, value=value, attributes=attributes, **what)


def day_sensor[DataT](
    key: str, day: Callable[[DataT, datetime], date | None], **what: Any
) -> FeedSensorDescription[DataT]:
    """Describe a sensor that shows a day as people write it; its attribute `date` is for automations.

    Home Assistant shows the state of a sensor with device class `date` as it is, such as 2026-01-27, to everybody.
    """

    def get_date(data: DataT, now: datetime) -> Mapping[str, Any]:
        found = day(data, now)
        return {"date": found.isoformat() if found else None}

    return sensor(key, day, get_date, **what)


def enum_sensor[DataT](
    key: str,
    options: list[str],
    value: Callable[[DataT, datetime], str | None],
    attributes: Callable[[DataT, datetime], Mapping[str, Any]] = _no_attributes,
    **what: Any,
) -> FeedSensorDescription[DataT]:
    """Describe a sensor that shows one of `options`."""
    return sensor(key, value, attributes, device_class=SensorDeviceClass.ENUM, options=options, **what)
