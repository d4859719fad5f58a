"""What a usage point pays by: an option, a power, prices; each with the day it begins."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, field_validator, model_validator

from gateway.kit.wire import KnownDay
from gateway.tariffs.off_peak import Times
from gateway.tariffs.options import OPTIONS, UNKNOWN, Option
from gateway.tariffs.prices import load_packaged_prices
from gateway.tariffs.public_holidays import HolidayRegion

type Eur = Annotated[
    Decimal,
    Field(ge=0, le=1000, decimal_places=6),
    PlainSerializer(float, return_type=float, when_used="json"),
]
"""Money: decimal within, a number outside."""


class Price(Times):
    """The price of a bucket. In a custom offer: at these times; of the one without, whenever no other holds."""

    bucket: Annotated[str, Field(pattern="^[a-z0-9]+(_[a-z0-9]+)*$", max_length=32)]
    eur_per_kwh: Eur

    @field_validator("bucket")
    @classmethod
    def _has_a_meaning(cls, bucket: str) -> str:
        if bucket == UNKNOWN:
            raise ValueError(f"`{UNKNOWN}` is what is in no bucket; give it another name")
        return bucket


class Tariff(BaseModel):
    """What a usage point pays by from the midnight of a day on (null: always), until the next one begins.

    A subscription of one's own replaces the regulated one. `production_eur_per_kwh` is what is paid for what it gives.
    `holidays` says whose public holidays its times mean.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    valid_from: KnownDay | None = None
    option: Option
    power_kva: int = Field(ge=3, le=36)
    prices: Literal["regulated"] | Annotated[tuple[Price, ...], Field(max_length=50)] = "regulated"
    subscription_eur_per_month: Eur | None = None
    production_eur_per_kwh: Eur | None = None
    holidays: HolidayRegion = HolidayRegion.MAINLAND

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.prices == "regulated":
            self._check_sold()
        elif not OPTIONS[self.option].is_regulated:
            self._check_custom(self.prices)
        else:
            self._check_option(self.prices)
        return self

    def _check_sold(self) -> None:
        if not OPTIONS[self.option].is_regulated:
            raise ValueError("a custom offer has no regulated prices; list its own in `prices`")
        powers = load_packaged_prices().list_powers(self.option)
        if self.power_kva not in powers:
            raise ValueError(f"the option {self.option} is sold with {', '.join(map(str, powers))} kVA")

    def _check_option(self, prices: tuple[Price, ...]) -> None:
        names = sorted(OPTIONS[self.option].buckets)
        if sorted(price.bucket for price in prices) != names:
            raise ValueError(f"the option {self.option} has one price for each of {', '.join(names)}, and no other")
        if any(price.slots for price in prices):
            raise ValueError("only a custom offer has slots in its prices; off-peak hours belong in `off_peak`")

    def _check_custom(self, prices: tuple[Price, ...]) -> None:
        if sum(not price.slots for price in prices) != 1:
            raise ValueError("a custom offer has one price without slots, which holds whenever no other does")
        amounts: dict[str, Decimal] = {}
        if any(amounts.setdefault(price.bucket, price.eur_per_kwh) != price.eur_per_kwh for price in prices):
            raise ValueError("a bucket has one price; give what costs otherwise another bucket")

    @property
    def buckets(self) -> frozenset[str]:
        """The buckets it has."""
        if self.prices != "regulated":
            return frozenset(price.bucket for price in self.prices)
        return OPTIONS[self.option].buckets


def find_tariff_on(tariffs: Sequence[Tariff], day: date) -> Tariff | None:
    """Return the tariff in force on `day`: the one that began last."""
    begun = [tariff for tariff in tariffs if tariff.valid_from is None or tariff.valid_from <= day]
    return max(begun, key=lambda tariff: tariff.valid_from or date.min, default=None)


def tariffs_between(tariffs: Sequence[Tariff], start: date, end: date) -> list[Tariff]:
    """Return the tariffs of the days `[start, end[`."""
    begun = [tariff for tariff in tariffs if tariff.valid_from is not None and start < tariff.valid_from < end]
    first = find_tariff_on(tariffs, start)
    return begun if first is None else [first, *begun]
