"""What RTE says about a day and from when: by default the truth in time, on order anything else."""

from dataclasses import dataclass, field
from datetime import date, datetime

from gateway.simulator import paris, weather
from gateway.simulator.tempo_days import Colour, get_colour

NEVER_GIVEN = frozenset({date(2022, 12, 28)})  # RTE's calendar has this day without its colour


@dataclass(frozen=True)
class TempoOrder:
    """How one day shall be announced. None: as usual."""

    colour: Colour | None = None
    provisional: Colour | None = None  # what is shown until the official hour
    open_data: Colour | None = None  # what the keyless calendar says instead
    missing: bool = False  # the day is there, its colour is not
    fallback: bool = False  # RTE itself says that it is in degraded mode
    visible_from: datetime | None = None


@dataclass
class Announcements:
    """Orders by day, and what RTE remembers of being asked."""

    tempo: dict[date, TempoOrder] = field(default_factory=dict)
    ecowatt: dict[date, tuple[int, ...]] = field(default_factory=dict)
    as_array: bool = False  # Tempo's older body: calendars in a list, each with one value
    ecowatt_called: datetime | None = None

    def find_order(self, day: date) -> TempoOrder:
        """The order for that day, or the usual."""
        return self.tempo.get(day) or TempoOrder(missing=day in NEVER_GIVEN)

    def get_display_time(self, day: date) -> datetime:
        """From when the day can be seen: the eve, some minutes after 06:00."""
        usual = paris.instant_at(day - paris.DAY, 6, weather.hash_noise("tempo", day)[0] % 20)
        return self.find_order(day).visible_from or usual

    def get_final_colour(self, day: date) -> Colour:
        """The colour that is official in the end."""
        return self.find_order(day).colour or get_colour(day)

    def get_shown_colour(self, day: date, now: datetime) -> Colour:
        """The colour RTE shows: until 10:40 of the eve it may be another than in the end."""
        provisional = self.find_order(day).provisional if now < get_official_time(day) else None
        return provisional or self.get_final_colour(day)


def get_official_time(day: date) -> datetime:
    """From when the colour no longer changes: 10:40 of the eve."""
    return paris.instant_at(day - paris.DAY, 10, 40)
