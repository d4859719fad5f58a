"""Answers that are kept ready to send are those that would be computed, whoever writes what, in whichever process."""

import asyncio
import random
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from gateway.domain.direction import Direction
from gateway.domain.readings import Reading
from gateway.kit.conditional import prepare_json
from gateway.kit.crypto import Keyring
from gateway.kit.database import Database
from gateway.metering.schedule import Kind, State
from gateway.migrations import upgrade_database
from gateway.usage_points import repository as points
from gateway.usage_points.contract import Contract
from gateway.usage_points.models import PointStatus, UsagePoint
from tests.server.billing import writers
from tests.server.billing.homes import BASE, HP_HC, NIGHT, TODAY, StoredHome, list_past_days, sqlite_url, whole_curve
from tests.server.conftest import NOW, Gateway, SetClock
from tests.server.metering.answering import (
    KEPT_FOR,
    MOST_BYTES,
    LocalProcess,
    ManualClock,
    Process,
    run_process,
    start_servers,
)
from tests.server.tables import create_tables

KEYS = Keyring.generate_key()
KEYRING = Keyring.parse_keyring(KEYS)
RANGES = [
    (TODAY - timedelta(days=back), TODAY - timedelta(days=back - days)) for back, days in ((3, 1), (9, 4), (5, 5))
]
STEPS = st.lists(
    st.sampled_from(
        [
            *["compare_one", "compare_both", "compare_at_once"] * 3,
            "late",
            "partial",
            "absent",
            "write_rounded_curve",
            "daily",
            "refresh",
            "price",
            "off_peak",
            "contract",
            "collect",
            "reopen",
            *["file", "no_file"] * 2,
            "add_again",
            "hour",
            "write_while_asking",
            "write_among_questions",
        ]
    ),
    min_size=5,
    max_size=30,
)


@pytest.fixture(scope="module")
def empty() -> Iterator[Path]:
    """A database with its tables, to be copied."""
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(upgrade_database(sqlite_url(Path(folder))))
        yield Path(folder)


