"""Actions, with responses for scripts and automations."""

from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import voluptuous as vol
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers import device_registry as dr
from homeassistant.util import dt as dt_util

from . import price_spans
from .api import RequestRefusedError
from .const import DOMAIN
from .coordinator import GatewayConfigEntry, Meter
from .feed import translate_errors
from .formatting import async_load_category
from .import_flow import FileTooLargeError, read_limited
from .paris import PARIS
from .price_spans import Criterion
from .statistics import async_get_hours
from .window import Span, find_cheapest, find_first_unknown

ATTR_START, ATTR_END = "start", "end"
ATTR_KIND, ATTR_DIRECTION = "kind", "direction"
ATTR_DURATION, ATTR_AFTER, ATTR_BEFORE, ATTR_BY = "duration", "after", "before", "by"
ATTR_MONTHS = "months"
ATTR_FILE, ATTR_ACCEPT = "file", "accept"

LONGEST_HOURS: Final = timedelta(days=366)
_REFUSED_RANGES: Final = {"invalid_range", "range_too_long"}


class Kind(StrEnum):
    """The kind of readings."""

    DAILY = "daily"
    LOAD_CURVE = "load_curve"
    MAX_POWER = "max_power"


_DEVICE: Final[dict[Any, Any]] = {vol.Required(ATTR_DEVICE_ID): cv.string}
_DAYS: Final[dict[Any, Any]] = {vol.Required(ATTR_START): cv.date, vol.Required(ATTR_END): cv.date}
_MOMENT: Final = vol.Any(cv.time, cv.datetime)

