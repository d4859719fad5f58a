"""What the archive does when Enedis refuses a window, does not answer, or never sends the whole of a day."""

import asyncio
import random
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from sqlalchemy import text

from gateway.domain.direction import Direction
from gateway.domain.readings import Reading
from gateway.kit import paris
from gateway.metering import payloads, repository
from gateway.metering.repository import Fact
from gateway.metering.schedule import Feed, Kind, State
from gateway.usage_points import service as points
from tests.server.conftest import NOW, Gateway, SetClock, Simulator, wait_until

BASE, HOLES = "30001000000001", "30001000000006"
CURVES = "courbe_de_charge"
WEEK = {"start": "2026-06-01", "end": "2026-06-08"}
A_MOMENT = timedelta(seconds=61)


async def _no_history(gateway: Gateway) -> None:
    """Leave the older history alone: its calls are not what is looked at."""
    await gateway.wait_for_history_pause()
    async with gateway.runtime.database.write() as session:
        await session.execute(text("UPDATE usage_points SET history_at = NULL"))


def _list_windows(simulator: Simulator, *, older_than: str = "2026-09") -> list[tuple[str, str, int]]:
    found = [(parse_qs(call["query"]), call["status"]) for call in simulator.calls(CURVES) if call["status"] != 401]
    return [
        (query["dateDebut"][0], query["dateFin"][0], status)
        for query, status in found
        if query["dateDebut"][0] < older_than
    ]


async def test_where_seven_days_are_refused_six_are_asked(gateway: Gateway, simulator: Simulator) -> None:
    who = await gateway.sign_in()
    point = await gateway.add_meter(BASE)
    await gateway.at_rest(who, point)
    await _no_history(gateway)
    simulator.forget_calls()
    simulator.order("POST", "faults", api="mesure_synchrone_auto", name="ADAM-ERR0126", times=1)
    answer = await gateway.get(f"/v1/usage-points/{point}/load-curve", who, **WEEK)
    assert len(answer["readings"]) == 7 * 48
    assert answer["missing"] == []
    assert _list_windows(simulator) == [
        ("2026-06-01", "2026-06-08", 400),
        ("2026-06-02", "2026-06-08", 200),
        ("2026-06-01", "2026-06-02", 200),
    ]


async def test_a_history_goes_on_where_seven_days_are_refused(
    gateway: Gateway, simulator: Simulator, clock: SetClock
) -> None:
    who = await gateway.sign_in()
    point = await gateway.add_meter(BASE)
    await gateway.at_rest(who, point)
    simulator.order("POST", "faults", api="mesure_synchrone_auto", name="ADAM-ERR0126", times=1)
    clock.set(NOW + timedelta(seconds=1))  # a turn is an instant: while the clock stands, there is but one

    async def find_refused_and_next() -> tuple[tuple[str, str, int], tuple[str, str, int]] | None:
        calls = pairwise(_list_windows(simulator))
        return next(((call, following) for call, following in calls if call[2] == 400), None)

    refused, shorter = await wait_until(find_refused_and_next)
    assert (shorter[1], shorter[2]) == (refused[1], 200)
    assert date.fromisoformat(shorter[1]) - date.fromisoformat(shorter[0]) == timedelta(days=6)


async def test_after_five_failures_in_a_row_enedis_is_left_alone_and_one_call_sees_whether_it_is_back(
    gateway: Gateway, simulator: Simulator, clock: SetClock
) -> None:
    homes = []
    for number in range(7):
        who = await gateway.sign_in(f"home{number}@example.org")
        point = await gateway.add_meter(f"3000900000000{number}", f"home{number}@example.org")
        await gateway.at_rest(who, point)
        homes.append((who, point))
    await _no_history(gateway)
    simulator.forget_calls()
    simulator.order("POST", "faults", api="mesure_synchrone_auto", status=503, body="<html>down</html>")

    async def request_week(home: tuple[dict[str, str], str]) -> Any:
        who, point = home
        return await gateway.http.get(f"/v1/usage-points/{point}/load-curve", headers=who, params=WEEK)

    refused = [await request_week(home) for home in homes]
    assert [(answer.status_code, answer.json()["code"]) for answer in refused] == [(503, "upstream_down")] * 7
    assert all(int(answer.headers["retry-after"]) > 0 for answer in refused)
    assert len(_list_windows(simulator)) == 5, "the sixth and the seventh home asked nothing"

    simulator.order("DELETE", "faults")
    assert (await request_week(homes[5])).status_code == 503, "the minute is not over"
    clock.set(NOW + A_MOMENT)
    simulator.set_clock(NOW + A_MOMENT)
    back = await request_week(homes[5])
    assert back.status_code == 200
    assert len(back.json()["readings"]) == 7 * 48

    async def is_answering() -> bool:
        """Ask again: the archive itself may have been asking for this home while the circuit was open."""
        return bool((await request_week(homes[6])).status_code == 200)

    await wait_until(is_answering)
    assert [status for _, _, status in _list_windows(simulator)] == [503] * 5 + [200] * 2


