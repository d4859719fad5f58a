"""The tariffs and off-peak hours of a usage point, between their models and the JSON in its row.

They are parsed where they are used, not when a row is loaded: a tariff that a later release no longer accepts must not
stop the jobs, which load many rows at once.
"""

from collections.abc import Sequence

from gateway.tariffs.off_peak import OffPeakPeriod
from gateway.tariffs.tariff import Tariff
from gateway.usage_points.models import UsagePoint


def read_tariffs(point: UsagePoint) -> list[Tariff]:
    """Return the tariffs that its owner chose. Raises pydantic's ValidationError."""
    return [Tariff.model_validate(stored) for stored in point.tariffs]


def store_tariffs(point: UsagePoint, tariffs: Sequence[Tariff]) -> None:
    """Replace the tariffs of a usage point."""
    point.tariffs = [tariff.model_dump(mode="json") for tariff in tariffs]


def read_off_peak(point: UsagePoint) -> list[OffPeakPeriod]:
    """Return its off-peak periods, from Enedis and from its owner. Raises pydantic's ValidationError."""
    return [OffPeakPeriod.model_validate(stored) for stored in point.off_peak]


def store_off_peak(point: UsagePoint, periods: Sequence[OffPeakPeriod]) -> None:
    """Replace the off-peak periods of a usage point."""
    point.off_peak = [period.model_dump(mode="json") for period in periods]
