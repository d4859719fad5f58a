"""Regulated prices on the wire."""

from datetime import date

from pydantic import BaseModel

from gateway.tariffs.off_peak import OffPeakPeriod
from gateway.tariffs.options import Option
from gateway.tariffs.prices import Grid, PriceBook, PriceSource


class GridView(BaseModel):
    """Regulated prices in force since `valid_from`, EUR tax included, as `source` published them.

    `subscription_from`: the subscription is still that of an older grid, the newer one is not known; null: it is this
    grid's.
    """

    option: Option
    power_kva: int
    valid_from: date
    source: PriceSource
    subscription_from: date | None
    eur_per_kwh: dict[str, float]
    subscription_eur_per_month: float
    prices_outdated: date | None

    @classmethod
    def of(cls, grid: Grid, book: PriceBook, day: date) -> GridView:
        """Show the grid that is in force on `day`."""
        return cls(
            option=grid.option,
            power_kva=grid.power_kva,
            valid_from=grid.valid_from,
            source=grid.source,
            subscription_from=grid.subscription_from,
            eur_per_kwh={bucket: float(price) for bucket, price in grid.prices},
            subscription_eur_per_month=float(grid.subscription_month),
            prices_outdated=book.find_outdated_since(grid.option, grid.power_kva, day),
        )


class GridsView(BaseModel):
    """Prices by option and power."""

    items: list[GridView]


class OffPeakView(BaseModel):
    """Off-peak hours as `PATCH /v1/usage-points/{id}` takes them: of the user, in force always."""

    periods: list[OffPeakPeriod]
