"""The sensors of a meter, except totals: tariff period, last day, maximum power, freshness.

Values that arrive a day late have no state class: the recorder would count them at the hour of arrival.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import PERCENTAGE, EntityCategory, UnitOfApparentPower

from .api.figures import UNKNOWN_BUCKET, DailyReadings, MaxPower, Period, Periods
from .api.models import UsagePoint
from .const import BUCKETS
from .description import FeedSensorDescription, Quantity, day_sensor, enum_sensor, sensor
from .paris import PARIS, paris_day


def _get_bucket(period: Period | None) -> str | None:
    return period.bucket if period and period.bucket != UNKNOWN_BUCKET else None


def _current_attributes(periods: Periods, now: datetime) -> Mapping[str, Any]:
    current = periods.at(now)
    return {"certain": current.certain, "expected": current.expected} if current else {}


def _next_attributes(periods: Periods, now: datetime) -> Mapping[str, Any]:
    following = periods.next_bucket(now)
    return {"start": following.start.isoformat(), "price": following.price} if following else {}


def _get_price(periods: Periods, now: datetime) -> float | None:
    return current.price if (current := periods.at(now)) else None


def _format_off_peak_hours(periods: Periods, now: datetime) -> str | None:
    """Format the off-peak hours that begin today, such as `22:30-06:30`."""
    current, today = periods.at(now), paris_day(now)
    if current is None or current.off_peak is None:
        return None
    clocks = [
        f"{window.start.astimezone(PARIS):%H:%M}-{window.end.astimezone(PARIS):%H:%M}"
        for window in periods.off_peak
        if paris_day(window.start) == today
    ]
    return ", ".join(clocks) or None


def _list_off_peak_ahead(periods: Periods, now: datetime) -> Mapping[str, Any]:
    ahead = [window for window in periods.off_peak if window.end > now]
    return {"windows": [{"start": window.start.isoformat(), "end": window.end.isoformat()} for window in ahead]}


PERIODS: Final[tuple[FeedSensorDescription[Periods], ...]] = (
    enum_sensor("tariff_period", BUCKETS, lambda periods, now: _get_bucket(periods.at(now)), _current_attributes),
    sensor(
        "tariff_price",
        _get_price,
        quantity=Quantity.PRICE,
        state_class=SensorStateClass.MEASUREMENT,
    ),
    sensor(
        "tariff_period_end",
        lambda periods, now: periods.end_of_bucket(now),
        device_class=SensorDeviceClass.TIMESTAMP,
    ),
    enum_sensor(
        "next_tariff_period", BUCKETS, lambda periods, now: _get_bucket(periods.next_bucket(now)), _next_attributes
    ),
    sensor("off_peak_hours", _format_off_peak_hours, _list_off_peak_ahead),
)


def _get_last_day_energy(days: DailyReadings, _now: datetime) -> float | None:
    return days.newest.wh / 1000 if days.newest else None


def _last_day_attributes(days: DailyReadings, _now: datetime) -> Mapping[str, Any]:
    return {"date": days.newest.date.isoformat(), "quality": days.newest.quality} if days.newest else {}


LAST_DAY: Final = sensor(
    "last_day_energy",
    _get_last_day_energy,
    _last_day_attributes,
    quantity=Quantity.ENERGY,
)


def _get_peak_day(peaks: MaxPower, _now: datetime) -> Mapping[str, Any]:
    return {"date": peaks.newest.date.isoformat()} if peaks.newest else {}


def _get_share(peaks: MaxPower, _now: datetime) -> float | None:
    return peaks.newest.share * 100 if peaks.newest and peaks.newest.share is not None else None


# Disabled by default: they cost one more call to Enedis each day.
MAX_POWER: Final[tuple[FeedSensorDescription[MaxPower], ...]] = (
    sensor(
        "max_power",
        lambda peaks, _: peaks.newest.va if peaks.newest else None,
        _get_peak_day,
        device_class=SensorDeviceClass.APPARENT_POWER,
        native_unit_of_measurement=UnitOfApparentPower.VOLT_AMPERE,
        entity_registry_enabled_default=False,
    ),
    sensor(
        "max_power_at",
        lambda peaks, _: peaks.newest.at if peaks.newest else None,
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_registry_enabled_default=False,
    ),
    sensor(
        "max_power_share",
        _get_share,
        _get_peak_day,
        native_unit_of_measurement=PERCENTAGE,
        suggested_display_precision=0,
        entity_registry_enabled_default=False,
    ),
)


def _get_data_age(point: UsagePoint, now: datetime) -> int | None:
    known = point.freshness.complete_until
    return (paris_day(now) - known).days if known else None


def _count_missing_days(point: UsagePoint, _now: datetime) -> int:
    return len(point.missing_days)


def _list_holes(point: UsagePoint, _now: datetime) -> Mapping[str, Any]:
    shown = ("direction", "start", "end", "reason")
    return {"holes": [{name: str(getattr(hole, name)) for name in shown} for hole in point.holes]}


def _find_next_off_peak_change(point: UsagePoint, now: datetime) -> date | None:
    today = paris_day(now)
    days = [notice.day for notice in point.notices if notice.code == "off_peak_changes" and notice.day]
    return min((day for day in days if day > today), default=None)


_DIAGNOSTIC: Final = EntityCategory.DIAGNOSTIC

USAGE_POINT: Final[tuple[FeedSensorDescription[UsagePoint], ...]] = (
    day_sensor("complete_until", lambda point, _: point.freshness.last_complete_day, entity_category=_DIAGNOSTIC),
    sensor(
        "next_expected",
        lambda point, _: point.freshness.next_expected_at,
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=_DIAGNOSTIC,
    ),
    sensor("data_age", _get_data_age, entity_category=_DIAGNOSTIC),
    sensor("days_missing", _count_missing_days, _list_holes, entity_category=_DIAGNOSTIC),
    sensor(
        "consent_end",
        lambda point, _: point.consent.expires_at,
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=_DIAGNOSTIC,
    ),
    day_sensor("off_peak_change", _find_next_off_peak_change, entity_category=_DIAGNOSTIC),
)
