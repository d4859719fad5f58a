"""A simulated year of every story, to the cent: the gateway's sums beside a bill made minute by minute."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from gateway.billing.options import Option
from gateway.billing.prices import packaged
from gateway.enedis.client import Direction
from gateway.metering.ledger import Kind
from gateway.metering.readings import Reading
from tests.server.billing.homes import ByHand, midnight, sqlite
from tests.server.billing.naive import Contract, Home, Price, Slots, bill
from tests.server.conftest import NOW, SetClock, Simulator

START, END = date(2025, 11, 3), date(2026, 11, 3)
STORIES = {
    "base": ("30001000000001", {"option": "base", "power_kva": 6}, []),
    "off_peak": ("30001000000002", {"option": "hp_hc", "power_kva": 9}, [("22:30", "06:30")]),
    "tempo": ("30001000000003", {"option": "tempo", "power_kva": 9}, []),
    "production": (
        "30001000000004",
        {"option": "base", "power_kva": 3, "production_eur_per_kwh": 0.1269},
        [],
    ),
    "self_consumption": (
        "30001000000005",
        {"option": "hp_hc", "power_kva": 9, "production_eur_per_kwh": 0.04},
        [("22:30", "06:30")],
    ),
    "three_phase": ("30001000000010", {"option": "hp_hc", "power_kva": 18}, [("23:30", "07:30")]),
    "afternoon": ("30001000000011", {"option": "hp_hc", "power_kva": 9}, [("01:28", "06:58"), ("13:58", "16:28")]),
}


def read(simulator: Simulator, prm: str, direction: Direction) -> dict[date, list[Reading]]:
    days = simulator.truth(prm, START, END, direction.value)
    return {
        date.fromisoformat(day["date"]): [
            Reading(datetime.fromisoformat(one["start"]).astimezone(UTC), 30, one["watts"]) for one in day["readings"]
        ]
        for day in days
    }


def prices(option: str, power: int) -> list[Price]:
    return [
        Price(
            grid.valid_from,
            {bucket: Fraction(price) for bucket, price in grid.prices},
            Fraction(grid.subscription_month),
        )
        for grid in packaged().grids()
        if (grid.option, grid.power_kva) == (Option(option), power)
    ]


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("story", STORIES)
async def test_a_year_agrees_to_the_cent(simulator: Simulator, tmp_path: Path, story: str) -> None:
    prm, tariff, slots = STORIES[story]
    stated: dict[str, Any] = dict(tariff)
    contract: dict[str, Any] = {
        "consumption_activated_on": START.isoformat(),
        "production_activated_on": START.isoformat(),
    }
    off_peak = [{"slots": [list(slot) for slot in slots]}] if slots else []
    if story == "production":
        contract["gives"] = True
    home = await ByHand.make(sqlite(tmp_path), SetClock(NOW), tariffs=[tariff], off_peak=off_peak, contract=contract)
    used, gave = (read(simulator, prm, direction) for direction in Direction)
    used, gave = ({day: readings for day, readings in known.items() if readings} for known in (used, gave))
    for direction, known in zip(Direction, (used, gave), strict=True):
        await home.write(Kind.CURVE, known, direction)
    answer = simulator.http.get("/control/tempo", params={"start": "2025-11-01", "end": "2026-11-04"})
    colors = {date.fromisoformat(day["date"]): day["color"].lower() for day in answer.raise_for_status().json()}
    await home.color(colors)
    found = await home.hours()
    await home.database.close()
    assert datetime.fromisoformat(found["start"][0]) == midnight(START)
    option, power = stated["option"], stated["power_kva"]
    paid = stated.get("production_eur_per_kwh")
    contract_ = Contract(
        date.min, option, prices(option, power), production=None if paid is None else Fraction(str(paid))
    )
    naive = Home([contract_], [Slots(slots)] if slots else [], colors)
    expected: dict[str, Fraction] = defaultdict(Fraction)
    told = [[(one.start, 30, one.watts) for day in sorted(known) for one in known[day]] for known in (used, gave)]
    if not used:  # its hours are made by what it gives
        told[0] = [(start, minutes, 0) for start, minutes, _ in told[1]]
    for series in bill(naive, told[0], told[1]).values():
        for key, amount in series.items():
            expected[key] += amount
    last = {key: sums[-1] for key, sums in found["sum"].items()}
    assert last["subscription"] > 100
    for key, value in last.items():
        assert value == pytest.approx(float(expected[key]), abs=0.005), key
    assert {key for key, amount in expected.items() if amount and not key.endswith("_base")} <= last.keys()
    assert timedelta(hours=1) * len(found["start"]) == midnight(END) - midnight(START)
