"""Offers of suppliers as data: a JSON file, documented in `docs/offers.md`, that the gateway validates.

An offer has dated versions; each day is billed by the version in force. Before the first version begins, and once an
offer is removed from the file, its prices are unknown.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, HttpUrl, TypeAdapter, model_validator

from gateway.domain.tempo_days import DAY_STARTS
from gateway.kit.wire import JsonObject, KnownDay
from gateway.tariffs.off_peak import MinuteOfDay
from gateway.tariffs.options import REGULATED, Option
from gateway.tariffs.tariff import Eur, OfferId, Price, SpecialDayName, SpecialDays, Tariff

type Power = Annotated[int, Field(ge=3, le=36)]
_PLACES = Decimal("0.000001")
_RESERVED_IDS = frozenset({*map(str, REGULATED), "own"})
"""Comparisons name the regulated options and the home's own tariff so."""


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class OfferSource(_Data):
    """The source of a figure: the page or price list, its date, and the day on which it was read."""

    url: HttpUrl
    dated: KnownDay
    checked_on: KnownDay


class Tax(_Data):
    """The taxes added to figures without tax: excise per kWh, CTA per month, then VAT on each."""

    excise_eur_per_kwh: Eur = Decimal(0)
    cta_eur_per_month: Eur = Decimal(0)
    vat_energy: Annotated[Decimal, Field(ge=0, lt=1)] = Decimal("0.20")
    vat_subscription: Annotated[Decimal, Field(ge=0, lt=1)] = Decimal("0.20")

    def add_to_energy(self, eur: Decimal) -> Decimal:
        """Return a price in EUR per kWh with tax."""
        return ((eur + self.excise_eur_per_kwh) * (1 + self.vat_energy)).quantize(_PLACES)

    def add_to_subscription(self, eur: Decimal) -> Decimal:
        """Return a subscription in EUR per month with tax."""
        return ((eur + self.cta_eur_per_month) * (1 + self.vat_subscription)).quantize(_PLACES)


class OfferPrice(Price):
    """The price of a bucket, of all powers unless `powers_kva` names some. Its own source, where it has one."""

    powers_kva: frozenset[Power] | None = None
    source: OfferSource | None = None


class OfferSubscription(_Data):
    """The monthly subscription of an offer for a power."""

    power_kva: Power
    eur_per_month: Eur
    source: OfferSource | None = None


class OfferVersion(_Data):
    """The prices from `valid_from` on. They are known to hold before `valid_to`, and flagged from that day on.

    `tax` null: all figures include tax. `closed_on`: the first day on which nobody new may choose it.
    """

    valid_from: KnownDay
    valid_to: KnownDay
    closed_on: KnownDay | None = None
    source: OfferSource
    tax: Tax | None
    day_starts: MinuteOfDay = DAY_STARTS.hour * 60
    special_days: Annotated[dict[SpecialDayName, SpecialDays], Field(max_length=10)] = Field(default_factory=dict)
    subscriptions: Annotated[tuple[OfferSubscription, ...], Field(min_length=1, max_length=20)]
    prices: Annotated[tuple[OfferPrice, ...], Field(min_length=1, max_length=50)]

    @model_validator(mode="after")
    def _is_billable(self) -> Self:
        if self.valid_to <= self.valid_from:
            raise ValueError("valid_to must come after valid_from")
        powers = [each.power_kva for each in self.subscriptions]
        if len(set(powers)) < len(powers):
            raise ValueError("a power has one subscription")
        for power in powers:
            self.build_terms(power)
        return self

    @property
    def powers(self) -> frozenset[int]:
        """The powers it is sold with, in kVA."""
        return frozenset(each.power_kva for each in self.subscriptions)

    def build_terms(self, power_kva: int) -> Tariff:
        """Return its terms for a power as a tariff, with tax. Raises ValidationError."""
        prices = [price for price in self.prices if price.powers_kva is None or power_kva in price.powers_kva]
        month = next(each.eur_per_month for each in self.subscriptions if each.power_kva == power_kva)
        return Tariff(
            option=Option.CUSTOM,
            power_kva=power_kva,
            prices=tuple(self._add_tax(price) for price in prices),
            subscription_eur_per_month=self.tax.add_to_subscription(month) if self.tax else month,
            day_starts=self.day_starts,
            special_days=self.special_days,
        )

    def _add_tax(self, price: OfferPrice) -> Price:
        known = price.model_dump(exclude={"powers_kva", "source"})
        eur = self.tax.add_to_energy(price.eur_per_kwh) if self.tax else price.eur_per_kwh
        return Price.model_validate(known | {"eur_per_kwh": eur})


