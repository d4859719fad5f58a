"""Since when the gateway's running sums of money are known: energy without a price does not cost 0 €.

Until the first price, the gateway's sum stays at 0. These hours are not imported as ours: another program's may be kept
there (carried_hours.py). For example: hours without a price on 31 January, and 0.20 € from 07:00 on 1 February. Ours
begin on 1 February at 00:00, because prices change at midnight in Paris.
"""

from collections.abc import Mapping
from datetime import datetime, time

from .api.figures import Hours, Series, Unit
from .paris import PARIS, paris_day

type FirstPrices = Mapping[str, float]
"""By kind of money (cost, revenue), the start of the first day with a price, as a timestamp."""


def get_kind(series: Series) -> str | None:
    """Return the kind of money of a series: `cost` of `cost_hc`; None for energy."""
    return series.key.partition("_")[0] if series.unit is Unit.EURO else None


def find_first_prices(hours: Hours, known: FirstPrices) -> dict[str, float]:
    """Return the first prices in these hours, or those that are known if they are earlier."""
    found = dict(known)
    for series in hours.series:
        if (kind := get_kind(series)) is None:
            continue
        first = next((start for start, total in zip(hours.start, hours.sum[series.key], strict=True) if total), None)
        if first is not None:
            midnight = datetime.combine(paris_day(first), time(), PARIS).timestamp()
            found[kind] = min(midnight, found.get(kind, midnight))
    return found


def is_priced(series: Series, prices: FirstPrices) -> bool:
    """Return whether the series is of energy, or of money with a first price."""
    kind = get_kind(series)
    return kind is None or kind in prices


def find_beginning(series: Series, prices: FirstPrices, otherwise: float) -> float:
    """Return from when on a series is the gateway's (a timestamp): 0 for energy, `otherwise` before any price."""
    kind = get_kind(series)
    return 0 if kind is None else prices.get(kind, otherwise)
