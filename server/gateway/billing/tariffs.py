"""Tariff options of a usage point, and prices with their dates of effect."""

import csv
from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

MICRO = 1_000_000


class Option(StrEnum):
    """The regulated options."""

    BASE = "base"
    HP_HC = "hp_hc"
    TEMPO = "tempo"


class Tariff(BaseModel):
    """What a usage point pays by, from a day on (null: always)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    valid_from: date | None = None
    option: Option
    power_kva: int = Field(ge=3, le=36)
    prices: str = Field(default="regulated", pattern="^regulated$")

    @model_validator(mode="after")
    def _is_sold(self) -> Self:
        powers = sorted(power for option, power in _grids() if option is self.option)
        if self.power_kva not in powers:
            raise ValueError(f"the option {self.option} is sold with {', '.join(map(str, powers))} kVA")
        return self


@dataclass(frozen=True)
class Grid:
    """Regulated prices of an option and power: EUR tax included, by kWh and bucket, and by month."""

    valid_from: date
    prices: dict[str, Decimal]
    subscription_month: Decimal

    def micro(self, bucket: str) -> int | None:
        """Return the price of a bucket in millionths of EUR a kWh."""
        price = self.prices.get(bucket)
        return None if price is None else int(price * MICRO)


@cache
def _grids() -> dict[tuple[Option, int], list[Grid]]:
    grids: dict[tuple[Option, int], list[Grid]] = defaultdict(list)
    with (files("gateway.billing") / "regulated_prices.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            start, option, power = row.pop("valid_from"), row.pop("option"), row.pop("power_kva")
            month = Decimal(row.pop("subscription_eur_per_month"))
            prices = {bucket: Decimal(price) for bucket, price in row.items() if price}
            grids[Option(option), int(power)].append(Grid(date.fromisoformat(start), prices, month))
    for dated in grids.values():
        dated.sort(key=lambda grid: grid.valid_from)
    return dict(grids)


@cache
def regulated(option: Option, power_kva: int, day: date) -> Grid | None:
    """Return the grid in force on `day`; none before August 2023, or for a power the option is not sold with."""
    dated = _grids().get((option, power_kva), [])
    index = bisect_right(dated, day, key=lambda grid: grid.valid_from)
    return dated[index - 1] if index else None


def tariff_on(tariffs: list[Tariff], day: date) -> Tariff | None:
    """Return the tariff in force on `day`: the one that began last."""
    begun = [tariff for tariff in tariffs if tariff.valid_from is None or tariff.valid_from <= day]
    return max(begun, key=lambda tariff: tariff.valid_from or date.min, default=None)
