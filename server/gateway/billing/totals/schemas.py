"""Response bodies for totals."""

from datetime import date
from typing import Literal

from pydantic import BaseModel

from gateway.billing.days.figures import to_unit
from gateway.billing.totals.service import Totals
from gateway.billing.totals.totals import Total, Unit
from gateway.kit.wire import Utc

type _Which = Literal["running", "running_year_ago", "last", "year_ago"]


class Energy(BaseModel):
    """Energy in Wh, in all and by bucket."""

    wh: float
    by_bucket: dict[str, float]


class TotalView(BaseModel):
    """The total of the days `[start, end[`: energy in Wh, money in EUR, null where nothing is known.

    `cost` is the cost of the energy, `bill` the cost and the subscription. If it is not `complete`, energy is missing
    or still to come; `consumption_complete` and `production_complete` say of which direction it is missing.
    `cost_complete` and `revenue_complete`: all known energy has a price; otherwise the amount is that of the rest. The
    subscription is that of all days since the meter was put into service, whether their energy is known or not; null if
    that of any of these days is not known.
    """

    start: date
    end: date
    complete: bool
    consumption_complete: bool
    production_complete: bool
    cost_complete: bool
    revenue_complete: bool
    consumption: Energy | None
    production: float | None
    cost: float | None
    cost_by_bucket: dict[str, float]
    subscription: float | None
    bill: float | None
    revenue: float | None

    @classmethod
    def of(cls, total: Total) -> TotalView:
        """Return the response for a total."""

        def get_amount(key: str) -> float | None:
            return to_unit(key, total.sums[key]) if key in total.sums else None

        def list_parts(kind: str) -> dict[str, float]:
            return {bucket: to_unit(kind, amount) for bucket, amount in total.group_by_bucket(kind).items()}

        def is_complete(kind: str) -> bool:
            return kind not in total.lacks

        wh = get_amount("consumption")
        has_bill = "cost" in total.sums and "subscription" in total.sums and is_complete("subscription")
        return cls(
            start=total.span.start,
            end=total.span.end,
            complete=total.complete,
            consumption_complete=is_complete("consumption"),
            production_complete=is_complete("production"),
            cost_complete=is_complete("cost"),
            revenue_complete=is_complete("revenue"),
            consumption=None if wh is None else Energy(wh=wh, by_bucket=list_parts("consumption")),
            production=get_amount("production"),
            cost=get_amount("cost"),
            cost_by_bucket=list_parts("cost"),
            subscription=get_amount("subscription") if is_complete("subscription") else None,
            bill=to_unit("cost", total.sums["cost"] + total.sums["subscription"]) if has_bill else None,
            revenue=get_amount("revenue"),
        )


class TotalsView(BaseModel):
    """Totals by unit: the running span, the last span that is over and known, and both a year before.

    `known_since` is the first day that is counted. Unless `history_complete`, earlier days are still being fetched, and
    the total of a span that begins before `known_since` is incomplete.
    """

    known_since: date | None
    history_complete: bool
    day: dict[_Which, TotalView]
    week: dict[_Which, TotalView]
    month: dict[_Which, TotalView]
    year: dict[_Which, TotalView]
    prices_outdated: date | None
    next_change: Utc

    @classmethod
    def of(cls, found: Totals) -> TotalsView:
        """Return the response for totals."""
        units = {
            unit.value: {name: TotalView.of(total) for name, total in found.by_unit[unit].items()} for unit in Unit
        }
        return cls.model_validate(
            {
                **units,
                "known_since": found.known_since,
                "history_complete": found.is_history_complete,
                "prices_outdated": found.prices_outdated,
                "next_change": found.next_change,
            }
        )