@dataclass
class Life[P: Process]:
    """A home whose archive changes at random, two processes that keep answers, and one that keeps none."""

    home: StoredHome
    chance: random.Random
    caching: list[P]
    computing: P
    hits: int = 0

    async def step(self, name: str) -> None:
        day = TODAY - timedelta(days=self.chance.randrange(1, 12))
        curve = whole_curve(day, [self.chance.randrange(3000) for _ in range(5)])
        await getattr(self, name)(day, curve)

    async def compare_one(self, *_: object) -> None:
        await self.compare_answers([self.chance.choice(self.caching)])

    async def compare_both(self, *_: object) -> None:
        await self.compare_answers(self.caching)

    async def compare_answers(self, asked: list[P]) -> None:
        question = self.choose_question()
        expected = await read_answer(self.computing, question)
        for process in asked:
            statements, answer = await fetch_counted_answer(process, question)
            assert answer == expected
            self.hits += statements == 1

    def choose_question(self) -> tuple[str, dict[str, str]]:
        start, end = self.chance.choice(RANGES)
        direction = self.chance.choice([*["consumption"] * 5, "production"])
        route = self.chance.choice(["load-curve", "daily"])
        return route, {"start": str(start), "end": str(end), "direction": direction}

    async def write_while_asking(self, day: date, curve: list[Reading]) -> None:
        """Whatever the questions meet half-way, afterwards everybody answers the same."""
        question = self.choose_question()
        writing = self.home.write_days(Kind.CURVE, {day: curve})
        await asyncio.gather(*(read_answer(process, question) for process in self.caching), writing)
        expected = await read_answer(self.computing, question)
        assert [await read_answer(process, question) for process in self.caching] == [expected] * 2

    async def compare_at_once(self, *_: object) -> None:
        """Several ask each process at the same time, and each gets its own answer."""
        questions = [self.choose_question() for _ in range(4)]
        expected = [await read_answer(self.computing, question) for question in questions]
        for process in self.caching:
            assert await asyncio.gather(*(read_answer(process, question) for question in questions)) == expected

    async def write_among_questions(self, day: date, curve: list[Reading]) -> None:
        """Who asks after a write gets what was written, even while others are answered who asked before."""
        question = self.choose_question()
        others = asyncio.gather(*(read_answer(process, question) for process in self.caching * 3))
        await self.home.write_days(Kind.CURVE, {day: curve})
        found = await asyncio.gather(*(read_answer(process, question) for process in self.caching))
        await others
        assert found == [await read_answer(self.computing, question)] * 2

    async def late(self, day: date, curve: list[Reading]) -> None:
        await self.home.write_days(Kind.CURVE, {day: curve}, self.chance.choice(list(Direction)))

    async def partial(self, day: date, curve: list[Reading]) -> None:
        await self.home.write_days(Kind.CURVE, {day: curve[: self.chance.randrange(1, 40)]}, state=State.PARTIAL)

    async def absent(self, day: date, _: list[Reading]) -> None:
        await self.home.write_days(Kind.CURVE, {day: None})

    async def write_rounded_curve(self, day: date, curve: list[Reading]) -> None:
        state = self.chance.choice([State.FITTED, State.ROUNDED, State.FILLED])
        await self.home.write_days(Kind.CURVE, {day: curve}, state=state)

    async def file(self, day: date, _: list[Reading]) -> None:
        await writers.import_file(self.home, self.chance, day)

    async def no_file(self, *_: object) -> None:
        await writers.take_back_file(self.home, self.chance)

    async def daily(self, day: date, _: list[Reading]) -> None:
        await self.home.write_days(Kind.DAILY, {day: self.chance.randrange(20_000)})

    async def refresh(self, day: date, _: list[Reading]) -> None:
        body = {"start": str(day), "end": str(day + timedelta(days=1))}
        await self.caching[0].http.post("/refresh", json=body)

    async def price(self, *_: object) -> None:
        await self.home.change_point(tariffs=self.chance.choice([BASE, HP_HC, []]))

    async def off_peak(self, *_: object) -> None:
        await self.home.change_point(off_peak=self.chance.choice([NIGHT, []]))

    async def contract(self, day: date, _: list[Reading]) -> None:
        known = [Contract(), Contract(consumption_activated_on=day), Contract(produces=True)]
        await self.home.change_point(contract=self.chance.choice(known))

    async def collect(self, *_: object) -> None:
        await self.home.change_point(services=self.chance.choice([["IDX"], ["CDC", "IDX"]]))

    async def reopen(self, *_: object) -> None:
        await self.home.change_point(status=self.chance.choice([PointStatus.ENDED, PointStatus.MOVED]))

    async def add_again(self, day: date, curve: list[Reading]) -> None:
        """Delete the usage point with all that was read, ask, and add it again: it has the same id."""
        async with self.home.database.write() as session:
            await points.delete_usage_point(session, await session.get_one(UsagePoint, self.home.point_id))
        await self.compare_both()
        await add_home(self.home.database, self.home.clock)
        await self.home.write_days(Kind.CURVE, {day: curve})

    async def hour(self, *_: object) -> None:
        self.home.clock.set(self.home.clock.now() + timedelta(minutes=self.chance.randrange(90)))


async def add_home(database: Database, clock: SetClock) -> StoredHome:
    home = await StoredHome.open(str(database.engine.url), clock, KEYRING)
    await home.change_point(status=PointStatus.ENDED, ended_at=clock.now())
    if home.database is not database:
        await home.database.close()
        home.database = database
    return home


async def fetch_counted_answer(process: Process, question: tuple[str, dict[str, str]]) -> tuple[int, tuple[int, Any]]:
    """Return how many statements an answer took, and its status and content."""
    answer = await process.http.get(f"/{question[0]}", params=question[1])
    content: dict[str, Any] = answer.json()
    content.pop("instance", None)  # of a problem: its request
    return int(answer.headers["statements"]), (answer.status_code, content)


async def read_answer(process: Process, question: tuple[str, dict[str, str]]) -> tuple[int, Any]:
    return (await fetch_counted_answer(process, question))[1]


async def write_curves(home: StoredHome, chance: random.Random) -> None:
    curves = {day: whole_curve(day, [chance.randrange(3000)]) for day in list_past_days(12)}
    await home.write_days(Kind.CURVE, curves)


