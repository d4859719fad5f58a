"""The sensors of a meter's totals: energy and cost of day, week, month and year.

None has a state class: the recorder would count them at the hour of arrival.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from .api.figures import Total, TotalRange, Totals, TotalsUnit
from .description import FeedSensorDescription, Quantity, sensor

type Amount = Callable[[Total], float | None]
type IsWhole = Callable[[Total], bool]
type Details = Callable[[Total], Mapping[str, Any]]


def _build_total_sensor(
    key: str,
    quantity: Quantity,
    unit: TotalsUnit,
    which: TotalRange,
    amount: Amount,
    is_whole: IsWhole,
    details: Details,
    *,
    shown: bool,
) -> FeedSensorDescription[Totals]:
    """Describe the sensor of one total. A running total shows what is known so far, any other only if it is complete.
    A running total whose first days are still being fetched is unknown: it would look like the whole.

    `amount` is None if only a part of the known energy has a price.
    """

    def value(totals: Totals, _now: datetime) -> float | None:
        total = totals.of(unit, which)
        if which is TotalRange.RUNNING:
            return None if totals.starts_late(total) else amount(total)
        return amount(total) if is_whole(total) else None

    def attributes(totals: Totals, _now: datetime) -> Mapping[str, Any]:
        total = totals.of(unit, which)
        span = {"start": total.start.isoformat(), "end": total.end.isoformat(), "complete": is_whole(total)}
        if totals.known_since is not None and totals.starts_late(total):
            span["known_since"] = totals.known_since.isoformat()
        return {**span, **details(total)}

    return sensor(key, value, attributes, quantity, entity_registry_enabled_default=shown)


def _get_consumption(total: Total) -> float | None:
    return total.consumption.wh / 1000 if total.consumption else None


def _get_consumption_details(total: Total) -> Mapping[str, Any]:
    buckets = total.consumption.by_bucket if total.consumption else {}
    return {"by_bucket": {bucket: wh / 1000 for bucket, wh in buckets.items()}}


def _get_cost_details(total: Total) -> Mapping[str, Any]:
    return {
        "energy_cost": total.whole_cost,
        "subscription": total.subscription,
        "by_bucket": dict(total.cost_by_bucket),
    }


def _is_consumption_whole(total: Total) -> bool:
    return total.consumption_complete


def _is_cost_whole(total: Total) -> bool:
    return total.consumption_complete and total.cost_complete


def _is_production_whole(total: Total) -> bool:
    return total.production_complete


def _is_revenue_whole(total: Total) -> bool:
    return total.production_complete and total.revenue_complete


def _no_details(_total: Total) -> Mapping[str, Any]:
    return {}


def _get_production(total: Total) -> float | None:
    return total.production / 1000 if total.production is not None else None


# The names of totals: this year, the same time a year ago, last year. The last one is rarely used.
_RANGES: Final = (
    (TotalsUnit.DAY, TotalRange.LAST, "last_day_{}", True),
    (TotalsUnit.DAY, TotalRange.YEAR_AGO, "last_day_{}_year_ago", False),
    *(
        (unit, TotalRange.RUNNING, f"{unit}_{{}}", True)
        for unit in (TotalsUnit.WEEK, TotalsUnit.MONTH, TotalsUnit.YEAR)
    ),
    *(
        (unit, TotalRange.RUNNING_YEAR_AGO, f"{unit}_{{}}_year_ago", True)
        for unit in (TotalsUnit.WEEK, TotalsUnit.MONTH, TotalsUnit.YEAR)
    ),
    *(
        (unit, TotalRange.LAST, f"last_{unit}_{{}}", False)
        for unit in (TotalsUnit.WEEK, TotalsUnit.MONTH, TotalsUnit.YEAR)
    ),
)

CONSUMPTION: Final = tuple(
    _build_total_sensor(name.format(kind), quantity, unit, which, amount, is_whole, details, shown=shown)
    for kind, quantity, amount, is_whole, details in (
        ("energy", Quantity.ENERGY, _get_consumption, _is_consumption_whole, _get_consumption_details),
        ("cost", Quantity.MONEY, lambda total: total.whole_bill, _is_cost_whole, _get_cost_details),
    )
    for unit, which, name, shown in _RANGES
    if name != "last_day_{}" or kind != "energy"  # the daily feed has it, earlier and with its quality
)


def build_production_sensors(*, shown: bool) -> tuple[FeedSensorDescription[Totals], ...]:
    """Describe the sensors of production, enabled by default if `shown`."""
    return tuple(
        _build_total_sensor(name.format(kind), quantity, unit, which, amount, is_whole, _no_details, shown=shown)
        for kind, quantity, amount, is_whole in (
            ("production", Quantity.ENERGY, _get_production, _is_production_whole),
            ("revenue", Quantity.MONEY, lambda total: total.whole_revenue, _is_revenue_whole),
        )
        for unit, which, name, _ in _RANGES
        if name == "last_day_{}" or (which is TotalRange.RUNNING and unit is not TotalsUnit.WEEK)
    )
