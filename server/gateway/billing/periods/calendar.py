"""Off-peak hours and certain Tempo days as an iCalendar feed, for any calendar that subscribes to an address."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from gateway.billing.periods.periods import Period
from gateway.domain.tempo_days import COLORS, find_tempo_day
from gateway.kit import paris
from gateway.pages import load_texts


@dataclass(frozen=True)
class CalendarEvent:
    """Something that lasts from `start` to `end`; `text` names it in the texts of a language."""

    start: datetime
    end: datetime
    text: str


def list_events(periods: Iterable[Period]) -> Iterator[CalendarEvent]:
    """Yield an event for each time of off-peak hours, and one for each Tempo day whose colour is certain."""
    known = list(periods)
    for is_off_peak, hours in groupby(known, key=lambda period: period.off_peak):
        if is_off_peak:
            yield _join_periods(list(hours), "calendar_off_peak")
    for (_, color), hours in groupby(known, key=lambda period: (find_tempo_day(period.start), _find_color(period))):
        if color is not None:
            yield _join_periods(list(hours), f"calendar_{color}")


def write_calendar(name: str, point_id: str, events: Iterable[CalendarEvent], language: str, now: datetime) -> bytes:
    """Write events as iCalendar (RFC 5545)."""
    from icalendar import Calendar, Event  # noqa: PLC0415 - few gateways are asked for one

    texts = load_texts(language)
    calendar = Calendar()
    calendar.add("prodid", "-//MyElectricalData//gateway//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", name)
    for one in events:
        event = Event()
        event.add("uid", f"{one.text}-{paris.format_instant(one.start)}-{point_id}@myelectricaldata")
        event.add("dtstamp", now)
        event.add("dtstart", one.start)
        event.add("dtend", one.end)
        event.add("summary", texts[one.text])
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _join_periods(periods: list[Period], text: str) -> CalendarEvent:
    return CalendarEvent(periods[0].start, periods[-1].end, text)


def _find_color(period: Period) -> str | None:
    color = period.bucket.partition("_")[0]
    return color if period.certain and color in COLORS else None
