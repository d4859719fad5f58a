"""Regulated prices with their dates of effect: those of this release, and those that were added since.

EDF's printed grid and CRE's open data do not agree: CRE's subscriptions are up to 5.60 EUR a year higher, and it has no
grid of 1 November 2024. Both are kept, each with its source. EDF's is used for bills, since its customers pay it;
CRE's is used where EDF's has no grid or no subscription.
"""

import csv
import hashlib
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache, lru_cache
from importlib.resources import files

from gateway.tariffs.options import Option

MICRO = 1_000_000
REVISED_IN = (2, 8)
"""The regulated prices change on 1 February and 1 August."""


class PriceSource(StrEnum):
    """Who published a grid: EDF in its price list, or the regulator CRE as open data."""

    EDF = "edf"
    CRE = "cre"


@dataclass(frozen=True)
class Grid:
    """Prices of an option and power from a day on: EUR tax included, by kWh and bucket, and by month.

    `subscription_from` is the day of an older grid whose subscription still stands, because that of this grid is not
    known; None: it came with this grid. `checked_on` is the day on which it was last compared with
    `checked_against`; None: never.
    """

    option: Option
    power_kva: int
    valid_from: date
    prices: tuple[tuple[str, Decimal], ...]
    subscription_month: Decimal
    source: PriceSource = PriceSource.EDF
    subscription_from: date | None = None
    checked_on: date | None = None
    checked_against: str = ""


class PriceBook:
    """All known grids."""

    def __init__(self, grids: Iterable[Grid]) -> None:
        """Build the book; of two grids with the same source, option, power and day, the later in the list is used."""
        given = list(grids)
        self._dated = _group_by_date(given)
        self._by_source = {
            source: _group_by_date(grid for grid in given if grid.source is source) for source in PriceSource
        }
        self.version = hashlib.blake2b(repr(list(self.iterate_grids())).encode(), digest_size=16).hexdigest()

    def iterate_grids(self) -> Iterator[Grid]:
        """Yield the grids that are used for bills, by option and power, oldest first."""
        for _, dated in sorted(self._dated.items()):
            yield from dated

    def list_powers(self, option: Option) -> list[int]:
        """Return the powers an option is sold with, in kVA."""
        return sorted(power for sold, power in self._dated if sold is option)

    def find_grid(self, option: Option, power_kva: int, day: date, source: PriceSource | None = None) -> Grid | None:
        """Return the grid used for bills on `day`, or the one of `source` for that day.

        None before the first grid, or for a power with which the option is not sold.
        """
        grids = self._dated if source is None else self._by_source[source]
        dated = grids.get((option, power_kva), [])
        index = bisect_right(dated, day, key=lambda grid: grid.valid_from)
        return dated[index - 1] if index else None

    def find_outdated_since(self, option: Option, power_kva: int, day: date) -> date | None:
        """Return the day since which the prices on `day` are outdated: a revision has passed without a newer grid.

        None if they are not outdated. For a grid with the subscription of an older one, the date of that one counts.
        """
        grid = self.find_grid(option, power_kva, day)
        if grid is None or grid is not self._dated[option, power_kva][-1]:
            return None
        due = find_next_revision(grid.subscription_from or grid.valid_from)
        return due if due <= day else None


def _group_by_date(grids: Iterable[Grid]) -> dict[tuple[Option, int], list[Grid]]:
    """Return grids by option and power, oldest first; for each day, complete ones are preferred, then EDF's."""
    found: dict[tuple[Option, int], dict[date, Grid]] = defaultdict(dict)
    for grid in grids:
        same_day = found[grid.option, grid.power_kva]
        before = same_day.get(grid.valid_from)
        if before is None or _rank_grid(before) <= _rank_grid(grid):
            same_day[grid.valid_from] = grid
    return {key: [dated[day] for day in sorted(dated)] for key, dated in found.items()}


def _rank_grid(grid: Grid) -> tuple[bool, bool]:
    return grid.subscription_from is None, grid.source is PriceSource.EDF


def find_next_revision(day: date) -> date:
    """Return the first 1 February or 1 August after `day`."""
    candidates = (date(year, month, 1) for year in (day.year, day.year + 1) for month in REVISED_IN)
    return next(candidate for candidate in candidates if candidate > day)


@cache
def load_packaged_prices() -> PriceBook:
    """Return the prices of this release."""
    return PriceBook(_load_packaged_grids())


@lru_cache(maxsize=4)
def extend_price_book(added: tuple[Grid, ...]) -> PriceBook:
    """Return the prices of this release and the added ones."""
    return PriceBook([*_load_packaged_grids(), *added]) if added else load_packaged_prices()


@cache
def _load_packaged_grids() -> tuple[Grid, ...]:
    with (files("gateway.tariffs") / "regulated_prices.csv").open(encoding="utf-8") as lines:
        grids: dict[tuple[str, str, str], Grid] = {}
        found = []
        for row in csv.DictReader(lines):
            key = row["source"], row["option"], row["power_kva"]
            grids[key] = _parse_grid(row, grids.get(key))
            found.append(grids[key])
        return tuple(found)


def _parse_grid(row: dict[str, str], before: Grid | None) -> Grid:
    """Parse a row; if it has no subscription, that of the grid `before` is used. Raises ValueError."""
    source, option = PriceSource(row.pop("source")), Option(row.pop("option"))
    start, power = date.fromisoformat(row.pop("valid_from")), int(row.pop("power_kva"))
    month, since = row.pop("subscription_eur_per_month"), None
    if not month:
        if before is None:
            raise ValueError(f"the first grid of {option} at {power} kVA has no subscription")
        month, since = str(before.subscription_month), before.subscription_from or before.valid_from
    prices = tuple((bucket, Decimal(price)) for bucket, price in row.items() if price)
    checked_on, against = _load_checks()[source, start]
    return Grid(option, power, start, prices, Decimal(month), source, since, checked_on, against)


@cache
def _load_checks() -> dict[tuple[PriceSource, date], tuple[date, str]]:
    """Return when the grids of each source and day were checked, and against what."""
    with (files("gateway.tariffs") / "price_checks.csv").open(encoding="utf-8") as lines:
        return {
            (PriceSource(row["source"]), date.fromisoformat(row["valid_from"])): (
                date.fromisoformat(row["checked_on"]),
                row["against"],
            )
            for row in csv.DictReader(lines)
        }
