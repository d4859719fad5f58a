"""The sensors of a meter by bucket of its option: energy and cost of the last complete day, and prices.

All are disabled by default; a price is requested only while its sensor is enabled.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any, Final

from .api.figures import Total, Totals
from .api.models import UsagePoint
from .api.on_demand import Comparison
from .const import OPTIONS
from .description import FeedSensorDescription, Quantity, enum_sensor, sensor
from .paris import paris_day

_OWN, _OFFER = "own", "offer"
_CHEAPEST: Final = [_OWN, *OPTIONS, _OFFER]


def list_buckets(point: UsagePoint | None, now: datetime) -> list[str]:
    """Return the buckets of a meter's regulated option; those of a custom offer have no translations."""
    return OPTIONS.get((point and point.find_option(paris_day(now))) or "", [])


def _get_last_whole_day(totals: Totals) -> Total | None:
    day = totals.last_day
    return day if day.consumption_complete and day.consumption else None


def _get_energy(bucket: str, totals: Totals, _now: datetime) -> float | None:
    day = _get_last_whole_day(totals)
    return day.consumption.by_bucket.get(bucket, 0.0) / 1000 if day and day.consumption else None


def _get_cost(bucket: str, totals: Totals, _now: datetime) -> float | None:
    day = _get_last_whole_day(totals)
    return day.cost_by_bucket.get(bucket, 0.0) if day and day.whole_cost is not None else None


def _describe_day(totals: Totals, _now: datetime) -> Mapping[str, str]:
    return {"date": totals.last_day.start.isoformat()}


def _get_price(bucket: str, prices: dict[str, float], _now: datetime) -> float | None:
    return prices.get(bucket)


def build_day_sensors(buckets: list[str]) -> Iterator[FeedSensorDescription[Totals]]:
    """Describe energy and cost of the last complete day by bucket."""
    for bucket in buckets:
        yield sensor(
            f"last_day_energy_{bucket}",
            partial(_get_energy, bucket),
            _describe_day,
            quantity=Quantity.ENERGY,
            entity_registry_enabled_default=False,
        )
        yield sensor(
            f"last_day_cost_{bucket}",
            partial(_get_cost, bucket),
            _describe_day,
            quantity=Quantity.MONEY,
            entity_registry_enabled_default=False,
        )


def build_price_sensors(buckets: list[str]) -> Iterator[FeedSensorDescription[dict[str, float]]]:
    """Describe the price of each bucket today."""
    for bucket in buckets:
        yield sensor(
            f"price_{bucket}",
            partial(_get_price, bucket),
            quantity=Quantity.PRICE,
            entity_registry_enabled_default=False,
        )


def list_keys(buckets: list[str]) -> set[str]:
    """Return the keys of all sensors of these buckets."""
    return {each.key for each in build_day_sensors(buckets)} | {each.key for each in build_price_sensors(buckets)}


def _list_totals(comparison: Comparison) -> dict[str, float]:
    """Return the bill of each option that has one, the own tariff first."""
    bills = {option: cost.total for option, cost in comparison.total.items() if cost.total is not None}
    return dict(sorted(bills.items(), key=lambda bill: bill[0] != _OWN))


def _find_cheapest(comparison: Comparison, _now: datetime) -> str | None:
    """Return the option with the lowest bill; `offer` for any offer, which `_describe_comparison` names."""
    lowest = comparison.lowest
    return lowest if lowest in _CHEAPEST or lowest is None else _OFFER


def _describe_comparison(comparison: Comparison, _now: datetime) -> Mapping[str, Any]:
    own = comparison.total.get(_OWN)
    saving = own.above_lowest if own else None
    return {
        "months": comparison.total_months,
        "bills": _list_totals(comparison),
        "saving": None if saving is None else round(saving, 2),
        "offer": next((offer.name for offer in comparison.offers if offer.id == comparison.lowest), None),
    }


CHEAPEST_OPTION: Final[FeedSensorDescription[Comparison]] = enum_sensor(
    "cheapest_option",
    _CHEAPEST,
    _find_cheapest,
    _describe_comparison,
    entity_registry_enabled_default=False,
)
