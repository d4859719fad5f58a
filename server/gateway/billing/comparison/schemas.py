"""Response bodies for the comparison."""

from datetime import date

from pydantic import BaseModel, Field

from gateway.billing.comparison.day_bills import Cost
from gateway.billing.comparison.service import Comparison
from gateway.billing.days.figures import to_unit


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
        both = cost.energy + cost.subscription if cost.priced and cost.subscription is not None else None
        return cls(
            energy=energy,
            subscription=subscription,
            total=None if both is None else to_unit("cost", both),
            known=cost.share,
            buckets={
                name: BucketView(kwh=to_unit("consumption", used) / 1000, eur=to_unit("cost", eur))
                for name, (used, eur) in cost.buckets.items()
            },
            red_gain=to_unit("cost", cost.red_gain) if cost.red_gain else None,
        )


class MonthView(BaseModel):
    """The cost of the days `[start, end[` under each option."""

    start: date
    end: date
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
    The options are `base`, `hp_hc`, `tempo`, `own`, each of `offers` by its id, and `changed_hours`.
    `highest_known` is the share of the days whose highest power is known. `prices_outdated` is the first day since
    which a price of the own tariffs, the regulated options or one of `offers` may be outdated.
    `open_to_new`: whether a new customer may choose an option today at the subscribed power; empty if that power is not
    known.
    """

    items: list[MonthView]
    total: dict[str, OptionCostView]
    total_months: int
    offers: list[ComparedOffer]
    open_to_new: dict[str, bool]
    power_kva: int | None
    highest_va: int | None
    highest_known: float = Field(ge=0, le=1)
    lowest_power_kva: int | None
    lower_powers: list[LowerPower]
    prices_outdated: date | None

    @classmethod
    def of(cls, found: Comparison) -> ComparisonView:
        """Return the response for a comparison."""
        return cls.model_validate(
            {
                "items": [
                    {
                        "start": month.start,
                        "end": month.end,
                        "options": {name: OptionCostView.of(cost) for name, cost in month.costs.items()},
                    }
                    for month in found.months
                ],
                "total": {name: OptionCostView.of(cost) for name, cost in found.total.costs.items()},
                "total_months": found.total.months,
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
            }
        )