class Offer(_Data):
    """What a supplier sells. An `example` is invented: its id begins with `example-`, and it is never compared."""

    id: OfferId
    supplier: Annotated[str, Field(min_length=1, max_length=100)]
    name: Annotated[str, Field(min_length=1, max_length=100)]
    example: bool = False
    versions: Annotated[tuple[OfferVersion, ...], Field(min_length=1, max_length=100)]

    @model_validator(mode="after")
    def _check_order(self) -> Self:
        if self.id.startswith("example-") != self.example:
            raise ValueError("the id of an example, and of nothing else, begins with example-")
        if self.id in _RESERVED_IDS:
            raise ValueError(f"`{self.id}` names another option in comparisons; give the offer another id")
        if any(later.valid_from < earlier.valid_to for earlier, later in pairwise(self.versions)):
            raise ValueError("versions are listed oldest first, and each ends before the next begins")
        return self

    def find_version(self, day: date) -> OfferVersion | None:
        """Return the version in force on a day, the last one that has begun; None before the first."""
        begun = [version for version in self.versions if version.valid_from <= day]
        return begun[-1] if begun else None

    def find_outdated_since(self, day: date) -> date | None:
        """Return the day since which the prices on `day` are no longer confirmed; None if they are confirmed."""
        version = self.find_version(day)
        return version.valid_to if version is not None and version.valid_to <= day else None

    def is_open(self, power_kva: float, day: date) -> bool:
        """Tell whether new customers may choose it with a power on a day, by the file."""
        version = self.find_version(day)
        if version is None or power_kva not in version.powers or day >= version.valid_to:
            return False
        return version.closed_on is None or day < version.closed_on


class OffersDocument(_Data):
    """A file of offers; of two, the one published later counts."""

    format: Literal[1]
    published_at: AwareDatetime
    offers: Annotated[tuple[Offer, ...], Field(max_length=200)]

    @model_validator(mode="after")
    def _has_each_once(self) -> Self:
        ids = [offer.id for offer in self.offers]
        if len(set(ids)) < len(ids):
            raise ValueError("two offers have the same id")
        return self


class PublishedAtError(ValueError):
    """A file that was not published after the one in use, or is dated more than a day ahead."""


_FILE = TypeAdapter(OffersDocument)


def parse_offers(text: str | bytes) -> OffersDocument:
    """Parse a file. Raises pydantic's ValidationError, whose locations show what to change."""
    return _FILE.validate_json(text)


def describe_format() -> JsonObject:
    """Return the format as JSON Schema."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | OffersDocument.model_json_schema()


@dataclass(frozen=True)
class OfferBook:
    """The offers that the gateway knows; `version` changes with them."""

    offers: tuple[Offer, ...] = ()
    version: str = ""
    published_at: datetime | None = None

    @classmethod
    def of(cls, file: OffersDocument) -> OfferBook:
        """Build the book from a file."""
        digest = hashlib.blake2b(file.model_dump_json().encode(), digest_size=16).hexdigest()
        return cls(file.offers, digest, file.published_at)

    def find_offer(self, offer_id: str) -> Offer | None:
        """Return an offer by its id, or None."""
        return next((offer for offer in self.offers if offer.id == offer_id), None)

    def is_sold(self, offer_id: str, power_kva: int) -> bool:
        """Tell whether any version of an offer is sold with a power."""
        offer = self.find_offer(offer_id)
        return offer is not None and any(power_kva in version.powers for version in offer.versions)

    def resolve_tariffs(self, tariffs: Sequence[Tariff]) -> list[Tariff]:
        """Return the tariffs in order; one with an offer is replaced by a tariff with prices for each version."""
        in_order = sorted(tariffs, key=lambda tariff: tariff.valid_from or date.min)
        ends = [tariff.valid_from for tariff in in_order[1:]] + [None]
        return [
            resolved
            for tariff, end in zip(in_order, ends, strict=False)  # a new meter has no tariff, and one end too many
            for resolved in ([tariff] if tariff.offer is None else self._resolve_offer(tariff, end))
        ]

    def _resolve_offer(self, tariff: Tariff, end: date | None) -> Iterator[Tariff]:
        """Yield a tariff for each version that begins before `end`, without prices where none are known."""
        offer = self.find_offer(tariff.offer or "")
        versions = offer.versions if offer is not None else ()
        begin = tariff.valid_from or date.min
        before = [version for version in versions if version.valid_from <= begin]
        if not before:
            yield tariff.model_copy(update={"prices": (), "prices_until": tariff.valid_from})
        for version in [*before[-1:], *(one for one in versions if one.valid_from > begin)]:
            start = tariff.valid_from if version.valid_from <= begin else version.valid_from
            if end is None or start is None or start < end:
                yield _apply_version(tariff, version, start)


def _apply_version(tariff: Tariff, version: OfferVersion, start: date | None) -> Tariff:
    if tariff.power_kva not in version.powers:
        return tariff.model_copy(update={"valid_from": start, "prices": (), "prices_until": start})
    terms = version.build_terms(tariff.power_kva)
    own = tariff.subscription_eur_per_month
    return tariff.model_copy(
        update={
            "valid_from": start,
            "prices": terms.prices,
            "subscription_eur_per_month": terms.subscription_eur_per_month if own is None else own,
            "day_starts": terms.day_starts,
            "special_days": terms.special_days,
            "prices_until": version.valid_to,
        }
    )


NO_OFFERS = OfferBook()
