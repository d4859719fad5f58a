"""The street: invented homes, each with a story."""

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from gateway.simulator.homes import Home, Production
from gateway.simulator.weather import hash_noise

CROWD = "30009"  # any 14 digits that begin so are a home too: as many as a load run wants

_FLAT = Home("30001000000001", "Studio", "base")
_HOUSE = Home(
    "30001000000002",
    "Water heater",
    "off_peak",
    option="hp_hc",
    power_kva=9,
    off_peak="22H30-6H30",
    idle=110,
    appliances=620,
    water_minutes=170,
)
_ELECTRIC = Home(
    "30001000000003",
    "Electric heating",
    "tempo",
    option="tempo",
    power_kva=9,
    off_peak="22H00-6H00",
    idle=100,
    appliances=520,
    heating=43,
    water_minutes=130,
)

_FARM = replace(
    _HOUSE,
    power_kva=18,
    off_peak="23H30-7H30",
    hours_written="HC (23h30-7h30)",
    phases=3,
    appliances=1100,
    holder="30001000000004",
)


class Street:
    """All homes by number. `opened` is the day the simulator starts, from which recent events are counted back."""

    def __init__(self, opened: date) -> None:
        self.homes = {home.prm: home for home in _build_stories(opened)}

    def find_home(self, prm: str) -> Home | None:
        """The home of that number; one of the crowd is built when asked for."""
        in_crowd = re.fullmatch(rf"{CROWD}[0-9]{{9}}", prm)
        return self.homes.get(prm) or (_build_crowd_home(prm) if in_crowd else None)


def _build_stories(opened: date) -> list[Home]:
    def build_home(number: int, name: str, story: str, *, like: Home = _FLAT, **differences: Any) -> Home:
        return replace(like, prm=f"300010000000{number:02}", name=name, story=story, **differences)

    steps = (
        (date.min, 60),
        (opened - timedelta(days=200), 30),
        (opened - timedelta(days=60), 15),
        (opened - timedelta(days=10), 10),
    )
    return [
        _FLAT,
        _HOUSE,
        _ELECTRIC,
        build_home(4, "Roof that sells all", "production", solar=3000, production=Production.ALL, power_kva=3),
        build_home(5, "Self-consumption", "self_consumption", like=_HOUSE, solar=4500, production=Production.SURPLUS),
        build_home(6, "Holes every Tuesday", "holes", holes=True, bare=True),
        build_home(7, "Curve not collected", "no_curve", like=_HOUSE, curve=False),
        build_home(8, "Meter just installed", "new_meter", activated=opened - timedelta(days=12)),
        build_home(9, "Consent withdrawn", "withdrawn", shared=False, withdrawn=True),
        build_home(10, "Farmhouse", "three_phase", like=_FARM),
        build_home(11, "Afternoon off-peak", "afternoon", like=_HOUSE, off_peak="1H28-6H58;13H58-16H28"),
        build_home(12, "Enedis down", "down", down=True),
        build_home(13, "Step that changes", "steps", steps=steps),
        build_home(14, "Late publisher", "late", late=True),
        build_home(15, "To be shared", "unshared", shared=False),
        build_home(16, "To be shared, on Tempo", "unshared", like=_ELECTRIC, shared=False),
        build_home(17, "To be shared, appears late", "late_services", like=_HOUSE, shared=False, late_services=2),
    ]


def _build_crowd_home(prm: str) -> Home:
    seed = hash_noise("crowd", prm)
    like = (_FLAT, _HOUSE, _ELECTRIC)[seed[0] % 3]
    return replace(
        like,
        prm=prm,
        name=f"Home {prm[-6:]}",
        story="crowd",
        idle=like.idle + seed[1] % 40,
        appliances=like.appliances + seed[2],
        activated=date(2012, 1, 1) + timedelta(days=int.from_bytes(seed[3:5]) % 3000),
    )
