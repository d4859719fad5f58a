"""The next cheapest window of a meter: a subentry with its own settings, sensors and binary sensor."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Self, override

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import CALLBACK_TYPE, callback
from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.util import dt as dt_util

from .api.figures import Periods
from .const import CONF_AFTER, CONF_BEFORE, CONF_CONTINUOUS, CONF_DURATION, CONF_METER
from .coordinator import PeriodsCoordinator
from .devices import build_helper_device
from .entity import DescribedEntity
from .paris import DAY, PARIS, paris_day
from .price_spans import list_price_spans
from .window import CheapestWindow, find_cheapest, find_cheapest_parts, find_first_unknown


@dataclass(frozen=True, slots=True)
class WindowSettings:
    """The length, the two clock times in Paris (equal: a whole day), and whether the window is in one piece."""

    meter: str
    length: timedelta
    after: time
    before: time
    continuous: bool

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Self:
        """Read the data of a subentry."""
        return cls(
            meter=data[CONF_METER],
            length=timedelta(**data[CONF_DURATION]),
            after=time.fromisoformat(data[CONF_AFTER]),
            before=time.fromisoformat(data[CONF_BEFORE]),
            continuous=data[CONF_CONTINUOUS],
        )

    @property
    def fits(self) -> bool:
        """Whether the length fits between the two times on a day without a change of clocks."""
        between = _since_midnight(self.before) - _since_midnight(self.after)
        return timedelta(0) < self.length <= (between if between > timedelta(0) else between + DAY)

    def list_frames(self, now: datetime) -> list[tuple[datetime, datetime]]:
        """Return the spans between the two clock times that end after `now`, up to the day after tomorrow."""
        ends_next_day = DAY if self.before <= self.after else timedelta(0)
        days = [paris_day(now) + DAY * number for number in (-1, 0, 1, 2)]
        frames = [
            (
                dt_util.as_utc(datetime.combine(day, self.after, PARIS)),
                dt_util.as_utc(datetime.combine(day + ends_next_day, self.before, PARIS)),
            )
            for day in days
        ]
        return [(start, end) for start, end in frames if end > now]


def _since_midnight(clock: time) -> timedelta:
    return timedelta(hours=clock.hour, minutes=clock.minute, seconds=clock.second)


@dataclass(frozen=True, slots=True)
class NextWindow:
    """A window that is not over, and the first moment between the two clock times without a known price, if any."""

    window: CheapestWindow
    unknown_from: datetime | None

    @property
    def edges(self) -> list[datetime]:
        """The moments at which it or a part of it begins or ends."""
        return [edge for part in self.window.parts for edge in (part.start, part.end)]

    def is_on(self, now: datetime) -> bool:
        """Return whether it is in progress at a moment."""
        return any(part.start <= now < part.end for part in self.window.parts)


def find_next_window(settings: WindowSettings, periods: Periods, now: datetime) -> NextWindow | None:
    """Return the window that lasts or comes next; None while the prices that decide it are not known.

    The window of a day does not move as the day passes: it is not limited to the rest of the day.
    """
    spans = list(list_price_spans(periods.items))
    find = find_cheapest if settings.continuous else find_cheapest_parts
    for start, end in settings.list_frames(now):
        window = find(spans, settings.length, earliest=start, latest=end)
        if window is None:
            return None
        if window.end > now:
            return NextWindow(window, find_first_unknown(spans, earliest=start, latest=end))
    return None


def describe_window(found: NextWindow | None) -> Mapping[str, Any]:
    """Return a window as state attributes."""
    if found is None:
        return {}
    window = found.window
    return {
        "end": window.end.isoformat(),
        "price": round(window.mean, 6),
        "certain": window.certain,
        "unknown_from": found.unknown_from.isoformat() if found.unknown_from else None,
        "parts": [
            {"start": part.start.isoformat(), "end": part.end.isoformat(), "price": part.value, "bucket": part.label}
            for part in window.parts
        ],
    }


class WindowEntity(DescribedEntity[PeriodsCoordinator]):
    """An entity of a window; it changes when the window or a part of it begins or ends."""

    _cancel_timer: CALLBACK_TYPE | None = None

    def __init__(
        self, coordinator: PeriodsCoordinator, description: EntityDescription, subentry: ConfigSubentry
    ) -> None:
        super().__init__(coordinator, description, subentry.subentry_id, build_helper_device(subentry))
        self._settings = WindowSettings.of(subentry.data)

    @property
    @override
    def _data(self) -> NextWindow | None:
        return find_next_window(self._settings, self.coordinator.data, dt_util.utcnow())

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        self.async_on_remove(self._cancel)
        self._schedule()

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        super()._handle_coordinator_update()
        self._schedule()

    @callback
    def _schedule(self) -> None:
        self._cancel()
        found = self._data if self.coordinator.data is not None else None
        if found and (ahead := [edge for edge in found.edges if edge > dt_util.utcnow()]):
            self._cancel_timer = async_track_point_in_utc_time(self.hass, self._handle_edge, min(ahead))

    @callback
    def _handle_edge(self, _now: datetime) -> None:
        self._cancel_timer = None
        self.async_write_ha_state()
        self._schedule()

    @callback
    def _cancel(self) -> None:
        if self._cancel_timer is not None:
            self._cancel_timer()
            self._cancel_timer = None
