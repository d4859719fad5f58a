"""Answers of RTE that are unlike the usual ones, through the real clients, jobs and database."""

import json
from collections.abc import AsyncIterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from gateway.ecowatt import repository as ecowatt_rows
from gateway.ecowatt import service as ecowatt
from gateway.kit.database import Base, Database
from gateway.kit.http import Upstream
from gateway.rte.client import Rte
from gateway.rte.models import FeedState
from gateway.rte.open_data import OpenData
from gateway.store.memory import MemoryStore
from gateway.tempo import repository as tempo_rows
from gateway.tempo import service as tempo
from tests.server.signals import Clock, parse_paris

NOW = parse_paris("2026-01-20 08:10")
TODAY, TOMORROW = date(2026, 1, 20), date(2026, 1, 21)


class StandIn(httpx2.AsyncBaseTransport):
    """RTE and its open data, which answer with what they are told."""

    def __init__(self) -> None:
        self.tempo = self.ecowatt = self.open_data = httpx2.Response(503)
        self.calls: list[str] = []

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        path = request.url.path
        if "token" in path:
            return httpx2.Response(200, json={"access_token": "token", "expires_in": 7200})
        self.calls.append(path)
        said = self.open_data if "open_data" in path else self.tempo if "tempo" in path else self.ecowatt
        return httpx2.Response(said.status_code, headers=said.headers, stream=httpx2.ByteStream(said.content))


class Grid:
    def __init__(self, database: Database, stand_in: StandIn) -> None:
        self.database, self.stand_in = database, stand_in
        self.clock = Clock(NOW)
        upstream = Upstream("http://rte", transport=stand_in)
        self.rte = Rte(upstream, "id", "secret", MemoryStore(lambda: self.clock.now().timestamp()))
        self.open_data = OpenData(upstream, "Mozilla/5.0 (tests)")

    async def load_colors(self) -> dict[date, str]:
        await tempo.refresh_tempo(self.database, self.rte, self.open_data, self.clock)
        async with self.database.read() as session:
            rows = await tempo_rows.list_days(session, TODAY, TOMORROW + timedelta(days=1))
        return {day: row.color.value for day, row in rows.items()}

    async def load_levels(self, day: date = TODAY) -> list[int]:
        await ecowatt.refresh_ecowatt(self.database, self.rte, self.clock)
        async with self.database.read() as session:
            rows = await ecowatt_rows.list_days(session, day)
        return [level for row in rows if row.day == day for level in ecowatt_rows.read_levels(row).values()]

    async def get_pause(self, feed: str) -> timedelta:
        async with self.database.read() as session:
            row = await session.get_one(FeedState, feed)
        return row.next_at - self.clock.now()


@pytest.fixture
async def grid(tmp_path: Path) -> AsyncIterator[Grid]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/rte.db")
    async with database.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    yield Grid(database, StandIn())
    await database.close()


def make_value(color: Any, **changes: Any) -> dict[str, Any]:
    return {
        "start_date": "2026-01-20T00:00:00+01:00",
        "end_date": "2026-01-21T00:00:00+01:00",
        "value": color,
        "updated_date": "2026-01-19T10:20:00+01:00",
    } | changes


def make_response(*values: Any) -> httpx2.Response:
    return httpx2.Response(200, json={"tempo_like_calendars": {"values": list(values)}})


