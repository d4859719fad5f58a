"""The rates of a day as an event entity: cards for prices that change by the hour read them from its attributes."""

from datetime import date, datetime, timedelta
from typing import Final, TypedDict, override

from homeassistant.components.event import EventEntity, EventEntityDescription
from homeassistant.core import callback
from homeassistant.util import dt as dt_util

from .api.figures import Period
from .coordinator import Meter, PeriodsCoordinator
from .devices import build_meter_device
from .entity import FeedEntity
from .paris import DAY, PARIS, paris_day

UPDATED: Final = "updated"
_DAYS: Final = {"today_rates": timedelta(0), "tomorrow_rates": DAY}


class Rate(TypedDict):
    """The price in EUR/kWh from `start` to `end`, in ISO 8601 with the offset of Paris."""

    start: str
    end: str
    price: float | None
    bucket: str
    certain: bool


class DayRates(TypedDict):
    """The rates of a day."""

    date: str
    rates: list[Rate]


def list_rates(items: tuple[Period, ...], day: date) -> list[Rate]:
    """Return the rates of a day of Paris, of 23 to 25 hours."""
    first, last = (datetime.combine(each, datetime.min.time(), PARIS) for each in (day, day + DAY))
    return [
        {
            "start": max(item.start, first).astimezone(PARIS).isoformat(),
            "end": min(item.end, last).astimezone(PARIS).isoformat(),
            "price": item.price,
            "bucket": item.bucket,
            "certain": item.certain,
        }
        for item in items
        if item.start < last and item.end > first
    ]


class RatesEvent(FeedEntity[PeriodsCoordinator], EventEntity):
    """Fires when the rates of today, or of tomorrow, change. Disabled by default."""

    _unrecorded_attributes = frozenset({"rates"})

    def __init__(self, meter: Meter, key: str) -> None:
        description = EventEntityDescription(key=key, translation_key=key, entity_registry_enabled_default=False)
        super().__init__(meter.periods, description, meter.point_id, build_meter_device(meter))
        self._attr_event_types = [UPDATED]
        self._ahead = _DAYS[key]
        self._published: DayRates | None = None

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        if (last := await self.async_get_last_state()) is not None:
            self._published = DayRates(date=last.attributes.get("date", ""), rates=last.attributes.get("rates", []))
        self._publish_changed_rates()

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        self._publish_changed_rates()
        super()._handle_coordinator_update()

    @callback
    def _publish_changed_rates(self) -> None:
        """Fire with the rates of the day, unless they equal those of the last event."""
        if self.coordinator.data is None:
            return
        day = paris_day(dt_util.utcnow()) + self._ahead
        rates = DayRates(date=day.isoformat(), rates=list_rates(self.coordinator.data.items, day))
        if rates != self._published:
            self._published = rates
            self._trigger_event(UPDATED, {**rates})


def build_rates_events(meter: Meter) -> list[RatesEvent]:
    """Build the events of today and tomorrow."""
    return [RatesEvent(meter, key) for key in _DAYS]
