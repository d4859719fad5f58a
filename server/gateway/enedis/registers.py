"""From Enedis' index to what the registers showed, by day.

No live answer is known; the documentation's outline is followed: each value stands at the day at whose beginning the
register was read. The time classes of a calendar are named as buckets where their names are known.
"""

from collections import defaultdict
from datetime import date

from gateway.enedis.wire import Calendar, IndexMeasure, IndexSeries, Register, in_its_unit

TOTAL = "total"
_HOURS = {"HC": "hc", "HP": "hp"}
_COLORS = {"JB": "blue_", "JW": "white_", "JR": "red_"}
_CLASSES = {"BASE": "base"} | {
    f"{hours}{letters}": f"{color}{bucket}"
    for hours, bucket in _HOURS.items()
    for letters, color in {"": "", **_COLORS}.items()
}

type Registers = dict[str, int]
"""The index at the beginning of a day, in Wh, by bucket; `total` is that of the whole meter."""


def place_index(measure: IndexMeasure, business: str) -> dict[date, Registers]:
    """Return the registers of a quantity, CONS or PROD, by day; a value that cannot be placed is left out."""
    found: dict[date, Registers] = defaultdict(dict)
    for reading in measure.contexte or []:
        for series in reading.grandeur or []:
            if series.grandeurMetier == business and series.grandeurPhysique == "EA" and in_its_unit(series):
                for name, register in _registers(series):
                    for value in register.valeur or []:
                        day = _day(value.d)
                        if day is not None and value.v is not None and value.v >= 0:
                            found[day][name] = value.v
    return dict(found)


def _registers(series: IndexSeries) -> list[tuple[str, Register]]:
    """Return the registers of the first calendar whose classes are all known (the supplier's), and the total."""
    named = next((names for calendar in series.calendrier or [] if (names := _named(calendar))), [])
    return named + ([(TOTAL, series.cadranTotalisateur)] if series.cadranTotalisateur else [])


def _named(calendar: Calendar) -> list[tuple[str, Register]]:
    classes = calendar.classeTemporelle or []
    names = [_CLASSES.get((register.idClasseTemporelle or "").strip().upper()) for register in classes]
    known = [(name, register) for name, register in zip(names, classes, strict=True) if name is not None]
    return known if len(known) == len(classes) else []


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