@asynccontextmanager
async def live(url: str, chance: random.Random) -> AsyncIterator[Life[LocalProcess]]:
    async with AsyncExitStack() as stack:
        home = await add_home(await stack.enter_async_context(Database(url)), ManualClock(NOW))
        await write_curves(home, chance)
        caching = [await stack.enter_async_context(run_process(home)) for _ in range(2)]
        computing = await stack.enter_async_context(run_process(home, most_bytes=0))
        yield Life(home, chance, caching, computing)


@given(STEPS, st.integers(0, 2**32))
@settings(max_examples=25, deadline=None)
def test_a_kept_answer_is_the_one_that_would_be_computed(empty: Path, steps: list[str], seed: int) -> None:
    async def run(url: str) -> None:
        async with live(url, random.Random(seed)) as life:
            for step in steps:
                await life.step(step)
            await life.compare_both()

    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(empty / "gateway.db", folder)
        asyncio.run(run(sqlite_url(Path(folder))))


def test_processes_of_their_own_never_differ(database_url: str) -> None:
    """The same with processes that share nothing but the database, which this process writes."""

    async def add_new_home() -> StoredHome:
        await create_tables(database_url)
        async with Database(database_url) as database:
            return await add_home(database, ManualClock(NOW))

    home = asyncio.run(add_new_home())
    hits = 0

    async def run(steps: list[str], chance: random.Random) -> int:
        async with Database(database_url) as home.database, servers.connect(home) as (first, second, computing):
            life = Life(home, chance, [first, second], computing)
            home.clock.set(NOW)
            await life.add_again(TODAY, [])
            await write_curves(home, chance)
            for step in [*steps, "compare_both", "compare_both"]:
                await life.step(step)
            return life.hits

    @given(STEPS, st.integers(0, 2**32))
    @settings(max_examples=6, deadline=None)
    def compare_processes(steps: list[str], seed: int) -> None:
        nonlocal hits
        hits += asyncio.run(run(steps, random.Random(seed)))

    with start_servers(database_url, KEYS, home.account_id, [MOST_BYTES, MOST_BYTES, 0]) as servers:
        compare_processes()
    assert hits


QUESTION = ("load-curve", {"start": str(RANGES[1][0]), "end": str(RANGES[1][1])})


async def count_statements(process: Process, question: tuple[str, dict[str, str]] = QUESTION) -> int:
    statements, (status, _) = await fetch_counted_answer(process, question)
    assert status == 200
    return statements


async def test_a_known_range_takes_one_statement_until_something_is_written(database_url: str) -> None:
    await upgrade_database(database_url)
    daily = ("daily", QUESTION[1])
    async with live(database_url, random.Random(1)) as life:
        first, second = life.caching
        for question in (QUESTION, daily):
            assert [await count_statements(process, question) for process in life.caching] != [1, 1]
            assert [await count_statements(process, question) for process in life.caching] == [1, 1]
        day = RANGES[1][0]
        await life.home.write_days(Kind.CURVE, {day: whole_curve(day, [7])})
        assert await count_statements(first) > 1
        assert await count_statements(first) == 1
        answers = [await read_answer(process, QUESTION) for process in (first, second, life.computing)]
        assert answers[0] == answers[1] == answers[2]
        assert answers[0][1]["readings"][0]["watts"] == 7


async def test_many_who_ask_at_once_are_checked_by_few_statements(database_url: str) -> None:
    await upgrade_database(database_url)
    async with live(database_url, random.Random(1)) as life:
        process, statements = life.caching[0], []
        expected = await read_answer(process, QUESTION)
        event.listen(
            process.database.engine.sync_engine, "before_cursor_execute", lambda *given: statements.append(given[2])
        )
        assert await asyncio.gather(*(read_answer(process, QUESTION) for _ in range(20))) == [expected] * 20
        assert 0 < len(statements) < 10


async def test_what_answers_read_is_found_by_key_however_many_meters_there_are(tmp_path: Path) -> None:
    await upgrade_database(sqlite_url(tmp_path))
    async with live(sqlite_url(tmp_path), random.Random(1)) as life:
        process, asked = life.caching[0], []
        event.listen(
            process.database.engine.sync_engine,
            "before_cursor_execute",
            lambda *given: asked.append((given[2], given[3])),
        )
        for question in (QUESTION, ("daily", QUESTION[1])) * 2:
            await read_answer(process, question)
        async with life.home.database.engine.connect() as connection:
            for statement, values in asked:
                rows = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
                assert not [row.detail for row in rows if row.detail.startswith("SCAN")], statement
    assert len(asked) > 5


