"""The figures of one day: consumption by bucket, production and cost of each row.

All are exact integers: energy in watt-minutes, money in watt-minutes times millionths of EUR per kWh.
"""

import json
import zlib
from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NotRequired, TypedDict

from gateway.domain.readings import WATT_MINUTES_A_WH
from gateway.tariffs.prices import MICRO

MONEY_A_MICRO = WATT_MINUTES_A_WH * 1000

FORM = 1
"""The format that `pack_figures` writes. It changes when gateways with the current one could not read it correctly."""


class UnknownFormError(Exception):
    """The figures were written by another version, or are not figures."""


type Columns = dict[str, list[int]]
"""By series key, one value per row."""


class MadeOf(StrEnum):
    """What the energy of a row was computed from.

    `measured`: readings only. `estimated`: also a reading that was split by minutes or filled in from the day's value.
    `imported`: also readings of a file from the owner. `day`: the day's value alone.
    `unknown`: nothing is known of this direction, and its sum does not change.
    """

    MEASURED = "measured"
    ESTIMATED = "estimated"
    IMPORTED = "imported"
    DAY = "day"
    UNKNOWN = "unknown"


class _PackedFigures(TypedDict):
    """The members of DayFigures under short names; `v` is the format."""

    v: NotRequired[int]
    n: int
    h: list[int]
    u: Mapping[str, list[int]]
    um: str
    g: list[int] | None
    gm: str
    p: Mapping[str, int]
    s: int | None
    r: int | None


