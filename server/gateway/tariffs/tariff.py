"""The tariff of a usage point: an option, a power and prices, with the day on which it begins."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, field_validator, model_validator

from gateway.domain.tempo_days import DAY_STARTS
from gateway.kit import paris
from gateway.kit.wire import KnownDay
from gateway.tariffs.off_peak import MINUTES_A_DAY, MinuteOfDay, Times
from gateway.tariffs.options import OPTIONS, UNKNOWN, Option
from gateway.tariffs.prices import load_packaged_prices
from gateway.tariffs.public_holidays import HolidayRegion

type Eur = Annotated[
    Decimal,
    Field(ge=0, le=1000, decimal_places=6),
    PlainSerializer(float, return_type=float, when_used="json"),
]
"""An amount in EUR: a Decimal in Python, a number in JSON."""


type BucketName = Annotated[str, Field(pattern="^[a-z0-9]+(_[a-z0-9]+)*$", max_length=32)]
type OfferId = Annotated[str, Field(pattern="^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
type SpecialDayName = Annotated[str, Field(pattern="^[a-z0-9]+(_[a-z0-9]+)*$", max_length=32)]

_RESERVED = {
    UNKNOWN: "what is in no bucket",
    "subscription": "the fixed part of a bill",
    "production": "the energy fed in",
}
"""Names that pages and series show beside the buckets."""


class SpecialDays(BaseModel):
    """Days that a supplier names one by one, such as those of EJP; from `known_until` on they are not known yet."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    days: Annotated[frozenset[KnownDay], Field(max_length=2000)]
    known_until: KnownDay

    def has(self, day: date) -> bool | None:
        """Tell whether `day` is one of them; None if it is not known."""
        return True if day in self.days else None if day >= self.known_until else False


class Price(Times):
    """The price of a bucket. In a custom offer: at these times; of the one without, whenever no other holds.

    `colors`: on days of these Tempo colours only; `on`: on days of the tariff's `special_days` of this name only.
    """

    bucket: BucketName
    eur_per_kwh: Eur
    colors: Annotated[frozenset[Literal["blue", "white", "red"]], Field(min_length=1, max_length=3)] | None = None
    on: SpecialDayName | None = None

    @field_validator("bucket")
    @classmethod
    def _has_a_meaning(cls, bucket: str) -> str:
        if bucket in _RESERVED:
            raise ValueError(f"`{bucket}` is {_RESERVED[bucket]}; give the bucket another name")
        return bucket


