"""Regulated prices on the wire."""

from datetime import date

from pydantic import BaseModel

from gateway.kit.wire import Utc
from gateway.tariffs.off_peak import OffPeakPeriod
from gateway.tariffs.offers import Offer, OfferVersion
from gateway.tariffs.options import Option
from gateway.tariffs.prices import Grid, PriceBook, PriceSource
from gateway.tariffs.tariff import Tariff


class GridView(BaseModel):
    """Regulated prices in force since `valid_from`, EUR tax included, as `source` published them.

    `subscription_from`: the subscription is still that of an older grid, the newer one is not known; null: it is of
    this grid. `checked_on`: the day on which somebody last compared these prices with `checked_against`.
    """

    option: Option
    power_kva: int
    valid_from: date
    source: PriceSource
    subscription_from: date | None
    eur_per_kwh: dict[str, float]
    subscription_eur_per_month: float
    prices_outdated: date | None
    checked_on: date | None
    checked_against: str

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
            checked_on=grid.checked_on,
            checked_against=grid.checked_against,
        )


class GridsView(BaseModel):
    """Prices by option and power."""

    items: list[GridView]


class OfferView(BaseModel):
    """An offer as it is on a day: its version in force, with its sources, and by power what it then is as a tariff.

    `prices_outdated`: the day since which these prices have not been checked; null: they have been.
    `example`: it is invented, to show the format.
    """

    id: str
    supplier: str
    name: str
    example: bool
    version: OfferVersion
    terms: list[Tariff]
    open_to_new: dict[int, bool]
    prices_outdated: date | None

    @classmethod
    def of(cls, offer: Offer, version: OfferVersion, day: date) -> OfferView:
        """Show an offer on `day`."""
        powers = sorted(version.powers)
        return cls(
            id=offer.id,
            supplier=offer.supplier,
            name=offer.name,
            example=offer.example,
            version=version,
            terms=[version.build_terms(power) for power in powers],
            open_to_new={power: offer.is_open(power, day) for power in powers},
            prices_outdated=offer.find_outdated_since(day),
        )


class OffersView(BaseModel):
    """The offers that the gateway knows, and when their file was published; null: it has none."""

    items: list[OfferView]
    published_at: Utc | None


class OffPeakView(BaseModel):
    """Off-peak hours as `PATCH /v1/usage-points/{id}` accepts them: entered by the user, without dates."""

    periods: list[OffPeakPeriod]