_HOURS: Final[Any] = vol.Schema(
    {
        **_DEVICE,
        vol.Required(ATTR_START): cv.datetime,
        vol.Required(ATTR_END): cv.datetime,
    }
)
_READINGS: Final[Any] = vol.Schema(
    {
        **_DEVICE,
        **_DAYS,
        vol.Optional(ATTR_KIND, default=Kind.DAILY): vol.Coerce(Kind),
        vol.Optional(ATTR_DIRECTION, default="consumption"): vol.In(["consumption", "production"]),
    }
)
_WINDOW: Final[Any] = vol.Schema(
    {
        **_DEVICE,
        vol.Required(ATTR_DURATION): cv.positive_time_period,
        vol.Required(ATTR_BEFORE): _MOMENT,
        vol.Optional(ATTR_AFTER): _MOMENT,
        vol.Optional(ATTR_BY, default=Criterion.PRICE): vol.Coerce(Criterion),
    }
)
_FILE: Final[Any] = vol.Schema(
    {
        **_DEVICE,
        vol.Required(ATTR_FILE): cv.path,
        vol.Optional(ATTR_DIRECTION, default="consumption"): vol.In(["consumption", "production"]),
        vol.Optional(ATTR_ACCEPT, default=False): cv.boolean,
    }
)
_COMPARISON: Final[Any] = vol.Schema(
    {
        **_DEVICE,
        vol.Optional(ATTR_MONTHS, default=12): vol.All(vol.Coerce(int), vol.Range(min=1, max=36)),
    }
)


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions."""
    only, optional = SupportsResponse.ONLY, SupportsResponse.OPTIONAL
    actions: dict[str, tuple[_Action, Any, SupportsResponse]] = {
        "get_hours": (_get_hours, _HOURS, only),
        "get_readings": (_get_readings, _READINGS, only),
        "get_cheapest_window": (_get_cheapest_window, _WINDOW, only),
        "compare_options": (_compare_options, _COMPARISON, only),
        "ask_enedis_again": (_ask_enedis_again, vol.Schema({**_DEVICE, **_DAYS}), optional),
        "import_hours_again": (_import_hours_again, vol.Schema(_DEVICE), optional),
        "import_file": (_import_file, _FILE, optional),
    }
    for name, (action, schema, answers) in actions.items():
        hass.services.async_register(DOMAIN, name, action, schema=schema, supports_response=answers)


type _Action = Callable[[ServiceCall], Coroutine[Any, Any, ServiceResponse]]


async def _get_hours(call: ServiceCall) -> ServiceResponse:
    """Return the imported hours; unknown hours are not in the list."""
    _, meter = _get_meter(call)
    start, end = (dt_util.as_utc(call.data[name]) for name in (ATTR_START, ATTR_END))
    _check_range(start, end)
    if end - start > LONGEST_HOURS:
        raise _validation_error("range_too_long")
    return {"hours": _to_json(await async_get_hours(call.hass, meter.point_id, start, end))}


async def _get_readings(call: ServiceCall) -> ServiceResponse:
    """Return readings and what is missing."""
    entry, meter = _get_meter(call)
    client, point = entry.runtime_data.client, meter.point_id
    (start, end), direction = _get_days(call), call.data[ATTR_DIRECTION]
    with _translate_gateway_errors(call.hass, entry):
        kind: Kind = call.data[ATTR_KIND]
        match kind:
            case Kind.DAILY:
                return _to_response(
                    (await client.fetch_daily_values(point, start=start, end=end, direction=direction)).data
                )
            case Kind.LOAD_CURVE:
                return _to_response(
                    (await client.fetch_load_curve(point, start=start, end=end, direction=direction)).data
                )
            case Kind.MAX_POWER:
                return _to_response((await client.fetch_max_power(point, start=start, end=end)).data)


async def _get_cheapest_window(call: ServiceCall) -> ServiceResponse:
    """Return the cheapest window. If there is none, `start` is null and `unknown_from` is the first unknown time."""
    by, length, now = call.data[ATTR_BY], call.data[ATTR_DURATION], dt_util.now()
    spans = _list_spans(call, by, now)
    earliest = _find_next(call.data.get(ATTR_AFTER, now), now)
    if by is Criterion.TEMPO:
        earliest = max(earliest, dt_util.as_utc(now))
    latest = _find_next(call.data[ATTR_BEFORE], dt_util.as_local(earliest))
    _check_range(earliest, latest)
    if length > latest - earliest:
        raise _validation_error("window_too_long")
    window = find_cheapest(spans, length, earliest=earliest, latest=latest)
    return {
        "after": _to_json(earliest),
        "before": _to_json(latest),
        "start": _to_json(window.start if window else None),
        "end": _to_json(window.end if window else None),
        "price": round(window.mean, 6) if window and by is Criterion.PRICE else None,
        "certain": window.certain if window else False,
        "parts": [
            {"start": _to_json(part.start), "end": _to_json(part.end), "what": part.label}
            for part in (window.parts if window else ())
        ],
        "unknown_from": _to_json(find_first_unknown(spans, earliest=earliest, latest=latest)),
    }


def _list_spans(call: ServiceCall, by: Criterion, now: datetime) -> list[Span]:
    """Return the known spans ahead, from data that was already fetched."""
    entry, _ = _get_device_entry(call)
    feeds = entry.runtime_data
    match by:
        case Criterion.PRICE:
            _, meter = _get_meter(call)
            return list(price_spans.list_price_spans(meter.periods.data.items)) if meter.periods.data else []
        case Criterion.TEMPO:
            return list(price_spans.list_tempo_spans(feeds.tempo.data, now)) if feeds.tempo.data else []
        case Criterion.ECOWATT:
            return list(price_spans.list_ecowatt_spans(feeds.ecowatt.data)) if feeds.ecowatt.data else []


async def _compare_options(call: ServiceCall) -> ServiceResponse:
    """Return what the last complete months would have cost under each tariff option."""
    entry, meter = _get_meter(call)
    with _translate_gateway_errors(call.hass, entry):
        return _to_response(
            await entry.runtime_data.client.fetch_comparison(meter.point_id, months=call.data[ATTR_MONTHS])
        )


async def _ask_enedis_again(call: ServiceCall) -> ServiceResponse:
    """Have the gateway request known days from Enedis again."""
    entry, meter = _get_meter(call)
    start, end = _get_days(call)
    with _translate_gateway_errors(call.hass, entry):
        return _to_response(await entry.runtime_data.client.request_refresh(meter.point_id, start=start, end=end))


async def _import_hours_again(call: ServiceCall) -> ServiceResponse:
    """Import all hours again and return when they are in the recorder."""
    _, meter = _get_meter(call)
    imported = await meter.hours.async_reimport()
    return {"newest": _to_json(imported.newest), "statistic_ids": list(imported.sums)}


async def _import_file(call: ServiceCall) -> ServiceResponse:
    """Send a file to the gateway and return what it adds; it counts if it is accepted."""
    entry, meter = _get_meter(call)
    client, path = entry.runtime_data.client, Path(call.data[ATTR_FILE])
    if not await call.hass.async_add_executor_job(call.hass.config.is_allowed_path, str(path)):
        raise _validation_error("file_not_allowed", file=str(path))
    try:
        content = await call.hass.async_add_executor_job(read_limited, path)
    except (OSError, FileTooLargeError) as error:
        raise _validation_error("file_unreadable", file=str(path)) from error
    with translate_errors(call.hass, entry):
        try:
            given = await client.preview_import(
                meter.point_id, content, name=path.name, direction=call.data[ATTR_DIRECTION]
            )
        except RequestRefusedError as error:
            errors = await async_load_category(call.hass, "config_subentries")
            reason = errors.get(f"meter.error.import_{error.problem}", error.problem)
            raise _validation_error("file_refused", reason=reason) from error
        if call.data[ATTR_ACCEPT]:
            await client.accept_import(meter.point_id, given.id)
    return {"id": given.id, "accepted": call.data[ATTR_ACCEPT], "report": _to_json(given.report)}


def _get_device_entry(call: ServiceCall) -> tuple[GatewayConfigEntry, str]:
    """Return the loaded entry of the device and the device's identifier."""
    registry = dr.async_get(call.hass)
    for entry in call.hass.config_entries.async_entries(DOMAIN):
        for device in dr.async_entries_for_config_entry(registry, entry.entry_id):
            if device.id == call.data[ATTR_DEVICE_ID]:
                if entry.state is not ConfigEntryState.LOADED:
                    raise _validation_error("entry_not_loaded")
                return entry, next(identifier for domain, identifier in device.identifiers if domain == DOMAIN)
    raise _validation_error("not_ours")