class Tariff(BaseModel):
    """The tariff of a usage point from midnight of `valid_from` (null: always) until the next one begins.

    A given subscription replaces the regulated one. `production_eur_per_kwh` is the price paid for energy fed in.
    `holidays` says whose public holidays its times follow. Days of a colour and special days last from `day_starts` to
    the same time of the next day. With `offer`, prices are those of an offer that the gateway knows, from version to
    version.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    valid_from: KnownDay | None = None
    option: Option
    power_kva: int = Field(ge=3, le=36)
    prices: Literal["regulated", "offer"] | Annotated[tuple[Price, ...], Field(max_length=50)] = "regulated"
    offer: OfferId | None = None
    subscription_eur_per_month: Eur | None = None
    production_eur_per_kwh: Eur | None = None
    holidays: HolidayRegion = HolidayRegion.MAINLAND
    day_starts: MinuteOfDay = DAY_STARTS.hour * 60
    prices_until: Annotated[KnownDay | None, Field(exclude=True)] = None
    """Of an offer with its prices: the first day for which they are not known to hold."""
    special_days: Annotated[dict[SpecialDayName, SpecialDays], Field(max_length=10)] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _takes_prices_of_offer(cls, stated: object) -> object:
        names_offer = isinstance(stated, dict) and stated.get("offer") is not None and "prices" not in stated
        return {**stated, "prices": "offer"} if names_offer and isinstance(stated, dict) else stated

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if (self.prices == "offer") != (self.offer is not None):
            raise ValueError("`offer` names the offer, and `prices` is then `offer`")
        if isinstance(self.prices, str) and self.prices == "offer":
            if OPTIONS[self.option].is_regulated:
                raise ValueError("the option of an offer is `custom`")
        elif isinstance(self.prices, str):
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
        if any(price.slots or price.colors or price.on for price in prices):
            raise ValueError("only a custom offer has slots in its prices; off-peak hours belong in `off_peak`")

    def _check_custom(self, prices: tuple[Price, ...]) -> None:
        if sum(not price.slots for price in prices) != 1:
            raise ValueError("a custom offer has one price without slots, which applies whenever no other does")
        if any(not price.slots and (price.colors or price.on) for price in prices):
            raise ValueError("a price with `colors` or `on` needs slots; for whole days they are 00:00 to 24:00")
        if missing := {price.on for price in prices if price.on} - self.special_days.keys():
            raise ValueError(f"`special_days` lacks {', '.join(sorted(missing))}")
        amounts: dict[str, Decimal] = {}
        if any(amounts.setdefault(price.bucket, price.eur_per_kwh) != price.eur_per_kwh for price in prices):
            raise ValueError("a bucket has one price; give what costs otherwise another bucket")

    @property
    def buckets(self) -> frozenset[str]:
        """The buckets of the tariff; for an offer, those of the version in force."""
        if isinstance(self.prices, tuple):
            return frozenset(price.bucket for price in self.prices)
        return OPTIONS[self.option].buckets

    @property
    def own_prices(self) -> tuple[Price, ...]:
        """The prices in the tariff itself; none for regulated prices, or for an unknown offer."""
        return self.prices if isinstance(self.prices, tuple) else ()

    @property
    def depends_on_colors(self) -> bool:
        """Whether its prices depend on Tempo's colours."""
        return OPTIONS[self.option].clock.needs_colors or any(price.colors for price in self.own_prices)

    def find_color_day(self, instant: datetime) -> date:
        """Return the day whose colour is in force at an instant."""
        local = instant.astimezone(paris.PARIS)
        return local.date() if local.hour * 60 + local.minute >= self.day_starts else local.date() - paris.DAY

    def list_custom_spans(self, day: date, colors: Mapping[date, str]) -> list[tuple[int, int, str]]:
        """Return spans in minutes of clock time on `day` with the bucket of a listed price, in order of precedence.

        If it is not known whether a price applies, the bucket is `unknown`.
        """
        parts = ((0, self.day_starts, day - paris.DAY), (self.day_starts, MINUTES_A_DAY, day))
        return [
            (max(start, first), min(end, last), price.bucket if holds else UNKNOWN)
            for price in self.own_prices
            for start, end in price.count_minutes_on(day, self.holidays)
            for first, last, meant in parts
            if max(start, first) < min(end, last) and (holds := self._holds_on(price, meant, colors)) is not False
        ]

    def _holds_on(self, price: Price, day: date, colors: Mapping[date, str]) -> bool | None:
        """Tell whether a price applies on a day, by its colours and special days; None if it is not known."""
        by_color = None if price.colors and day not in colors else not price.colors or colors[day] in price.colors
        by_name = not price.on or self.special_days[price.on].has(day)
        if by_color is False or by_name is False:
            return False
        return True if by_color and by_name else None


def find_tariff_on(tariffs: Sequence[Tariff], day: date) -> Tariff | None:
    """Return the tariff in force on `day`, the last one that has begun; None if there is none."""
    begun = [tariff for tariff in tariffs if tariff.valid_from is None or tariff.valid_from <= day]
    return max(begun, key=lambda tariff: tariff.valid_from or date.min, default=None)


def tariffs_between(tariffs: Sequence[Tariff], start: date, end: date) -> list[Tariff]:
    """Return the tariffs in force on the days `[start, end[`."""
    begun = [tariff for tariff in tariffs if tariff.valid_from is not None and start < tariff.valid_from < end]
    first = find_tariff_on(tariffs, start)
    return begun if first is None else [first, *begun]
