"""The settings of a usage point: its name, its tariffs, its off-peak hours."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from gateway.problems import ProblemError
from gateway.tariffs.off_peak import OffPeakPeriod
from gateway.tariffs.off_peak_dates import apply_choice
from gateway.tariffs.offers import OfferBook
from gateway.tariffs.tariff import Tariff
from gateway.usage_points.models import UsagePoint
from gateway.usage_points.stored_settings import read_off_peak, store_off_peak, store_tariffs


class UsagePointChanges(BaseModel):
    """The members to change; absent ones stay. `tariff` is one without dates, `tariffs` are several with dates.

    `off_peak` null returns to the hours from Enedis.
    """

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)] = ""
    position: Annotated[int, Field(ge=0, le=9999, description="Its place in lists, lowest first")] = 0
    hidden: Annotated[bool, Field(description="Whether pages leave it out; it is read and billed as before")] = False
    tariff: Tariff | None = None
    tariffs: Annotated[list[Tariff] | None, Field(max_length=100)] = None
    off_peak: Annotated[list[OffPeakPeriod] | None, Field(max_length=100)] = None

    @model_validator(mode="after")
    def _check_tariffs(self) -> Self:
        if {"tariff", "tariffs"} <= self.model_fields_set:
            raise ValueError("give either `tariff`, one that holds always, or `tariffs`, several with their dates")
        if self.tariff is not None and self.tariff.valid_from is not None:
            raise ValueError("`tariff` holds always; one with a date belongs in `tariffs`")
        begins = [tariff.valid_from for tariff in self.tariffs or ()]
        if len(set(begins)) < len(begins):
            raise ValueError("two of `tariffs` begin on the same day; leave one of them out")
        return self

    def apply_choices(self, point: UsagePoint, offers: OfferBook) -> None:
        """Apply the settings to a usage point. Raises ProblemError (`offer_unknown`)."""
        self._check_offers(offers)
        if self.name:
            point.name = self.name
        if "position" in self.model_fields_set:
            point.position = self.position
        if "hidden" in self.model_fields_set:
            point.hidden = self.hidden
        if {"tariff", "tariffs"} & self.model_fields_set:
            store_tariffs(point, self.tariffs or ([self.tariff] if self.tariff else []))
        if "off_peak" in self.model_fields_set:
            store_off_peak(point, apply_choice(read_off_peak(point), self.off_peak))

    def _check_offers(self, offers: OfferBook) -> None:
        for tariff in [*(self.tariffs or ()), *([self.tariff] if self.tariff else [])]:
            if tariff.offer is not None and not offers.is_sold(tariff.offer, tariff.power_kva):
                raise ProblemError(
                    422,
                    "offer_unknown",
                    "The gateway has no such offer for this power. Choose one of `/v1/offers`, or list its prices.",
                )