async def test_a_day_that_never_comes_whole_is_settled_by_its_value_and_marked(
    gateway: Gateway, simulator: Simulator, clock: SetClock
) -> None:
    """A Tuesday without its afternoon: nothing is invented for fifteen days, then the day's value says how much."""
    who = await gateway.sign_in()
    point = await gateway.add_meter(HOLES)
    await gateway.at_rest(who, point)
    await _no_history(gateway)
    tuesday = date(2026, 10, 27)
    curve = {"start": str(tuesday), "end": str(tuesday + paris.DAY)}
    path = f"/v1/usage-points/{point}"
    for day in (0, 1, 3, 8, 10):
        now = NOW + timedelta(days=day)
        clock.set(now)
        simulator.set_clock(now)
        who = await gateway.sign_in()
        seen = await gateway.at_rest(who, point)
        holes = [hole for hole in seen["holes"] if hole["start"] <= str(tuesday) < hole["end"]]
        answer = await gateway.get(f"{path}/load-curve", who, **curve)
        if day < 10:
            assert all(reading["quality"] == "measured" for reading in answer["readings"])
            assert len(answer["readings"]) == 36
            assert holes
            assert holes[0]["next_try"]
    assert holes == []
    assert answer["missing"] == []
    assert {reading["quality"] for reading in answer["readings"]} == {"measured", "estimated"}
    [truth] = simulator.truth(HOLES, tuesday, tuesday + paris.DAY)
    known = await gateway.get(f"{path}/daily", who, **curve)
    assert [(day["wh"], day["quality"]) for day in known["readings"]] == [(truth["wh"], "measured")]
    assert sum(reading["watts"] * reading["minutes"] for reading in answer["readings"]) == truth["wh"] * 60


async def test_a_year_of_half_hours_takes_less_than_200_kib(gateway: Gateway, database_url: str) -> None:
    """The noisiest home there can be; with its row, its index, and what the database adds."""
    who, point_id = await gateway.sign_in(), await gateway.add_meter(BASE)
    await gateway.at_rest(who, point_id)
    await _no_history(gateway)
    database = gateway.runtime.database
    chance = random.Random(4)

    async def measure_size() -> int:
        async with database.write() as session:
            await session.execute(text("SELECT 1"))
        if database.is_sqlite:
            async with database.read() as session:
                await session.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
            return await asyncio.to_thread(lambda: Path(database_url.partition(":///")[2]).stat().st_size)
        async with database.read() as session:
            return int(await session.scalar(text("SELECT pg_total_relation_size('days')")) or 0)

    async with database.read() as session:
        account_id = (await session.execute(text("SELECT account_id FROM usage_points"))).scalar_one()
        _, opened = await points.open_point(session, account_id, point_id, gateway.runtime.keyring)
    before = await measure_size()
    feed = Feed(point_id, Kind.CURVE, Direction.PRODUCTION)
    facts = []
    for day in paris.iterate_days(date(2024, 1, 1), date(2024, 12, 31)):
        start, end = paris.day_bounds(day)
        halves = (end - start) // timedelta(minutes=30)
        readings = [
            Reading(start + timedelta(minutes=30 * number), 30, chance.randrange(9000)) for number in range(halves)
        ]
        facts.append(Fact(day, State.COMPLETE, payloads.pack_curve(day, readings)))
    async with database.write() as session:
        await repository.save_facts(session, feed, opened, facts, NOW)
    grown = await measure_size() - before
    assert 365 * 48 < grown < 200 * 1024
