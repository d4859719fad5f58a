"""The sensors of the French grid: Tempo and Ecowatt."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.const import PERCENTAGE

from .api.signals import (
    TEMPO_COLORS,
    Ecowatt,
    EcowattDay,
    EcowattLevel,
    ForecastDay,
    Tempo,
    TempoColor,
    TempoDay,
    TempoForecast,
    TempoNow,
)
from .const import OPTIONS
from .description import FeedSensorDescription, day_sensor, enum_sensor, sensor
from .paris import DAY, paris_day

COLORS: Final = [color.value for color in TEMPO_COLORS]
LEVELS: Final = {level: level.name.lower() for level in EcowattLevel}


def _build_day_sensor(key: str, pick: Callable[[TempoNow], TempoDay | None]) -> FeedSensorDescription[Tempo]:
    def color(tempo: Tempo, now: datetime) -> str | None:
        day = pick(tempo.at(now))
        return None if day is None or day.color is TempoColor.UNKNOWN else day.color.value

    def attributes(tempo: Tempo, now: datetime) -> Mapping[str, Any]:
        day = pick(tempo.at(now))
        if day is None:
            return {}
        attributes = {"date": day.date.isoformat(), "confirmed": day.confirmed}
        expected = day.expected_color if day.color is TempoColor.UNKNOWN else None
        return attributes | (
            {"expected_color": expected.value, "expected_reason": day.expected_reason} if expected else {}
        )

    return enum_sensor(key, COLORS, color, attributes)


def _build_days_left_sensor(color: TempoColor) -> FeedSensorDescription[Tempo]:
    return sensor(
        f"tempo_{color}_days_left",
        lambda tempo, now: tempo.at(now).left.get(color),
    )


def _get_period(tempo: Tempo, now: datetime) -> str | None:
    period = tempo.at(now).period
    return period.key if period and period.key in OPTIONS["tempo"] else None


def _period_attributes(tempo: Tempo, now: datetime) -> Mapping[str, Any]:
    period = tempo.at(now).period
    return {"until": period.until.isoformat()} if period else {}


TEMPO: Final = (
    _build_day_sensor("tempo_today", lambda tempo: tempo.today),
    _build_day_sensor("tempo_tomorrow", lambda tempo: tempo.tomorrow),
    enum_sensor("tempo_period", OPTIONS["tempo"], _get_period, _period_attributes),
    *(_build_days_left_sensor(color) for color in TEMPO_COLORS),
    day_sensor("tempo_next_red_day", lambda tempo, now: tempo.at(now).next_red),
    day_sensor("tempo_next_expected_red_day", lambda tempo, now: tempo.at(now).next_expected_red),
)


def _list_days_ahead(forecast: TempoForecast, now: datetime) -> list[ForecastDay]:
    """Return the days after tomorrow: RTE announces tomorrow itself."""
    return forecast.list_days_after(paris_day(now) + DAY)


def _find_highest_red(forecast: TempoForecast, now: datetime) -> float | None:
    days = _list_days_ahead(forecast, now)
    return round(100 * max(day.probabilities.red for day in days), 1) if days else None


def _forecast_attributes(forecast: TempoForecast, now: datetime) -> Mapping[str, Any]:
    scores = {each.horizon: each.find_red_score() for each in forecast.horizons}
    return {
        "made_at": forecast.made_at.isoformat() if forecast.made_at else None,
        "days": [
            {
                "date": day.date.isoformat(),
                **{color.value: round(100 * getattr(day.probabilities, color.value), 1) for color in TEMPO_COLORS},
                "brier_red": score.forecast if score else None,
                "brier_red_baseline": score.baseline if score else None,
            }
            for day in _list_days_ahead(forecast, now)
            for score in [scores.get(day.horizon)]
        ],
    }


FORECAST: Final = sensor(
    "tempo_red_forecast",
    _find_highest_red,
    _forecast_attributes,
    native_unit_of_measurement=PERCENTAGE,
    suggested_display_precision=0,
)


def _get_level(ecowatt: Ecowatt, now: datetime) -> str | None:
    return LEVELS[span.level] if (span := ecowatt.at(now)) else None


def _level_attributes(ecowatt: Ecowatt, now: datetime) -> Mapping[str, Any]:
    span = ecowatt.at(now)
    return {
        "since": span.since.isoformat() if span else None,
        "until": span.until.isoformat() if span else None,
        "hours": [{"start": hour.start.isoformat(), "level": LEVELS[hour.level]} for hour in ecowatt.hours],
    }


def _get_next_change(ecowatt: Ecowatt, now: datetime) -> datetime | None:
    span = ecowatt.at(now)
    return span.until if span and ecowatt.at(span.until) else None


def _next_change_attributes(ecowatt: Ecowatt, now: datetime) -> Mapping[str, Any]:
    change = _get_next_change(ecowatt, now)
    return {"level": _get_level(ecowatt, change)} if change else {}


def _build_worst_sensor(key: str, days_ahead: int) -> FeedSensorDescription[Ecowatt]:
    def day(ecowatt: Ecowatt, now: datetime) -> EcowattDay | None:
        return ecowatt.on(paris_day(now) + days_ahead * DAY)

    def find_worst(ecowatt: Ecowatt, now: datetime) -> str | None:
        return LEVELS[known.worst] if (known := day(ecowatt, now)) else None

    def attributes(ecowatt: Ecowatt, now: datetime) -> Mapping[str, Any]:
        known = day(ecowatt, now)
        return {"date": known.date.isoformat(), "message": known.message} if known else {}

    return enum_sensor(key, list(LEVELS.values()), find_worst, attributes)


ECOWATT: Final = (
    enum_sensor("ecowatt", list(LEVELS.values()), _get_level, _level_attributes),
    sensor("ecowatt_next_change", _get_next_change, _next_change_attributes, device_class=SensorDeviceClass.TIMESTAMP),
    _build_worst_sensor("ecowatt_today", 0),
    _build_worst_sensor("ecowatt_tomorrow", 1),
)
