"""What the meter's registers show, whole and by time class.

Documented only in outline: no live answer is known. Here `d` is the day at whose beginning the register was read; the
day is given once it is published, like the rest.
"""

from collections import Counter
from datetime import date
from functools import lru_cache

from gateway.simulator import paris
from gateway.simulator.curves import Direction, compute_watts
from gateway.simulator.enedis.bodies import BUSINESS, Asked
from gateway.simulator.homes import Home
from gateway.simulator.tempo_days import Colour, get_colour
from gateway.simulator.wire import JsonObject

_LETTER = {Colour.BLUE: "JB", Colour.WHITE: "JW", Colour.RED: "JR"}
_CLASSES = {
    "base": ("BASE",),
    "hp_hc": ("HC", "HP"),
    "tempo": tuple(f"{hours}{letter}" for letter in _LETTER.values() for hours in ("HC", "HP")),
}
_CALENDARS = {"base": "Base", "hp_hc": "Heures Pleines Heures Creuses", "tempo": "Tempo"}


def build_readings(asked: Asked) -> list[JsonObject]:
    """The registers at the beginning of each day, watt-hours as whole numbers."""
    home, direction, wanted = asked.home, asked.direction, asked.list_whole_days()
    if not wanted:
        return []
    option = home.option if direction is Direction.CONSUMPTION else "base"
    registers = [(day, _compute_registers(home, direction, day)) for day in wanted]
    classes = [
        {
            "idClasseTemporelle": name,
            "libelleClasseTemporelle": name,
            "codeCadran": f"{number:02}",
            "valeur": [{"d": f"{day}", "v": register[name] // 60, "iv": 0} for day, register in registers],
        }
        for number, name in enumerate(_CLASSES[option], start=1)
    ]
    totals = [{"d": f"{day}", "v": register.total() // 60, "iv": 0} for day, register in registers]
    calendar = {"idCalendrier": option, "libelleCalendrier": _CALENDARS[option], "classeTemporelle": classes}
    grandeur = {
        "grandeurMetier": BUSINESS[direction],
        "grandeurPhysique": "EA",
        "unite": "Wh",
        "calendrier": [calendar],
        "cadranTotalisateur": {"codeCadran": "00", "valeur": totals},
    }
    return [{"etapeMetier": "BRUT", "contexteReleve": "COL", "typeReleve": "AP", "grandeur": [grandeur]}]


def _compute_registers(home: Home, direction: Direction, day: date) -> Counter[str]:
    """Watt-minutes by time class since the meter began."""
    if day <= home.activated:
        return Counter()
    new_year = date(day.year, 1, 1)
    since = new_year if day > new_year else date(day.year - 1, 1, 1)
    total = Counter(_registers_at_new_year(home, direction, since))
    for passed in paris.list_days(max(home.activated, since), day):
        total.update(_split_by_class(home, direction, passed))
    return total


_registers_at_new_year = lru_cache(maxsize=512)(_compute_registers)  # so that a day costs at most a year


@lru_cache(maxsize=8192)
def _split_by_class(home: Home, direction: Direction, day: date) -> Counter[str]:
    """The day's watt-minutes by time class; a half-hour that is partly off-peak is split by its minutes."""
    found: Counter[str] = Counter()
    simple = home.option == "base" or direction is Direction.PRODUCTION
    for slot, value in zip(paris.list_slots(day), compute_watts(home, direction, day), strict=True):
        off_peak = 0 if simple else _count_off_peak_minutes(home, slot)
        hue = ""
        if home.option == "tempo" and not simple:
            hue = _LETTER[get_colour(day if slot >= 12 else day - paris.DAY)]
        found["BASE" if simple else f"HP{hue}"] += value * (30 - off_peak)
        if off_peak:
            found[f"HC{hue}"] += value * off_peak
    return found


def _count_off_peak_minutes(home: Home, slot: int) -> int:
    """How much of the slot the home's off-peak hours cover."""
    first, last = slot * 30, slot * 30 + 30
    return sum(
        max(0, min(last, end + shift) - max(first, start + shift))
        for start, end in home.off_peak_ranges
        for shift in (-1440, 0)
    )
