"""Compares each feed's data with its previous data and sends events to event entities and triggers.

The first data of a feed cause no event: what changed while Home Assistant was off is not replayed.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.util import dt as dt_util
from homeassistant.util.signal_type import SignalType

from .api.figures import UNKNOWN_BUCKET, Period, Periods, Total, Totals
from .api.models import UsagePoint
from .api.signals import Ecowatt, EcowattSpan, Tempo, TempoColor, TempoDay, TempoNow
from .const import DOMAIN
from .coordinator import GatewayConfigEntry, Meter
from .feed import FeedCoordinator
from .grid_sensors import LEVELS

type EventData = dict[str, Any]
"""What automations read of an event, by the names in docs/automations.md; each kind of event has its own."""


@dataclass(frozen=True, kw_only=True, slots=True)
class GatewayEvent:
    """An event, its data and, for one of a meter, the usage point's public id."""

    kind: str
    data: EventData = field(default_factory=dict)
    entry_id: str = ""
    point_id: str | None = None


SIGNAL_EVENT: SignalType[GatewayEvent] = SignalType(f"{DOMAIN}_happened")

type _Change = tuple[str, EventData]


@callback
def async_start_events(hass: HomeAssistant, entry: GatewayConfigEntry) -> None:
    """Send events while the entry is loaded."""
    feeds = entry.runtime_data
    _watch_feed(hass, entry, feeds.tempo, Tempo.at, _compare_tempo)
    _watch_feed(hass, entry, feeds.ecowatt, _read_ecowatt, _compare_ecowatt)
    for meter in feeds.meters.values():
        _watch_feed(hass, entry, meter.periods, _read_tariff, _compare_tariff, meter)
        _watch_feed(hass, entry, meter.totals, _read_last_day, _compare_last_day, meter)
        _watch_feed(hass, entry, feeds.usage_points, _lateness_reader(meter.point_id), _compare_lateness, meter)


def _watch_feed[DataT, StateT](
    hass: HomeAssistant,
    entry: GatewayConfigEntry,
    feed: FeedCoordinator[DataT],
    read: Callable[[DataT, datetime], StateT],
    compare: Callable[[StateT, StateT], Iterator[_Change]],
    meter: Meter | None = None,
) -> None:
    previous: list[StateT] = []

    @callback
    def update() -> None:
        if feed.data is None:
            return
        now = read(feed.data, dt_util.utcnow())
        before, previous[:] = previous[:], [now]
        for kind, data in compare(before[0], now) if before else ():
            named = {"meter": meter.name, **data} if meter else data
            point_id = meter.point_id if meter else None
            event = GatewayEvent(kind=kind, data=named, entry_id=entry.entry_id, point_id=point_id)
            async_dispatcher_send(hass, SIGNAL_EVENT, event)

    update()
    entry.async_on_unload(feed.async_add_listener(update))


def _compare_tempo(before: TempoNow, now: TempoNow) -> Iterator[_Change]:
    known = {day.date: day for day in (before.today, before.tomorrow) if day}
    for day in (now.today, now.tomorrow):
        if day and day.color is not TempoColor.UNKNOWN and (day is now.tomorrow or day.date in known):
            yield from _compare_color(known.get(day.date), day, is_tomorrow=day is now.tomorrow)
    was_red, is_red = _is_red(before.today), _is_red(now.today)
    if now.today and is_red and not (was_red and before.today and before.today.date == now.today.date):
        yield "tempo_red_day_started", _describe_day(now.today)
    if was_red and not is_red:
        yield "tempo_red_day_ended", {"color": now.today.color.value if now.today else TempoColor.UNKNOWN.value}


def _compare_color(before: TempoDay | None, day: TempoDay, *, is_tomorrow: bool) -> Iterator[_Change]:
    data = {**_describe_day(day), "is_tomorrow": is_tomorrow}
    if before is None or before.color is TempoColor.UNKNOWN:
        yield "tempo_announced", data
    elif before.color is not day.color:
        yield "tempo_changed", {**data, "previous": before.color.value}
    if day.confirmed and not (before and before.confirmed and before.color is day.color):
        yield "tempo_confirmed", data


def _is_red(day: TempoDay | None) -> bool:
    return day is not None and day.color is TempoColor.RED


def _describe_day(day: TempoDay) -> EventData:
    return {"date": day.date.isoformat(), "color": day.color.value, "confirmed": day.confirmed}


type _EcowattState = tuple[EcowattSpan | None, EcowattSpan | None, tuple[EcowattSpan, ...]]


def _read_ecowatt(ecowatt: Ecowatt, now: datetime) -> _EcowattState:
    return ecowatt.at(now), ecowatt.alert(now), ecowatt.tense


def _compare_ecowatt(before: _EcowattState, now: _EcowattState) -> Iterator[_Change]:
    (was, old_alert, announced), (level, alert, tense) = before, now
    for span in tense:
        if span not in announced:
            yield "ecowatt_announced", _describe_span(span)
    if alert and (old_alert is None or alert.level != old_alert.level):
        yield "ecowatt_started", _describe_span(alert)
    if old_alert and alert is None:
        yield "ecowatt_ended", {}
    if level and (was is None or level.level != was.level):
        yield (
            "ecowatt_level",
            {"rank": int(level.level), "previous_rank": int(was.level) if was else -1, **_describe_span(level)},
        )


def _describe_span(span: EcowattSpan) -> EventData:
    return {"level": LEVELS[span.level], "start": span.since.isoformat(), "until": span.until.isoformat()}


type _TariffState = tuple[Period | None, datetime | None]


def _read_tariff(periods: Periods, now: datetime) -> _TariffState:
    return periods.at(now), periods.end_of_bucket(now)


def _compare_tariff(before: _TariffState, now: _TariffState) -> Iterator[_Change]:
    (was, _), (period, until) = before, now
    bucket = period.bucket if period else UNKNOWN_BUCKET
    data = {
        "bucket": bucket,
        "price": period.price if period else None,
        "until": until.isoformat() if until else None,
    }
    if bucket != UNKNOWN_BUCKET and (was is None or was.bucket != bucket):
        yield "tariff_period_started", data
    was_off, is_off = (bool(one and one.off_peak) for one in (was, period))
    if was_off != is_off:
        yield "off_peak_started" if is_off else "off_peak_ended", data


def _read_last_day(totals: Totals, _now: datetime) -> Total | None:
    last = totals.last_day
    return last if (last.consumption_complete if last.consumption else last.complete) else None


def _compare_last_day(before: Total | None, now: Total | None) -> Iterator[_Change]:
    if now and (before is None or now.start > before.start):
        energy = now.consumption.wh / 1000 if now.consumption else None
        money = {"cost": now.whole_cost, "bill": now.whole_bill}
        yield "data_arrived", {"date": now.start.isoformat(), "energy": energy, **money}


def _lateness_reader(point_id: str) -> Callable[[dict[str, UsagePoint], datetime], UsagePoint | None]:
    def late(points: dict[str, UsagePoint], now: datetime) -> UsagePoint | None:
        point = points.get(point_id)
        return point if point and point.is_late(now) else None

    return late


def _compare_lateness(before: UsagePoint | None, now: UsagePoint | None) -> Iterator[_Change]:
    if now and before is None:
        known = now.freshness.complete_until
        yield "data_late", {"date": known.isoformat() if known else None}