@dataclass(frozen=True)
class DayFigures:
    """The figures of a day of `length` hours. `hours` are the hours of its rows, counted from the day's first instant.

    `used` is the consumption by bucket and `gave` the production, one value per row, in watt-minutes. Prices are in
    millionths of EUR per kWh, and `subscription` is the day's part in the exact unit of money.
    """

    length: int
    hours: list[int]
    used: Mapping[str, list[int]]
    used_made_of: list[MadeOf]
    gave: list[int] | None = None
    gave_made_of: list[MadeOf] = field(default_factory=list)
    prices: Mapping[str, int] = field(default_factory=dict)
    subscription: int | None = None
    production_price: int | None = None

    @property
    def is_one_row(self) -> bool:
        """Whether one row contains the whole day."""
        return self.used_made_of == [MadeOf.DAY] or (not self.used and self.gave_made_of == [MadeOf.DAY])

    @property
    def is_whole(self) -> bool:
        """Whether no hour of the day is missing."""
        return self.is_one_row or len(self.hours) == self.length

    @property
    def unpriced_energy(self) -> list[list[int]]:
        """The consumption of each row, for each bucket without a price."""
        return [values for bucket, values in self.used.items() if bucket not in self.prices]

    def find_unpriced_rows(self) -> dict[str, list[bool]]:
        """Return the rows in which a series of money does not change only because no price is known, by its key.

        For example: without a price for peak hours, a row with 1 kWh of them is such a row of `cost_hp`. It is one of
        `cost` too, unless it also has off-peak energy with a price: then a part of its cost is known.
        """
        found: dict[str, list[bool]] = {}
        if unpriced := self.unpriced_energy:
            found = {f"cost_{bucket}": list(map(bool, self.used[bucket])) for bucket in self.used.keys() - self.prices}
            costs = self.build_columns().get("cost", [0] * len(self.hours))
            found["cost"] = [any(row) and not cost for *row, cost in zip(*unpriced, costs, strict=True)]
        if self.gave is not None and self.production_price is None:
            found["revenue"] = list(map(bool, self.gave))
        if self.used and self.subscription is None:
            found["subscription"] = [True] * len(self.hours)
        return found

    def build_columns(self) -> Columns:
        """Return the amounts of each row by series, in the exact units."""
        found: Columns = {}
        if self.used:
            found["consumption"] = [sum(values) for values in zip(*self.used.values(), strict=True)]
        costs = {bucket: [price * wm for wm in self.used[bucket]] for bucket, price in self.prices.items()}
        found |= {f"consumption_{bucket}": values for bucket, values in self.used.items()}
        found |= {f"cost_{bucket}": values for bucket, values in costs.items()}
        if costs:
            found["cost"] = [sum(values) for values in zip(*costs.values(), strict=True)]
        if self.subscription is not None:
            found["subscription"] = self._spread_subscription(self.subscription)
        if self.gave is not None:
            found["production"] = self.gave
            if self.production_price is not None:
                found["revenue"] = [self.production_price * wm for wm in self.gave]
        return found

    def _spread_subscription(self, day: int) -> list[int]:
        if self.is_one_row:
            return [day]
        return [day * (hour + 1) // self.length - day * hour // self.length for hour in self.hours]

    def pack_figures(self) -> bytes:
        """Return the figures as bytes. Equal figures always give the same bytes."""
        content: _PackedFigures = {
            "v": FORM,
            "n": self.length,
            "h": self.hours,
            "u": self.used,
            "um": _encode_quality(self.used_made_of),
            "g": self.gave,
            "gm": _encode_quality(self.gave_made_of),
            "p": self.prices,
            "s": self.subscription,
            "r": self.production_price,
        }
        return zlib.compress(json.dumps(content, sort_keys=True, separators=(",", ":")).encode(), 1)

    @classmethod
    def unpack_figures(cls, packed: bytes) -> DayFigures:
        """Read what `pack_figures` wrote. Raises UnknownFormError for another format or other bytes."""
        try:
            content: _PackedFigures = json.loads(zlib.decompress(packed))
            # without a number it was written before there were format numbers
            if content.get("v", 1) != FORM:
                raise UnknownFormError
            return cls._from_content(content)
        except (zlib.error, ValueError, LookupError, TypeError, AttributeError) as error:
            raise UnknownFormError from error

    @classmethod
    def _from_content(cls, content: _PackedFigures) -> DayFigures:
        return cls(
            length=content["n"],
            hours=content["h"],
            used=content["u"],
            used_made_of=[_MADE_OF[letter] for letter in content["um"]],
            gave=content["g"],
            gave_made_of=[_MADE_OF[letter] for letter in content["gm"]],
            prices=content["p"],
            subscription=content["s"],
            production_price=content["r"],
        )


_MADE_OF = {member.value[0]: member for member in MadeOf}
_LETTER = {member: letter for letter, member in _MADE_OF.items()}


def _encode_quality(made_of: list[MadeOf]) -> str:
    return "".join([_LETTER[member] for member in made_of])


def subscription_of(day: date, micro_a_month: int | None) -> int | None:
    """Return a day's part of the monthly subscription in the exact unit of money; None without a subscription.

    `micro_a_month` is in millionths of EUR. The parts of all days of a month add up to it exactly.
    """
    if micro_a_month is None:
        return None
    month, days = micro_a_month * MONEY_A_MICRO, monthrange(day.year, day.month)[1]
    return month * day.day // days - month * (day.day - 1) // days


def bucket_of(series: str) -> str | None:
    """Return the bucket of a series from its key; None for a total."""
    kind, _, bucket = series.partition("_")
    return bucket if kind in {"consumption", "cost"} and bucket else None


def is_money(series: str) -> bool:
    """Return whether a series is in EUR and not in Wh, from its key."""
    return series.startswith(("cost", "subscription", "revenue"))


def to_unit(series: str, amount: int) -> float:
    """Return an exact amount in Wh, rounded to 3 decimals, or in EUR, rounded to 6."""
    return to_units(series, [amount])[0]


def to_units(series: str, amounts: Sequence[int]) -> list[float]:
    """Return exact amounts in Wh, rounded to 3 decimals, or in EUR, rounded to 6. Rounds with integers."""
    if is_money(series):
        return [(amount + MONEY_A_MICRO // 2) // MONEY_A_MICRO / MICRO for amount in amounts]
    thousands, half = 1000, WATT_MINUTES_A_WH // 2
    return [(amount * thousands + half) // WATT_MINUTES_A_WH / thousands for amount in amounts]
