"""Periods, totals, the comparison and prices on the wire."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, Field

from gateway.billing.answers import Comparison, IndexCheck, Periods, Totals
from gateway.billing.comparison.costs import Cost
from gateway.billing.days.facts import Alignment
from gateway.billing.days.figures import show
from gateway.billing.totals.totals import Total, Unit
from gateway.domain.tempo_season import ExpectedReason
from gateway.kit.wire import Utc
from gateway.tariffs.off_peak import clock
from gateway.tariffs.options import Option

Billed = Literal["base", "hp_hc", "tempo", "own"]
type _Which = Literal["running", "running_year_ago", "last", "year_ago"]


class PeriodView(BaseModel):
    """A bucket during `[start, end[`, and its price in EUR a kWh; not certain, it may still become another.

    `expected`: the Tempo colour is not announced yet, the usual quota lets one expect it, for `expected_reason`.
    `off_peak`: null where the tariff knows no off-peak hours, or these are not known.
    """

    start: Utc
    end: Utc
    bucket: str
    off_peak: bool | None
    price: float | None
    certain: bool
    expected: bool
    expected_reason: ExpectedReason | None


class PeriodsView(BaseModel):
    """Buckets by time, without gap; what is in no known bucket is `unknown`."""

    items: list[PeriodView]
    prices_outdated: date | None
    next_change: Utc

    @classmethod
    def of(cls, found: Periods) -> PeriodsView:
        """Show periods."""
        return cls.model_validate(found, from_attributes=True)


class Energy(BaseModel):
    """Energy in Wh."""

    wh: float
    by_bucket: dict[str, float]


class TotalView(BaseModel):
    """What is known of the days `[start, end[`: production in Wh, money in EUR, null of what nothing is known.

    `cost` is what energy cost, `bill` that and the subscription. Not `complete`, energy is missing or still to come, of
    the direction that is not complete itself. `cost_complete` and `revenue_complete`: no energy that is known lacks its
    price; where some does, what is shown is of the rest. The subscription is that of all days since the
    meter was put into service, whether their energy is known or not; null when any of them has none.
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
        """Show a total."""

        def shown(key: str) -> float | None:
            return show(key, total.sums[key]) if key in total.sums else None

        def parts(kind: str) -> dict[str, float]:
            return {bucket: show(kind, amount) for bucket, amount in total.by_bucket(kind).items()}

        def is_complete(kind: str) -> bool:
            return kind not in total.lacks

        wh = shown("consumption")
        has_bill = "cost" in total.sums and "subscription" in total.sums and is_complete("subscription")
        return cls(
            start=total.span.start,
            end=total.span.end,
            complete=total.complete,
            consumption_complete=is_complete("consumption"),
            production_complete=is_complete("production"),
            cost_complete=is_complete("cost"),
            revenue_complete=is_complete("revenue"),
            consumption=None if wh is None else Energy(wh=wh, by_bucket=parts("consumption")),
            production=shown("production"),
            cost=shown("cost"),
            cost_by_bucket=parts("cost"),
            subscription=shown("subscription") if is_complete("subscription") else None,
            bill=show("cost", total.sums["cost"] + total.sums["subscription"]) if has_bill else None,
            revenue=shown("revenue"),
        )


class TotalsView(BaseModel):
    """Each unit's running span and as much of it a year before, the last that ended and is known, and that one a year
    before.

    `known_since` is the first day that is counted. Unless `history_complete`, earlier days are still being fetched: a
    span that begins before `known_since` is of a part only.
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
        """Show totals."""
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


class CostView(BaseModel):
    """EUR: the energy of the hours with a price, `known` of all hours, the subscription, and both together."""

    energy: float | None
    subscription: float | None
    total: float | None
    known: float = Field(ge=0, le=1)

    @classmethod
    def of(cls, cost: Cost) -> CostView:
        """Show a cost."""
        energy = show("cost", cost.energy) if cost.priced else None
        subscription = None if cost.subscription is None else show("subscription", cost.subscription)
        both = cost.energy + cost.subscription if cost.priced and cost.subscription is not None else None
        return cls(
            energy=energy,
            subscription=subscription,
            total=None if both is None else show("cost", both),
            known=cost.share,
        )


class MonthView(BaseModel):
    """The days `[start, end[` under each option."""

    start: date
    end: date
    options: dict[Billed, CostView]


class ComparisonView(BaseModel):
    """What the same hours would have cost, and the lowest power that the highest one used would have allowed.

    Months without service or without anything known are left out. In a month all options are billed over the hours that
    all of them have a price for; one that is not sold at the power of a day, or has a price for less than half of the
    hours, has none. `total` adds up the `total_months` that all options have which can be compared in at least half of
    the months.
    `highest_known` is the share of the days whose highest power is known. `prices_outdated` is of any option compared.
    `open_to_new`: whether somebody who does not pay by an option may choose it today at their power; empty where the
    power is not known.
    """

    items: list[MonthView]
    total: dict[Billed, CostView]
    total_months: int
    open_to_new: dict[Option, bool]
    power_kva: int | None
    highest_va: int | None
    highest_known: float = Field(ge=0, le=1)
    lowest_power_kva: int | None
    prices_outdated: date | None

    @classmethod
    def of(cls, found: Comparison) -> ComparisonView:
        """Show a comparison."""
        return cls.model_validate(
            {
                "items": [
                    {
                        "start": month.start,
                        "end": month.end,
                        "options": {name: CostView.of(cost) for name, cost in month.costs.items()},
                    }
                    for month in found.months
                ],
                "total": {name: CostView.of(cost) for name, cost in found.total.costs.items()},
                "total_months": found.total.months,
                "open_to_new": found.open_to_new,
                "power_kva": found.power_kva,
                "highest_va": found.highest_va,
                "highest_known": round(found.highest_known, 4),
                "lowest_power_kva": found.lowest_power_kva,
                "prices_outdated": found.prices_outdated,
            }
        )


class DifferenceView(BaseModel):
    """A day's Wh by bucket: by the registers, by the curve, and the first less the second."""

    date: date
    registers: dict[str, float]
    curve: dict[str, float]
    difference: dict[str, float]


class FitView(BaseModel):
    """Off-peak hours of which all, or one slot, are so many minutes later than those in force, and the Wh unexplained.

    `minutes` null: they are other ones, which Enedis told.
    """

    minutes: int | None
    slots: list[tuple[str, str]]
    difference_before: float
    difference_after: float


class IndexCheckView(BaseModel):
    """The registers against the curve; `better_off_peak` where other off-peak hours explain them better.

    `aligned_by`: whether an index value is that of the day's beginning or of its end, as the curve tells; null: no day
    can be compared. The bucket `total` stands for registers whose names are not known.
    """

    aligned_by: Alignment | None
    items: list[DifferenceView]
    better_off_peak: FitView | None

    @classmethod
    def of(cls, found: IndexCheck) -> IndexCheckView:
        """Show a check."""
        fit = found.fit and {
            "minutes": found.fit.minutes,
            "slots": [(clock(start), clock(end)) for start, end in found.fit.slots],
            "difference_before": found.fit.difference_before,
            "difference_after": found.fit.difference_after,
        }
        items = [
            {"date": one.day, "registers": one.registers, "curve": one.curve, "difference": one.off_by}
            for one in found.days
        ]
        return cls.model_validate({"aligned_by": found.aligned_by, "items": items, "better_off_peak": fit})
