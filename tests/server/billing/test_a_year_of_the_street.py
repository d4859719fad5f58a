"""A year of every story, to the cent: what the gateway makes of Enedis, beside a bill made minute by minute.

The gateway asks the simulator as it would Enedis, fills its history, and looks again when holes are settled and late
days have come. The other bill is made of the intervals that the archive has, whose days are those that the simulated
meter counted; a day without any is spread evenly, which no bucket can tell.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest

from gateway.settings import Settings
from gateway.tariffs.options import Option
from gateway.tariffs.prices import load_packaged_prices
from tests.server.billing.homes import Client
from tests.server.billing.naive import Contract, Home, Interval, Price, Slots, compute_bill
from tests.server.conftest import NOW, Gateway, SetClock, Simulator, run_simulator, wait_until
from tests.server.paris import midnight

DAY = timedelta(days=1)
LATER = NOW + 20 * DAY
START, END = date(2025, 11, 7), date(2026, 11, 7)
"""Both odd days and three changes of prices; at its end, what was missing at first is settled."""
NIGHT, AFTERNOON = [("22:30", "06:30")], [("01:28", "06:58"), ("13:58", "16:28")]
BASE, HP_HC = {"option": "base", "power_kva": 6}, {"option": "hp_hc", "power_kva": 9}
STORIES: dict[str, tuple[str, dict[str, Any], list[tuple[str, str]]]] = {
    "base": ("30001000000001", BASE, []),
    "off_peak": ("30001000000002", HP_HC, NIGHT),
    "tempo": ("30001000000003", {"option": "tempo", "power_kva": 9}, []),
    "production": ("30001000000004", BASE | {"power_kva": 3, "production_eur_per_kwh": 0.1269}, []),
    "self_consumption": ("30001000000005", HP_HC | {"production_eur_per_kwh": 0.04}, NIGHT),
    "holes": ("30001000000006", BASE, []),
    "no_curve": ("30001000000007", HP_HC, []),  # its hours are told, and no reading falls into them
    "new_meter": ("30001000000008", BASE, []),
    "three_phase": ("30001000000010", HP_HC | {"power_kva": 18}, [("23:30", "07:30")]),
    "afternoon": ("30001000000011", HP_HC, AFTERNOON),
    "steps": ("30001000000013", HP_HC, AFTERNOON),  # 60 minutes, then 30, 15, 10; hours of the user's own
    "late": ("30001000000014", BASE, []),
}
NOTHING_TO_READ = {
    "withdrawn": "30001000000009",
    "down": "30001000000012",
    "unshared": "30001000000015",
    "late_services": "30001000000017",
}


class QuickClock(SetClock):
    """Pauses are short, and a millisecond passes whenever somebody looks."""

    def __init__(self) -> None:
        super().__init__()
        self.speed = 1000

    def now(self) -> datetime:
        self.set(super().now() + timedelta(milliseconds=1))
        return super().now()


@pytest.fixture
async def clock() -> SetClock:
    return QuickClock()


@pytest.fixture(scope="module")
def simulator_process() -> Iterator[Simulator]:
    with run_simulator("--no-quota") as simulator:
        yield simulator


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"user_daily_limit_no_cache": 1000})


def test_no_story_is_forgotten(simulator: Simulator) -> None:
    told = {home["story"] for home in simulator.http.get("/control/homes").raise_for_status().json()}
    assert told == STORIES.keys() | NOTHING_TO_READ.keys()


@pytest.mark.parametrize("story", NOTHING_TO_READ)
async def test_where_nothing_is_read_nothing_is_billed(gateway: Gateway, simulator: Simulator, story: str) -> None:
    who, point = await gateway.sign_in(), await gateway.add_meter(NOTHING_TO_READ[story])

    async def has_been_asked() -> bool:
        return any(call["prm"] == NOTHING_TO_READ[story] for call in simulator.calls())

    await wait_until(has_been_asked)
    assert (await gateway.get(f"/v1/usage-points/{point}/hours", who))["start"] == []
    totals = await gateway.get(f"/v1/usage-points/{point}/totals", who)
    assert totals["month"]["last"]["consumption"] is None


@pytest.mark.long
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("story", STORIES)
async def test_a_year_agrees_to_the_cent(gateway: Gateway, simulator: Simulator, clock: SetClock, story: str) -> None:
    prm, tariff, slots = STORIES[story]
    who, point = await gateway.sign_in(), await gateway.add_meter(prm)
    path = f"/v1/usage-points/{point}"
    changes: dict[str, Any] = {"tariff": tariff} | ({"off_peak": [{"slots": slots}]} if story == "steps" else {})
    (await gateway.http.patch(path, headers=who, json=changes)).raise_for_status()
    client = Client()
    for now in (NOW, LATER):
        clock.set(now)
        simulator.set_clock(now)
        who = await gateway.sign_in()
        await wait_until(lambda: at_rest(gateway, path, who, now))  # noqa: B023 - awaited here
        colors = await all_colors(gateway, who, min(END, now.date()))
        client.take(await gateway.get(f"{path}/hours", who, cursor=client.cursor or ""))
    paid = tariff.get("production_eur_per_kwh")
    contract = Contract(
        date.min,
        tariff["option"],
        list_prices(tariff["option"], tariff["power_kva"], injects=story == "self_consumption"),
        production=None if paid is None else Fraction(str(paid)),
    )
    used, gave = [
        await fetch_intervals(gateway, simulator, who, point, prm, way) for way in ("consumption", "production")
    ]
    if story == "production":  # its hours are made by what it gives
        used = [(start, minutes, Fraction(0)) for start, minutes, _ in gave]
    expected: dict[str, Fraction] = defaultdict(Fraction)
    for series in compute_bill(Home([contract], [Slots(slots)] if slots else [], colors), used, gave).values():
        for key, amount in series.items():
            expected[key] += amount
    told = compute_growth(client.rows)
    assert told["subscription"] > (100 if story != "new_meter" else 1)
    for key, value in told.items():
        assert value == pytest.approx(float(expected[key]), abs=0.005), key
    assert {key for key, amount in expected.items() if amount and not key.endswith("_base")} <= told.keys()


async def at_rest(gateway: Gateway, path: str, who: dict[str, str], now: datetime) -> bool:
    """Whether the history is filled, but for a refusal that is confirmed another day, and nothing is due."""
    seen, soon = await gateway.get(path, who), now + timedelta(minutes=5)
    due, history = seen["freshness"]["next_expected_at"], seen["history"]
    is_filled = history["finished"] or (
        history["days"] == history["of_days"] and datetime.fromisoformat(history["next_call"]) > soon
    )
    return is_filled and datetime.fromisoformat(due) > soon


async def all_colors(gateway: Gateway, who: dict[str, str], end: date) -> dict[date, str]:
    """The colours as RTE told them, all of them known."""

    async def find_known_colors() -> dict[date, str] | None:
        span = {"start": (START - DAY).isoformat(), "end": end.isoformat()}
        days = (await gateway.get("/v1/tempo/days", who, **span))["days"]
        found = {date.fromisoformat(day["date"]): day["color"] for day in days}
        return None if "unknown" in found.values() else found

    return await wait_until(find_known_colors)


async def fetch_intervals(
    gateway: Gateway, simulator: Simulator, who: dict[str, str], point: str, prm: str, direction: str
) -> list[Interval]:
    """The intervals of the year, whose days are as the simulated meter counted them; a day without any as one."""
    span = {"start": START.isoformat(), "end": END.isoformat(), "direction": direction}
    answer = await gateway.get(f"/v1/usage-points/{point}/load-curve", who, **span)
    found: dict[datetime, list[Interval]] = defaultdict(list)
    midnights = [midnight(START + number * DAY) for number in range((END - START).days + 1)]
    days = simulator.truth(prm, START, END, direction)
    position = 0
    for reading in answer["readings"]:
        start = datetime.fromisoformat(reading["start"]).astimezone(UTC)
        while midnights[position + 1] <= start:
            position += 1
        found[midnights[position]].append((start, reading["minutes"], Fraction(reading["watts"])))
    seen = await gateway.get(f"/v1/usage-points/{point}", who)
    since = date.fromisoformat(seen["contract"][f"{direction}_activated_on"] or "9999-12-31")
    for day, begins, ends in zip(days, midnights, midnights[1:], strict=False):
        length = (ends - begins) // timedelta(minutes=1)
        known = found[begins]
        if not known and date.fromisoformat(day["date"]) >= since:
            known.append((begins, length, Fraction(day["wh"] * 60, length)))
        assert sum(minutes for _, minutes, _ in known) in {0, length}
        assert not known or sum(minutes * watts for _, minutes, watts in known) == day["wh"] * 60
    return [reading for begins in midnights for reading in found[begins]]


def list_prices(option: str, power: int, *, injects: bool) -> list[Price]:
    """The regulated prices; who injects beside consuming owes 9.60 EUR a year and 20 % VAT above the subscription."""
    surcharge = Fraction("9.60") * Fraction("1.2") / 12 if injects else Fraction(0)
    return [
        Price(
            grid.valid_from,
            {bucket: Fraction(price) for bucket, price in grid.prices},
            Fraction(grid.subscription_month) + surcharge,
        )
        for grid in load_packaged_prices().iterate_grids()
        if (grid.option, grid.power_kva) == (Option(option), power)
    ]


def compute_growth(rows: Mapping[tuple[str, str], float]) -> dict[str, float]:
    """By how much each series grew in the year."""
    first, last = midnight(START), midnight(END)
    found: dict[str, dict[str, float]] = {"before": {}, "within": {}}
    for (start, key), value in sorted(rows.items()):
        begins = datetime.fromisoformat(start)
        if begins < last:
            found["before" if begins < first else "within"][key] = value
    return {key: value - found["before"].get(key, 0) for key, value in found["within"].items()}