TEMPO: dict[str, tuple[httpx2.Response, str | None]] = {
    "the usual": (make_response(make_value("RED")), "red"),
    "lower case": (make_response(make_value("red ")), "red"),
    "an unknown colour": (make_response(make_value("GREEN")), "unknown"),
    "a number for a colour": (make_response(make_value(3), make_value("RED")), "red"),
    "null for a colour": (make_response(make_value(None)), "unknown"),
    "null beside a colour": (make_response(make_value("WHITE"), make_value(None)), "white"),
    "no colour": (make_response({"start_date": "2026-01-20T00:00:00+01:00"}), "unknown"),
    "the same day twice": (make_response(make_value("RED"), make_value("RED")), "red"),
    "two colours of a day": (make_response(make_value("RED"), make_value("BLUE")), "unknown"),
    "null for fallback": (make_response(make_value("RED", fallback=None)), "red"),
    "a day in UTC": (make_response(make_value("RED", start_date="2026-01-19T23:00:00Z")), "red"),
    "a day without its offset": (make_response(make_value("RED", start_date="2026-01-20T00:00:00")), "red"),
    "a day without its time": (make_response(make_value("RED", start_date="2026-01-20")), "red"),
    "another date format beside": (
        make_response(make_value("BLUE", start_date="20/01/2026"), make_value("RED")),
        "red",
    ),
    "only another date format": (make_response(make_value("BLUE", start_date="20/01/2026")), None),
    "days that were not asked for": (
        make_response(make_value("BLUE", start_date="2026-06-01T00:00:00+02:00"), make_value("RED")),
        "red",
    ),
    "null among the days": (make_response(None, "x", make_value("RED")), "red"),
    "no days": (make_response(), "unknown"),
    "lists at both levels": (
        httpx2.Response(200, json={"tempo_like_calendars": [{"values": make_value("RED")}]}),
        "red",
    ),
    "null for the calendar": (httpx2.Response(200, json={"tempo_like_calendars": None}), None),
    "another object": (httpx2.Response(200, json={"error": "x"}), None),
    "XML": (httpx2.Response(200, content=b"<?xml version='1.0'?><values/>"), None),
    "HTML": (httpx2.Response(200, content=b"<html>Maintenance</html>"), None),
    "204": (httpx2.Response(204), None),
    "302": (httpx2.Response(302, headers={"Location": "https://example.org"}), None),
    "truncated": (httpx2.Response(200, content=make_response(make_value("RED")).content[:-9]), None),
}


@pytest.mark.parametrize("name", TEMPO)
async def test_a_colour(grid: Grid, name: str) -> None:
    said, color = TEMPO[name]
    grid.stand_in.tempo = said
    found = await grid.load_colors()
    assert found.get(TODAY) == color
    assert found.keys() <= {TODAY}
    if color is None:
        assert any("open_data" in call for call in grid.stand_in.calls), "the open data stands in"
        assert timedelta() < await grid.get_pause("tempo") <= timedelta(minutes=5)


OPEN_DATA: dict[str, tuple[Any, str | None]] = {
    "the usual": ({"values": {"2026-01-20": "RED"}}, "red"),
    "null for a colour": ({"values": {"2026-01-20": "RED", "2026-01-21": None}}, "red"),
    "a day that is none": ({"values": {"2026-01-20": "RED", "2026-02-31": "BLUE"}}, "red"),
    "an empty list for no days": ({"values": []}, "unknown"),
    "nothing that can be read": ({"values": {"x": "RED"}}, None),
    "another form": ({"values": "RED"}, None),
}


@pytest.mark.parametrize("name", OPEN_DATA)
async def test_the_open_data(grid: Grid, name: str) -> None:
    body, color = OPEN_DATA[name]
    grid.stand_in.open_data = httpx2.Response(200, json=body)
    assert (await grid.load_colors()).get(TODAY) == color


@pytest.mark.parametrize(
    ("header", "longest"),
    [
        ("120", timedelta(minutes=5)),
        ("7200", timedelta(hours=2)),
        ("9" * 30, timedelta(days=1)),
        ("-5", timedelta(minutes=5)),
    ],
)
async def test_how_long_rte_may_have_us_wait(grid: Grid, header: str, longest: timedelta) -> None:
    grid.stand_in.tempo = httpx2.Response(429, headers={"Retry-After": header})
    await grid.load_colors()
    assert await grid.get_pause("tempo") == longest


