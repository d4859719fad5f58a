"""Calendars: Tempo days, tense hours of Ecowatt, off-peak hours of a meter."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final, override

from homeassistant.components.calendar import CalendarEntity, CalendarEntityDescription, CalendarEvent
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .api.figures import Periods
from .api.signals import TempoColor, TempoDay
from .const import CONF_ALL_DAY, DOMAIN
from .coordinator import MOST_DAYS, EcowattCoordinator, GatewayConfigEntry, Meter, PeriodsCoordinator, RuntimeData
from .coordinator import TempoDaysCoordinator as TempoDaysFeed
from .devices import build_grid_device, build_meter_device, get_grid_id
from .entity import FeedEntity
from .feed import FeedCoordinator, translate_errors
from .formatting import async_load_category
from .grid_sensors import LEVELS
from .paris import DAY, paris_day
from .tariff_form import find_current_tariff

PARALLEL_UPDATES = 0

_TEMPO_SHADES: Final = {TempoColor.BLUE: "#1e88e5", TempoColor.WHITE: "#90a4ae", TempoColor.RED: "#e53935"}
TEMPO: Final = {
    color: CalendarEntityDescription(key=f"tempo_{color}", translation_key=f"tempo_{color}", initial_color=shade)
    for color, shade in _TEMPO_SHADES.items()
}
ECOWATT: Final = CalendarEntityDescription(
    key="ecowatt_alerts", translation_key="ecowatt_alerts", initial_color="#fb8c00"
)
OFF_PEAK: Final = CalendarEntityDescription(key="off_peak", translation_key="off_peak", initial_color="#43a047")


class FeedCalendar[CoordinatorT: FeedCoordinator[Any]](FeedEntity[CoordinatorT], CalendarEntity):
    """A calendar of events in a feed's data; it requests events outside of that data."""

    def _list_known_events(self) -> Iterator[CalendarEvent]:
        """Yield the events in the feed's data, oldest first."""
        raise NotImplementedError

    async def _fetch_events(self, start: date, end: date) -> list[CalendarEvent]:  # noqa: ARG002 - others do
        """Request the events of the days `[start, end[` that are not in the feed's data."""
        return []

    @property
    @override
    def event(self) -> CalendarEvent | None:
        now = dt_util.utcnow()
        held = self._list_known_events() if self.coordinator.data else ()
        return next((event for event in held if event.end_datetime_local > now), None)

    @override
    async def async_get_events(
        self, hass: HomeAssistant, start_date: datetime, end_date: datetime
    ) -> list[CalendarEvent]:
        if self.coordinator.data is None:
            raise HomeAssistantError(translation_domain=DOMAIN, translation_key="nothing_yet")
        with translate_errors(hass, self.coordinator.config_entry):
            others = await self._fetch_events(paris_day(start_date) - DAY, paris_day(end_date) + DAY)
        return [
            event
            for event in (*others, *self._list_known_events())
            if event.start_datetime_local < end_date and event.end_datetime_local > start_date
        ]


class TempoCalendar(FeedCalendar[TempoDaysFeed]):
    """The Tempo days of a colour, as whole days or from 06:00 to 06:00."""

    def __init__(self, entry: GatewayConfigEntry, texts: Mapping[str, str], color: TempoColor) -> None:
        feeds = entry.runtime_data
        super().__init__(feeds.tempo_days, TEMPO[color], get_grid_id(entry), build_grid_device(entry))
        self._tempo = feeds.tempo
        self._color = color
        self._all_day: bool = entry.options.get(CONF_ALL_DAY, True)
        self._texts = texts

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        self.async_on_remove(self._tempo.async_add_listener(self._handle_coordinator_update))

    @override
    def _list_known_events(self) -> Iterator[CalendarEvent]:
        days = {day.date: day for day in self.coordinator.data.days}
        if signal := self._tempo.data:  # the feed of today and tomorrow has tomorrow's colour first
            days |= {day.date: day for day in (signal.today, signal.tomorrow)}
        for _, day in sorted(days.items()):
            yield from self._build_events(day)

    @override
    async def _fetch_events(self, start: date, end: date) -> list[CalendarEvent]:
        held_from = min((day.date for day in self.coordinator.data.days), default=end)
        if start >= held_from:
            return []
        first, last = max(start, min(end, held_from) - MOST_DAYS), min(end, held_from)
        answer = await self.coordinator.client.fetch_tempo_days(start=first, end=last)
        return [event for day in answer.data.days for event in self._build_events(day)]

    def _build_events(self, day: TempoDay) -> Iterator[CalendarEvent]:
        color = day.sure_color
        if color is not self._color:
            return
        summary = f"Tempo {self._texts[f'sensor.tempo_today.state.{color}'].lower()}"
        if day.color is color and not day.confirmed:
            summary += f" ({self._texts['sensor.tempo_tomorrow.state_attributes.confirmed.state.false'].lower()})"
        span = (day.date, day.date + DAY) if self._all_day else (day.start, day.until)
        yield CalendarEvent(start=span[0], end=span[1], summary=summary, uid=f"tempo-{day.date}")


