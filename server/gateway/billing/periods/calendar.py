"""Off-peak hours and certain Tempo days as an iCalendar feed, to which calendar programs can subscribe."""

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
    """An event during `[start, end[`; `text` is the key of its title in the texts of each language."""

    start: datetime
    end: datetime
    text: str


def list_events(periods: Iterable[Period]) -> Iterator[CalendarEvent]:
    """Yield an event for each run of off-peak periods, and one for each Tempo day whose colour is certain."""
    known = list(periods)
    for is_off_peak, hours in groupby(known, key=lambda period: period.off_peak):
        if is_off_peak:
            yield _join_periods(list(hours), "calendar_off_peak")
    for (_, color), hours in groupby(known, key=lambda period: (find_tempo_day(period.start), _find_color(period))):
        if color is not None:
            yield _join_periods(list(hours), f"calendar_{color}")


def write_calendar(name: str, point_id: str, events: Iterable[CalendarEvent], language: str, now: datetime) -> bytes:
    """Return events as an iCalendar file (RFC 5545) in a language; `name` is the title of the calendar."""
    from icalendar import Calendar, Event  # noqa: PLC0415 - few gateways need it

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