def make_signal(levels: Mapping[Any, Any] | list[tuple[Any, Any]], day: date = TODAY, **changes: Any) -> dict[str, Any]:
    pairs = levels.items() if isinstance(levels, Mapping) else levels
    midnight = parse_paris(f"{day} 00:00").astimezone().isoformat()
    return {
        "GenerationFichier": f"{day}T00:00:00+01:00",
        "jour": midnight,
        "dvalue": 1,
        "message": "Pas d'alerte.",
        "values": [{"pas": pas, "hvalue": level} for pas, level in pairs],
    } | changes


AUTUMN, SPRING = date(2026, 10, 25), date(2026, 3, 29)
ONES = dict.fromkeys(range(24), 1)
ECOWATT: dict[str, tuple[date, list[Any], list[int]]] = {
    "the usual": (TODAY, [make_signal(ONES)], [1] * 24),
    "missing hours": (TODAY, [make_signal({8: 1, 9: 2, 11: 3})], [1, 2, 3]),
    "texts for numbers": (TODAY, [make_signal({"8": "1", "9": "2"})], [1, 2]),
    "no levels": (TODAY, [make_signal({8: None, 9: 7, 10: "x", 11: 2})], [2]),
    "an hour in two ways": (TODAY, [make_signal([(8, 1), (8, 2), (9, 3)])], [3]),
    "null for hours": (TODAY, [make_signal({}, values=None)], []),
    "null for the message": (TODAY, [make_signal(ONES, message=None)], [1] * 24),
    "a date for a day": (TODAY, [make_signal(ONES, jour="2026-01-20")], [1] * 24),
    "times without an offset": (
        TODAY,
        [make_signal(ONES, jour="2026-01-20T00:00:00", GenerationFichier="2026-01-20T07:00:00")],
        [1] * 24,
    ),
    "one day that cannot be read": (TODAY, [{"jour": "x"}, None, make_signal(ONES)], [1] * 24),
    "the newest of a day twice": (
        TODAY,
        [
            make_signal({8: 3}, GenerationFichier="2026-01-20T07:00:00+01:00"),
            make_signal({8: 1}, GenerationFichier="2026-01-20T06:00:00+01:00"),
        ],
        [3],
    ),
    "autumn, 24 hours of the clock": (AUTUMN, [make_signal(ONES | {2: 3}, AUTUMN)], [1, 1, 3, 3] + [1] * 21),
    "autumn, 02:00 twice": (AUTUMN, [make_signal([(0, 1), (1, 1), (2, 3), (2, 2), (3, 0)], AUTUMN)], [1, 1, 3, 2, 0]),
    "autumn, numbered to 24": (
        AUTUMN,
        [make_signal(dict.fromkeys(range(25), 1) | {3: 3, 24: 2}, AUTUMN)],
        [1, 1, 1, 3] + [1] * 20 + [2],
    ),
    "spring, 24 hours of the clock": (SPRING, [make_signal(ONES | {2: 3}, SPRING)], [1] * 23),
    "spring, numbered to 22": (
        SPRING,
        [make_signal(dict.fromkeys(range(23), 1) | {2: 3}, SPRING)],
        [1, 1, 3] + [1] * 20,
    ),
}


@pytest.mark.parametrize("name", ECOWATT)
async def test_levels(grid: Grid, name: str) -> None:
    day, signals, levels = ECOWATT[name]
    grid.clock.time = parse_paris(f"{day} 08:10")
    grid.stand_in.ecowatt = httpx2.Response(200, json={"signals": signals})
    assert await grid.load_levels(day) == levels


@pytest.mark.parametrize("body", [{"signals": []}, {"signals": None}, {"signals": [{"jour": "x"}]}, {}, []])
async def test_signals_of_which_nothing_can_be_read_are_an_outage(grid: Grid, body: Any) -> None:
    grid.stand_in.ecowatt = httpx2.Response(200, content=json.dumps(body).encode())
    assert await grid.load_levels() == []
    assert await grid.get_pause("ecowatt") == timedelta(minutes=16)