async def test_it_is_forgotten_in_time_and_never_takes_more_memory(database_url: str) -> None:
    await upgrade_database(database_url)
    async with live(database_url, random.Random(1)) as life:
        process = life.caching[0]
        await count_statements(process)
        life.home.clock.set(NOW + timedelta(seconds=KEPT_FOR - 1))
        assert await count_statements(process) == 1
        life.home.clock.set(NOW + timedelta(seconds=KEPT_FOR + 1))
        assert await count_statements(process) > 1
        process.kept._forget_outdated()
        assert len(process.kept._kept) == 1
        life.home.clock.set(life.home.clock.now() + timedelta(seconds=KEPT_FOR + 1))
        process.kept._forget_outdated()
        assert not process.kept._kept
        process.kept._most_bytes = 8000
        for back in range(2, 12):
            days = {"start": str(TODAY - timedelta(days=back)), "end": str(TODAY - timedelta(days=back - 1))}
            await count_statements(process, ("load-curve", days))
        sizes = [kept.size for kept in process.kept._kept.values()]
        assert 1 < len(sizes) < 10
        assert process.kept._bytes == sum(sizes) <= 8000


async def test_the_same_comes_compressed_or_not(database_url: str) -> None:
    await upgrade_database(database_url)
    async with live(database_url, random.Random(1)) as life:
        http = life.caching[0].http
        found = {}
        for accepted in ("gzip", "identity", "gzip"):
            answer = await http.get("/load-curve", params=QUESTION[1], headers={"Accept-Encoding": accepted})
            assert answer.headers.get("content-encoding", "identity") == accepted
            assert answer.headers["vary"] == "Authorization, Cookie, Accept-Encoding"
            assert answer.headers["cache-control"] == "private, max-age=3600"
            found[accepted] = answer.text, answer.headers["etag"].removeprefix("W/")
        assert found["gzip"] == found["identity"]
        headers = {"If-None-Match": found["gzip"][1]}
        assert (await http.get("/load-curve", params=QUESTION[1], headers=headers)).status_code == 304
        unchanged = (await http.get("/load-curve", params=QUESTION[1], headers=headers)).headers
        assert unchanged["vary"] == "Authorization, Cookie, Accept-Encoding"


@pytest.mark.parametrize("accepted", ["gzip;q=0", "identity, gzip; q=0.0", "*;q=0", "br"])
async def test_who_refuses_gzip_gets_none(tmp_path: Path, accepted: str) -> None:
    await upgrade_database(sqlite_url(tmp_path))
    async with live(sqlite_url(tmp_path), random.Random(1)) as life:
        http = life.caching[0].http
        answer = await http.get("/load-curve", params=QUESTION[1], headers={"Accept-Encoding": accepted})
        assert "content-encoding" not in answer.headers


async def test_nothing_is_kept_of_a_usage_point_that_another_process_deleted(database_url: str) -> None:
    await upgrade_database(database_url)
    async with live(database_url, random.Random(1)) as life:
        process = life.caching[0]
        for question in (QUESTION, ("daily", QUESTION[1])):
            await read_answer(process, question)
        assert len(process.kept._kept) == 2
        async with life.home.database.write() as session:
            await points.delete_usage_point(session, await session.get_one(UsagePoint, life.home.point_id))
        assert (await read_answer(process, QUESTION))[0] == 404
        assert (process.kept._kept, process.kept._bytes) == ({}, 0)


async def test_nothing_is_kept_of_a_usage_point_from_its_deletion_on(gateway: Gateway) -> None:
    who, point = await gateway.sign_in(), await gateway.add_meter("30001000000001")
    kept, own = gateway.runtime.kept_responses, ("daily", "account", point)
    kept.keep_response(own, "version", prepare_json(b"{}", compressed=False))
    kept.keep_response(("daily", "account", "another"), "version", prepare_json(b"{}", compressed=False))
    assert (await gateway.http.delete(f"/v1/usage-points/{point}", headers=who)).status_code == 204
    assert list(kept._kept) == [("daily", "account", "another")]
