"""The sensors of helpers that use a meter's prices: a cheapest window, and the cost of an appliance."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any, Final

from homeassistant.components.sensor import SensorDeviceClass

from .appliance import ApplianceCosts, Range
from .cheapest_window import NextWindow, describe_window
from .description import FeedBinarySensorDescription, FeedSensorDescription, Quantity, sensor

WINDOW: Final[tuple[FeedSensorDescription[NextWindow | None], ...]] = (
    sensor(
        "window_start",
        lambda found, _: found.window.start if found else None,
        lambda found, _: describe_window(found),
        device_class=SensorDeviceClass.TIMESTAMP,
    ),
    sensor(
        "window_end",
        lambda found, _: found.window.end if found else None,
        device_class=SensorDeviceClass.TIMESTAMP,
    ),
    sensor(
        "window_price",
        lambda found, _: round(found.window.mean, 6) if found else None,
        quantity=Quantity.PRICE,
    ),
)
WINDOW_ON: Final = FeedBinarySensorDescription[NextWindow | None](
    key="window_on",
    translation_key="window_on",
    value=lambda found, now: found.is_on(now) if found else None,
)


def _get_cost(which: Range, costs: ApplianceCosts, _now: datetime) -> float | None:
    return costs.totals[which].whole_cost


def _describe_cost(which: Range, costs: ApplianceCosts, _now: datetime) -> Mapping[str, Any]:
    total = costs.totals[which]
    return {
        "start": total.start.isoformat(),
        "known_since": total.since.isoformat() if total.since else None,
        "energy": round(total.energy, 6),
        "energy_without_price": round(total.unpriced, 6),
    }


# No state class: the cost of an hour arrives after it, and the recorder would count it in the next hour.
APPLIANCE_COSTS: Final[tuple[FeedSensorDescription[ApplianceCosts], ...]] = tuple(
    sensor(
        f"appliance_{which}_cost",
        partial(_get_cost, which),
        partial(_describe_cost, which),
        quantity=Quantity.MONEY,
    )
    for which in Range
)
