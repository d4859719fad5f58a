"""The feeds of the cards, sent at each change: meters, Tempo, Ecowatt, coming hours, whether a gateway is silent."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, TypedDict, assert_never

from homeassistant.config_entries import (
    SIGNAL_CONFIG_ENTRY_CHANGED,
    ConfigEntry,
    ConfigEntryChange,
    ConfigEntryState,
)
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.util import dt as dt_util

from .api.figures import Period
from .api.signals import EcowattDay, EcowattSpan, TempoDay, TempoForecast, TempoNow, TempoSeason
from .availability_log import get_availability_log
from .const import DOMAIN, METER
from .coordinator import GatewayConfigEntry, Meter, RuntimeData
from .feed import FeedCoordinator
from .paris import paris_day
from .price_spans import list_price_spans
from .window import find_cheapest

HORIZON: Final = timedelta(hours=36)
"""How far ahead the coming hours reach."""


class FeedName(StrEnum):
    """What a card can subscribe to."""

    METERS = "meters"
    TEMPO = "tempo"
    ECOWATT = "ecowatt"
    PERIODS = "periods"
    GATEWAY = "gateway"


class CardMeter(TypedDict):
    """A meter; without an option, and as one that does not produce, while its gateway has not told of it."""

    id: str | None
    name: str
    option: str | None
    produces: bool


class MetersData(TypedDict):
    """The meters of all gateways."""

    meters: list[CardMeter]


class TempoData(TypedDict):
    """What a card of Tempo shows."""

    now: TempoNow
    season: TempoSeason
    days: tuple[TempoDay, ...]
    as_of: datetime | None
    forecast: TempoForecast | None


class EcowattData(TypedDict):
    """What a card of Ecowatt shows."""

    now: EcowattSpan | None
    days: tuple[EcowattDay, ...]
    as_of: datetime | None


class CheapestHours(TypedDict):
    """The cheapest window of the coming hours, with its mean price in EUR/kWh."""

    start: datetime
    end: datetime
    price: float


class PeriodsData(TypedDict):
    """The coming hours up to `until`."""

    items: list[Period]
    until: datetime
    cheapest: CheapestHours | None


type FeedData = MetersData | TempoData | EcowattData | PeriodsData


class FeedMessage(TypedDict):
    """What a card receives; `data` is None while no gateway has any."""

    is_silent: bool
    silent_since: datetime | None
    data: FeedData | None


def list_entries(hass: HomeAssistant) -> list[GatewayConfigEntry]:
    """Return all entries that are not disabled."""
    return hass.config_entries.async_entries(DOMAIN, include_disabled=False)


def list_loaded_entries(hass: HomeAssistant) -> list[GatewayConfigEntry]:
    """Return the entries that have coordinators."""
    return [entry for entry in list_entries(hass) if entry.state is ConfigEntryState.LOADED]


def list_card_meters(hass: HomeAssistant) -> list[CardMeter]:
    """Return the meters of all gateways, with what is known of them while their entry is loaded."""
    today, known = paris_day(dt_util.utcnow()), {}
    for entry in list_loaded_entries(hass):
        known.update(entry.runtime_data.usage_points.data)
    return [
        {
            "id": meter.unique_id,
            "name": meter.title,
            "option": point.find_option(today) if point else None,
            "produces": bool(point and point.contract.produces),
        }
        for entry in list_entries(hass)
        for meter in entry.get_subentries_of_type(METER)
        for point in [known.get(meter.unique_id or "")]
    ]


class FeedSubscription:
    """One card's subscription. It survives a reload of the entry."""

    def __init__(
        self,
        hass: HomeAssistant,
        feed: FeedName,
        point_id: str | None,
        hours: float,
        send: Callable[[FeedMessage], None],
    ) -> None:
        """`periods` needs a meter and the length of its cheapest window."""
        self._hass, self._feed, self._point_id, self._send = hass, feed, point_id, send
        self._length = timedelta(hours=hours)
        self._listeners: list[CALLBACK_TYPE] = []
        self._stop_signal: CALLBACK_TYPE | None = None

    @callback
    def async_start(self) -> None:
        """Send the feed, now and after each change."""
        self._stop_signal = async_dispatcher_connect(self._hass, SIGNAL_CONFIG_ENTRY_CHANGED, self._handle_entry_change)
        self._listen()

    @callback
    def async_stop(self) -> None:
        """Send nothing more."""
        self._stop_listening()
        if self._stop_signal is not None:
            self._stop_signal()
            self._stop_signal = None

    @callback
    def _handle_entry_change(self, _change: ConfigEntryChange, entry: ConfigEntry[Any]) -> None:
        """Listen to the coordinators of an entry that was set up, reloaded or unloaded."""
        if entry.domain == DOMAIN:
            self._listen()

    @callback
    def _listen(self) -> None:
        self._stop_listening()
        for coordinator in self._list_coordinators():
            self._listeners.append(coordinator.async_add_listener(self._send_state))
        self._send_state()

    @callback
    def _stop_listening(self) -> None:
        while self._listeners:
            self._listeners.pop()()

    def _list_coordinators(self) -> Iterator[FeedCoordinator[Any]]:
        """Yield the coordinators of the feed, and those of the usage points, which notice every failure."""
        for entry in list_loaded_entries(self._hass):
            data = entry.runtime_data
            yield data.usage_points
            match self._feed:
                case FeedName.METERS:
                    pass
                case FeedName.TEMPO:
                    yield from (data.tempo, data.tempo_days)
                    if data.tempo_forecast:
                        yield data.tempo_forecast
                case FeedName.ECOWATT:
                    yield data.ecowatt
                case FeedName.PERIODS:
                    yield from (meter.periods for meter in self._find_meters(data))
                case FeedName.GATEWAY:
                    yield from (data.tempo, data.ecowatt)
                case _:
                    assert_never(self._feed)

    def _find_meters(self, data: RuntimeData) -> list[Meter]:
        meter = data.meters.get(self._point_id or "")
        return [meter] if meter else []

    @callback
    def _send_state(self) -> None:
        silent = [
            log
            for entry in list_entries(self._hass)
            for log in [get_availability_log(self._hass, entry)]
            if log.is_unavailable or entry.state is ConfigEntryState.SETUP_RETRY
        ]
        contacts = [log.last_contact for log in silent if log.last_contact]
        self._send(
            {
                "is_silent": bool(silent),
                "silent_since": min(contacts, default=None),
                "data": self._find_data(dt_util.utcnow()),
            }
        )

    def _find_data(self, now: datetime) -> FeedData | None:
        """Return the meters of all gateways; of any other feed, that of the first gateway that has it, or None."""
        if self._feed is FeedName.METERS:
            return {"meters": list_card_meters(self._hass)}
        for entry in list_loaded_entries(self._hass):
            if (found := self._build(entry.runtime_data, now)) is not None:
                return found
        return None

    def _build(self, data: RuntimeData, now: datetime) -> FeedData | None:
        match self._feed:
            case FeedName.TEMPO:
                if (tempo := data.tempo.data) is None:
                    return None
                days = data.tempo_days.data.days if data.tempo_days.data else ()
                return {
                    "now": tempo.at(now),
                    "season": tempo.season,
                    "days": days,
                    "as_of": tempo.as_of,
                    "forecast": data.tempo_forecast.data if data.tempo_forecast else None,
                }
            case FeedName.ECOWATT:
                if (ecowatt := data.ecowatt.data) is None:
                    return None
                return {"now": ecowatt.at(now), "days": ecowatt.days, "as_of": ecowatt.as_of}
            case FeedName.PERIODS:
                return next((self._build_periods(meter, now) for meter in self._find_meters(data)), None)
            case FeedName.METERS | FeedName.GATEWAY:
                return None
            case _:
                assert_never(self._feed)

    def _build_periods(self, meter: Meter, now: datetime) -> PeriodsData | None:
        """Return the periods up to the horizon, and the cheapest window among those whose price is known."""
        if (periods := meter.periods.data) is None:
            return None
        items = [item for item in periods.items if item.end > now and item.start < now + HORIZON]
        spans = list(list_price_spans(items))
        end = max((span.end for span in spans if span.value is not None), default=now)
        window = find_cheapest(spans, self._length, earliest=now, latest=min(end, now + HORIZON))
        return {
            "items": items,
            "until": now + HORIZON,
            "cheapest": {"start": window.start, "end": window.end, "price": window.mean} if window else None,
        }
