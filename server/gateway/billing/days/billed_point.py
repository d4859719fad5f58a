"""A usage point with everything that billing needs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.domain.direction import Direction
from gateway.kit.crypto import Keyring
from gateway.metering.metered_point import find_activation, list_directions
from gateway.tariffs.buckets import Rules
from gateway.tariffs.off_peak import OffPeakPeriod
from gateway.tariffs.off_peak_dates import select_effective
from gateway.tariffs.offers import NO_OFFERS, OfferBook
from gateway.tariffs.prices import PriceBook
from gateway.tariffs.repository import load_offers, load_price_book
from gateway.tariffs.tariff import Tariff
from gateway.usage_points import service as points
from gateway.usage_points.models import UsagePoint
from gateway.usage_points.service import Secrets
from gateway.usage_points.stored_settings import read_off_peak, read_tariffs


@dataclass(frozen=True, repr=False)
class BilledPoint:
    """A usage point, the secrets that decrypt its data, the regulated prices and the known offers."""

    row: UsagePoint
    secrets: Secrets
    book: PriceBook
    offers: OfferBook = NO_OFFERS

    @classmethod
    async def open_point(cls, session: AsyncSession, account_id: str, point_id: str, keyring: Keyring) -> BilledPoint:
        """Open one of an account's usage points. Raises the problem `not_found`."""
        point, secrets = await points.open_point(session, account_id, point_id, keyring)
        return cls(point, secrets, await load_price_book(session), await load_offers(session))

    @property
    def public_id(self) -> str:
        """Its public id."""
        return self.row.id

    @cached_property
    def tariffs(self) -> list[Tariff]:
        """The tariffs it pays by. A chosen offer is resolved to one tariff with prices per version of the offer."""
        return self.offers.resolve_tariffs(self.chosen_tariffs)

    @cached_property
    def chosen_tariffs(self) -> list[Tariff]:
        """The tariffs that its owner chose, with offers not resolved."""
        return read_tariffs(self.row)

    @property
    def pays_by_color(self) -> bool:
        """Whether any of its tariffs depends on the colours of days."""
        return any(tariff.depends_on_colors for tariff in self.tariffs)

    @cached_property
    def off_peak(self) -> list[OffPeakPeriod]:
        """The off-peak hours that are in effect."""
        return select_effective(self._off_peak_periods)

    @cached_property
    def injects_since(self) -> date | None:
        """The day since which it produces as well as consumes; None if it does not.

        `date.min` if Enedis has not given the day.
        """
        if set(list_directions(self.row)) != set(Direction):
            return None
        return find_activation(self.row, Direction.PRODUCTION) or date.min

    def build_rules(self, colors: Mapping[date, str], tariffs: Sequence[Tariff] | None = None) -> Rules:
        """Return the rules for billing its days with these colours; by `tariffs` instead of its own if given."""
        return Rules(self.tariffs if tariffs is None else tariffs, self.off_peak, colors, self.book, self.injects_since)

    @property
    def off_peak_from_enedis(self) -> list[OffPeakPeriod]:
        """The off-peak hours that Enedis gave, whether they are in effect or not."""
        return [period for period in self._off_peak_periods if period.source == "enedis"]

    @cached_property
    def _off_peak_periods(self) -> list[OffPeakPeriod]:
        return read_off_peak(self.row)