class EcowattCalendar(FeedCalendar[EcowattCoordinator]):
    """The hours when the grid is tense, as far ahead as RTE publishes them."""

    def __init__(self, entry: GatewayConfigEntry, texts: Mapping[str, str]) -> None:
        super().__init__(entry.runtime_data.ecowatt, ECOWATT, get_grid_id(entry), build_grid_device(entry))
        self._texts = texts

    @override
    def _list_known_events(self) -> Iterator[CalendarEvent]:
        for span in self.coordinator.data.tense:
            day = self.coordinator.data.on(paris_day(span.since))
            level = self._texts[f"sensor.ecowatt.state.{LEVELS[span.level]}"].lower()
            yield CalendarEvent(
                start=span.since,
                end=span.until,
                summary=f"Ecowatt {level}",
                description=day.message if day else None,
                uid=f"ecowatt-{span.since:%Y%m%dT%H}",
            )


class OffPeakCalendar(FeedCalendar[PeriodsCoordinator]):
    """The off-peak hours of a meter."""

    def __init__(self, feeds: RuntimeData, meter: Meter, texts: Mapping[str, str]) -> None:
        super().__init__(meter.periods, OFF_PEAK, meter.point_id, build_meter_device(meter))
        self._client = feeds.client
        self._point_id = meter.point_id
        self._summary = texts["binary_sensor.off_peak.name"]

    @override
    def _list_known_events(self) -> Iterator[CalendarEvent]:
        return self._build_events(self.coordinator.data)

    @override
    async def _fetch_events(self, start: date, end: date) -> list[CalendarEvent]:
        held = list(self._list_known_events())
        first = paris_day(held[0].start_datetime_local) if held else end
        last = paris_day(held[-1].end_datetime_local) if held else end
        if start >= first and end <= last:
            return []
        # One more day at both ends, so that events across midnight are complete.
        answer = await self._client.fetch_periods(
            self._point_id, start=start - DAY, end=min(end + DAY, start + MOST_DAYS)
        )
        known = {event.start for event in held}
        return [event for event in self._build_events(answer.data) if event.start not in known]

    def _build_events(self, periods: Periods) -> Iterator[CalendarEvent]:
        for window in periods.off_peak:
            yield CalendarEvent(
                start=window.start, end=window.end, summary=self._summary, uid=f"off-peak-{window.start:%Y%m%dT%H%M}"
            )


def has_off_peak(feeds: RuntimeData, meter: Meter) -> bool:
    """Return whether a meter's tariff may have off-peak hours: the calendar of any other would stay empty."""
    if (point := feeds.usage_points.data.get(meter.point_id)) is None:
        return True
    tariff = find_current_tariff(point)
    return bool(point.off_peak) if tariff is None else tariff.option != "base"


async def async_setup_entry(
    hass: HomeAssistant,
    entry: GatewayConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the calendars of the grid and of each meter."""
    texts = await async_load_category(hass, "entity")  # events have none of their own
    async_add_entities([*(TempoCalendar(entry, texts, color) for color in TEMPO), EcowattCalendar(entry, texts)])
    for meter in entry.runtime_data.meters.values():
        if not has_off_peak(entry.runtime_data, meter):
            continue
        async_add_entities([OffPeakCalendar(entry.runtime_data, meter, texts)], config_subentry_id=meter.subentry_id)
