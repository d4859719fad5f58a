"""What a home is. Its readings follow from its number and the date alone."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property


class Production(StrEnum):
    """What a home feeds into the grid."""

    NONE = "none"
    SURPLUS = "surplus"  # what it does not use itself
    ALL = "all"  # everything: the point produces and never consumes


@dataclass(frozen=True)
class Home:
    """One usage point. Powers in watts; off-peak hours as Enedis writes them (`22H30-6H30;…`)."""

    prm: str
    name: str
    story: str
    option: str = "base"
    power_kva: int = 6
    off_peak: str = ""
    idle: int = 90
    appliances: int = 420  # what cooking, light and screens draw at the height of the evening
    heating: int = 0  # watts for each degree below 17
    water_minutes: int = 0  # how long the water heater runs in an ordinary night
    solar: int = 0  # watts at the peak
    production: Production = Production.NONE
    phases: int = 1
    activated: date = date(2017, 3, 14)
    holder: str = ""  # the number of another home of the same person
    shared: bool = True  # whether the application has this home's consent when the simulator starts
    withdrawn: bool = False
    late_services: int = 0  # how often a new consent is asked about before its services appear
    hours_written: str = ""  # off-peak hours as the meter has them, when not simply `HC (…)`
    hours_announced: str = ""  # other hours, as the meter will have them
    hours_change: date | None = None  # the day from which it has those
    bare: bool = False  # its contract tells no more than one of the sandbox
    curve: bool = True
    holes: bool = False
    late: bool = False
    down: bool = False
    steps: tuple[tuple[date, int], ...] = (
        (date.min, 30),
    )  # the curve's step from a day on: 60 minutes or a part of 30

    @property
    def consumes(self) -> bool:
        """Whether the point takes energy from the grid."""
        return self.production is not Production.ALL

    @property
    def produces(self) -> bool:
        """Whether the point feeds energy into the grid."""
        return self.production is not Production.NONE

    def write_hours(self, today: date) -> tuple[str | None, str | None]:
        """The off-peak hours that Enedis tells, and those it announces; the readings stay as they are."""
        now = self.hours_written or (f"HC ({self.off_peak})" if self.off_peak else None)
        if self.hours_change is None:
            return now, self.hours_announced or None
        if self.hours_change <= today:
            return self.hours_announced, None
        return now, f"{self.hours_announced} à partir du {self.hours_change:%d/%m/%Y}"

    @cached_property
    def off_peak_ranges(self) -> tuple[tuple[int, int], ...]:
        """Off-peak hours in minutes after local midnight; one that ends the next day ends after 1440."""
        slots = []
        for slot in filter(None, self.off_peak.split(";")):
            start, end = (int(h) * 60 + int(m) for h, m in (edge.split("H") for edge in slot.split("-")))
            slots.append((start, end if end > start else end + 1440))
        return tuple(slots)

    def step_on(self, day: date) -> int:
        """Minutes of the load curve's step on that day."""
        return next(minutes for since, minutes in reversed(self.steps) if since <= day)