def _get_meter(call: ServiceCall) -> tuple[GatewayConfigEntry, Meter]:
    """Return the entry and meter of the device."""
    entry, identifier = _get_device_entry(call)
    meters: dict[str, Meter] = entry.runtime_data.meters
    if (meter := meters.get(identifier)) is None:
        raise _validation_error("not_a_meter")
    return entry, meter


def _get_days(call: ServiceCall) -> tuple[date, date]:
    """Return the days `[start, end[` of the call."""
    start, end = call.data[ATTR_START], call.data[ATTR_END]
    _check_range(start, end)
    return start, end


def _check_range[T: (date, datetime)](start: T, end: T) -> None:
    if start >= end:
        raise _validation_error("invalid_range")


def _find_next(moment: time | datetime, now: datetime) -> datetime:
    """Return a datetime, or the next one with the given clock time, in UTC; `now` is local."""
    if isinstance(moment, datetime):
        return dt_util.as_utc(moment)
    today = datetime.combine(now.date(), moment, now.tzinfo)
    ahead = (today, today.replace(fold=1), today + timedelta(days=1))  # on one night a year, it comes twice
    return next(each for each in map(dt_util.as_utc, ahead) if each > now)


@contextmanager
def _translate_gateway_errors(hass: HomeAssistant, entry: GatewayConfigEntry) -> Iterator[None]:
    with translate_errors(hass, entry):
        try:
            yield
        except RequestRefusedError as error:
            if error.problem in _REFUSED_RANGES:
                raise _validation_error(error.problem) from error
            raise


def _validation_error(key: str, **placeholders: str) -> ServiceValidationError:
    return ServiceValidationError(
        translation_domain=DOMAIN, translation_key=key, translation_placeholders=placeholders or None
    )


def _to_response(model: Any) -> ServiceResponse:
    """Convert a model to a service response."""
    return {field.name: _to_json(getattr(model, field.name)) for field in fields(model)}


def _to_json(value: Any) -> Any:
    """Convert a value to JSON types; datetimes are in Paris' time zone."""
    if is_dataclass(value):
        return _to_response(value)
    if isinstance(value, datetime):
        return value.astimezone(PARIS).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: _to_json(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_to_json(each) for each in value]
    return value
