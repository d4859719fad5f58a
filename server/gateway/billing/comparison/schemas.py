"""Response bodies for the comparison."""

from datetime import date

from pydantic import BaseModel, Field

from gateway.billing.comparison.day_bills import Cost
from gateway.billing.comparison.service import Comparison
from gateway.billing.days.figures import to_unit
from gateway.kit.wire import Utc


class BucketView(BaseModel):
    """Energy in kWh and its cost in EUR."""

    kwh: float
    eur: float


class OptionCostView(BaseModel):
    """Costs in EUR: of the energy of the hours with a price, of the subscription, and of both together (`total`).

    `known` is the share of all hours that is compared. `red_gain` is how much less the option would cost if all energy
    of red peak hours were used in red off-peak hours; moving a share of that energy saves that share. Null if an option
    has no energy in red peak hours.
    """

    energy: float | None
    subscription: float | None
    total: float | None
    known: float = Field(ge=0, le=1)
    buckets: dict[str, BucketView]
    red_gain: float | None

    @classmethod
    def of(cls, cost: Cost) -> OptionCostView:
        """Return the response for a cost."""
        energy = to_unit("cost", cost.energy) if cost.priced else None
        subscription = None if cost.subscription is None else to_unit("subscription", cost.subscription)
        return cls(
            energy=energy,
            subscription=subscription,
            total=None if cost.bill is None else to_unit("cost", cost.bill),
            known=cost.share,
            buckets={
                name: BucketView(kwh=to_unit("consumption", used) / 1000, eur=to_unit("cost", eur))
                for name, (used, eur) in cost.buckets.items()
            },
            red_gain=to_unit("cost", cost.red_gain) if cost.red_gain else None,
        )


class OptionTotalView(OptionCostView):
    """The costs of an option over all months. `above_lowest` is how much more it costs than the lowest option, in EUR.

    `above_lowest` is negative if the option costs less, but is closed to new customers; null if a bill is not known.
    """

    above_lowest: float | None

    @classmethod
    def of_total(cls, cost: Cost, lowest: Cost | None) -> OptionTotalView:
        """Return the response for a cost, compared with that of the lowest option."""
        above = None
        if cost.bill is not None and lowest is not None and lowest.bill is not None:
            above = to_unit("cost", cost.bill - lowest.bill)
        return cls(**OptionCostView.of(cost).model_dump(), above_lowest=above)


class MonthView(BaseModel):
    """The cost of the days `[start, end[` under each option; `known` is the share of their hours that is compared."""

    start: date
    end: date
    known: float = Field(ge=0, le=1)
    options: dict[str, OptionCostView]


class ComparedOffer(BaseModel):
    """A compared offer. `prices_outdated`: the day since which its prices have not been checked."""

    id: str
    supplier: str
    name: str
    prices_outdated: date | None


class LowerPower(BaseModel):
    """A power below the subscribed one, and the days of the compared months whose peak was above it."""

    power_kva: int
    days_above: list[date]


class ComparisonView(BaseModel):
    """What the same hours would have cost under each option, and the lowest power that covers the highest one used.

    Months without service or without known energy are left out. In a month, all compared options are billed over the
    hours that all of them have a price for. An option has no cost in a month if it is not sold at the power of a day,
    or has a price for less than half as many hours as the option with the most. `total` covers the `total_months`
    months in which all options have a cost that have one in at least half of the months.
    The options are `base`, `hp_hc`, `tempo`, `own`, each of `offers` by its id, and `changed_hours`. `lowest` is the
    one with the lowest bill in `total`, without those closed to new customers; of equal ones, `own`; null if there is
    no bill.
    `highest_known` is the share of the days whose highest power is known. `prices_outdated` is the first day since
    which a price of the own tariffs, the regulated options or one of `offers` may be outdated.
    `open_to_new`: whether a new customer may choose an option today at the subscribed power; empty if that power is not
    known.
    """

    items: list[MonthView]
    total: dict[str, OptionTotalView]
    total_months: int
    lowest: str | None
    offers: list[ComparedOffer]
    open_to_new: dict[str, bool]
    power_kva: int | None
    highest_va: int | None
    highest_known: float = Field(ge=0, le=1)
    lowest_power_kva: int | None
    lower_powers: list[LowerPower]
    prices_outdated: date | None
    next_change: Utc

    @classmethod
    def of(cls, found: Comparison) -> ComparisonView:
        """Return the response for a comparison."""
        lowest = found.total.costs[found.lowest] if found.lowest is not None else None
        return cls.model_validate(
            {
                "items": [
                    {
                        "start": month.start,
                        "end": month.end,
                        "known": month.share,
                        "options": {name: OptionCostView.of(cost) for name, cost in month.costs.items()},
                    }
                    for month in found.months
                ],
                "total": {name: OptionTotalView.of_total(cost, lowest) for name, cost in found.total.costs.items()},
                "total_months": found.total.months,
                "lowest": found.lowest,
                "offers": [
                    {"id": offer.id, "supplier": offer.supplier, "name": offer.name, "prices_outdated": since}
                    for offer, since in found.offers
                ],
                "lower_powers": [{"power_kva": power, "days_above": days} for power, days in found.days_above.items()],
                "open_to_new": found.open_to_new,
                "power_kva": found.power_kva,
                "highest_va": found.highest_va,
                "highest_known": round(found.highest_known, 4),
                "lowest_power_kva": found.lowest_power_kva,
                "prices_outdated": found.prices_outdated,
                "next_change": found.next_change,
            }
        )
