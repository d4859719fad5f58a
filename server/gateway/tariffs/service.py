"""Regulated prices and offers of a day, and the parser of off-peak hours for users."""

from datetime import date

from gateway.kit import paris
from gateway.kit.clock import Clock
from gateway.kit.database import Database
from gateway.problems import ProblemError
from gateway.tariffs.off_peak import OffPeakPeriod
from gateway.tariffs.off_peak_text import parse_off_peak
from gateway.tariffs.options import REGULATED, Option
from gateway.tariffs.prices import PriceSource
from gateway.tariffs.repository import load_offers, load_price_book
from gateway.tariffs.schemas import GridsView, GridView, OffersView, OfferView


def read_off_peak(text: str) -> list[OffPeakPeriod]:
    """Return the periods in a user's text, with source `user`. Raises ProblemError (`off_peak_unreadable`)."""
    periods = parse_off_peak(text)
    if periods is None:
        raise ProblemError(
            422,
            "off_peak_unreadable",
            "These hours are ambiguous. Write them like `22:30-06:30, 12:00-14:00`; "
            "days and seasons like `Mon-Fri 22:00-06:00; Sat-Sun 00:00-24:00`.",
        )
    return [period.model_copy(update={"source": "user"}) for period in periods]


class TariffService:
    """Returns the prices of this release and those added since, and offers."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def list_grids(
        self, option: Option | None, power_kva: int | None, day: date | None, source: PriceSource | None
    ) -> GridsView:
        """Return the grids in force on a day (today if None), filtered by option, power and source."""
        day = day or paris.day_of(self._clock.now())
        async with self._database.read() as session:
            book = await load_price_book(session)
        grids = [
            grid
            for each in ([option] if option else REGULATED)
            for power in book.list_powers(each)
            if power_kva in {None, power} and (grid := book.find_grid(each, power, day, source))
        ]
        return GridsView(items=[GridView.of(grid, book, day) for grid in grids])

    async def list_offers(self, power_kva: int | None, day: date | None) -> OffersView:
        """Return the offers in force on a day (today if None), filtered by power."""
        day = day or paris.day_of(self._clock.now())
        async with self._database.read() as session:
            book = await load_offers(session)
        found = [(offer, version) for offer in book.offers if (version := offer.find_version(day))]
        items = [OfferView.of(offer, version, day) for offer, version in found if power_kva in {None, *version.powers}]
        return OffersView(items=items, published_at=book.published_at)
