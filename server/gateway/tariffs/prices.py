"""Regulated prices with their dates of effect: those of the package, and those that were added since."""

import csv
import hashlib
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from importlib.resources import files

from gateway.tariffs.options import Option

MICRO = 1_000_000
REVISED_IN = (2, 8)
"""The regulated prices change on 1 February and 1 August."""


@dataclass(frozen=True)
class Grid:
    """Prices of an option and power from a day on: EUR tax included, by kWh and bucket, and by month."""

    option: Option
    power_kva: int
    valid_from: date
    prices: tuple[tuple[str, Decimal], ...]
    subscription_month: Decimal


class PriceBook:
    """Every grid known."""

    def __init__(self, grids: Iterable[Grid]) -> None:
        """Take the grids; of two for the same option, power and day the later one counts."""
        found: dict[tuple[Option, int], dict[date, Grid]] = defaultdict(dict)
        for grid in grids:
            found[grid.option, grid.power_kva][grid.valid_from] = grid
        self._dated = {key: [dated[day] for day in sorted(dated)] for key, dated in found.items()}
        self.version = hashlib.blake2b(repr(list(self.grids())).encode(), digest_size=16).hexdigest()

    def grids(self) -> Iterator[Grid]:
        """Yield all grids by option and power, oldest first."""
        for _, dated in sorted(self._dated.items()):
            yield from dated

    def powers(self, option: Option) -> list[int]:
        """Return the powers an option is sold with, in kVA."""
        return sorted(power for sold, power in self._dated if sold is option)

    def grid(self, option: Option, power_kva: int, day: date) -> Grid | None:
        """Return the grid in force on `day`; None before the first, or for a power the option is not sold with."""
        dated = self._dated.get((option, power_kva), [])
        index = bisect_right(dated, day, key=lambda grid: grid.valid_from)
        return dated[index - 1] if index else None

    def outdated_since(self, option: Option, power_kva: int, day: date) -> date | None:
        """Return the day since which the prices of `day` are old: a revision has passed without a newer grid."""
        grid = self.grid(option, power_kva, day)
        if grid is None or grid is not self._dated[option, power_kva][-1]:
            return None
        due = next_revision(grid.valid_from)
        return due if due <= day else None


def next_revision(day: date) -> date:
    """Return the first 1 February or 1 August after `day`."""
    candidates = (date(year, month, 1) for year in (day.year, day.year + 1) for month in REVISED_IN)
    return next(candidate for candidate in candidates if candidate > day)


@cache
def packaged() -> PriceBook:
    """Return the prices that came with this version."""
    return PriceBook(_packaged())


@lru_cache(maxsize=4)
def with_added(added: tuple[Grid, ...]) -> PriceBook:
    """Return the prices of this version and those added."""
    return PriceBook([*_packaged(), *added]) if added else packaged()


@cache
def _packaged() -> tuple[Grid, ...]:
    with (files("gateway.tariffs") / "regulated_prices.csv").open(encoding="utf-8") as lines:
        return tuple(_grid(row) for row in csv.DictReader(lines))


def _grid(row: dict[str, str]) -> Grid:
    start, option, power = row.pop("valid_from"), row.pop("option"), row.pop("power_kva")
    month = Decimal(row.pop("subscription_eur_per_month"))
    prices = tuple((bucket, Decimal(price)) for bucket, price in row.items() if price)
    return Grid(Option(option), int(power), date.fromisoformat(start), prices, month)
