"""A home whose archive asks a scripted Enedis: the client, the archive and the database are real."""

import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, override

import pytest

from gateway.domain.direction import Direction
from gateway.domain.readings import Reading
from gateway.enedis.client import Api
from gateway.metering import payloads, repository
from gateway.metering.archive import Archive, CallRefusal
from gateway.metering.fetching import Priority
from gateway.metering.metered_point import MeteredPoint
from gateway.metering.schedule import Entry, Feed, Kind, State
from gateway.quotas.pacing import EnedisPacer
from gateway.store.memory import MemoryStore
from gateway.usage_points.models import UsagePoint
from tests.server.billing.homes import BASE, PRM, StoredHome, sqlite_url
from tests.server.conftest import SetClock
from tests.server.enedis.origins import Reply, ScriptedServer, open_client, run_scripted

NOW = datetime(2026, 11, 3, 10, tzinfo=UTC)
OLD = date(2026, 6, 1)
A_DAY = timedelta(days=1)


def make_measure(physical: str, unit: str, points: Sequence[object], start: date, days: int) -> dict[str, Any]:
    """Write an answer of /mesure_synchrone_auto/v2."""
    series = {"grandeurMetier": "CONS", "grandeurPhysique": physical, "unite": unit, "points": points}
    period = {"dateDebut": str(start), "dateFin": str(start + days * A_DAY)}
    return {"idPrm": PRM, "periode": period, "grandeur": [series]}


class PacerWithoutTurns(EnedisPacer):
    """Lets everybody call at once: the clock stands still. How long a refusal for the quota lasts is the real one's."""

    @override
    async def wait_for_turn(self, api: Api, payer: str) -> None:
        pass


class ScriptedHome:
    """A home whose archive asks a scripted Enedis for one old week, call by call."""

    def __init__(self, home: StoredHome, origin: ScriptedServer, archive: Archive, store: MemoryStore) -> None:
        self.home, self.origin, self.archive, self.store = home, origin, archive, store
        self.reply = Reply()
        self.respond: Callable[[str], Reply] | None = None
        """What to answer to a request by its first line, in place of `reply`."""

    def find_reply(self, line: str) -> Reply:
        return self.respond(line) if self.respond else self.reply

    def set_answer(self, status: int, body: object) -> None:
        self.reply = Reply(status, body if isinstance(body, bytes) else json.dumps(body).encode())

    def answer_daily(self, **changes: object) -> None:
        """Answer with the value of each day."""
        points = [{"v": "9000", "d": str(OLD + day * A_DAY)} for day in range(7)]
        measure = make_measure("EA", "Wh", points, OLD, 7)
        self.set_answer(200, measure | {"grandeur": [measure["grandeur"][0] | changes]})

    def answer_curve(self, points: Sequence[object], start: date = OLD, days: int = 7, **changes: object) -> None:
        """Answer with the points of a load curve."""
        self.set_answer(200, make_measure("PA", "W", points, start, days) | changes)

    async def fetch_days(
        self,
        after: timedelta = timedelta(),
        kind: Kind = Kind.DAILY,
        direction: Direction = Direction.CONSUMPTION,
        start: date = OLD,
        days: int = 7,
    ) -> CallRefusal | None:
        self.home.clock.set(self.home.clock.now() + after)
        wanted = [start + day * A_DAY for day in range(days)]
        return await self.archive.fetch_missing(
            await self.open_point(), Feed(self.home.point_id, kind, direction), wanted, 1, Priority.PERSON
        )

    async def open_point(self) -> MeteredPoint:
        return MeteredPoint.of(await self.load_point(), self.home.secrets, self.home.clock.now())

    async def load_curve(
        self, start: date = OLD, days: int = 7
    ) -> tuple[Mapping[date, Entry], Mapping[date, list[Reading]]]:
        feed = Feed(self.home.point_id, Kind.CURVE)
        async with self.home.database.read() as session:
            return await repository.load_values(
                session, feed, self.home.secrets, payloads.read_curve, start, start + days * A_DAY
            )

    async def load_values(self, start: date = OLD, days: int = 7) -> Mapping[date, int]:
        feed = Feed(self.home.point_id, Kind.DAILY)
        async with self.home.database.read() as session:
            _, values = await repository.load_values(
                session, feed, self.home.secrets, payloads.read_value, start, start + days * A_DAY
            )
        return values

    async def load_point(self) -> UsagePoint:
        async with self.home.database.read() as session:
            return await session.get_one(UsagePoint, self.home.point_id)

    async def load_states(self) -> set[State]:
        feed = Feed(self.home.point_id, Kind.DAILY)
        async with self.home.database.read() as session:
            entries, _ = await repository.load_values(
                session, feed, self.home.secrets, payloads.read_value, OLD, OLD + 7 * A_DAY
            )
        return {entry.state for entry in entries.values()}

    @property
    def calls(self) -> int:
        return len(self.origin.data_calls)


@pytest.fixture
async def scripted_home(tmp_path: Path) -> AsyncIterator[ScriptedHome]:
    home = await StoredHome.create(sqlite_url(tmp_path), SetClock(NOW), tariffs=BASE)
    replies: list[ScriptedHome] = []
    store = MemoryStore(lambda: home.clock.now().timestamp())
    async with (
        run_scripted(lambda asked: replies[0].find_reply(asked.line)) as origin,
        open_client(origin.url, store=store, pacer=PacerWithoutTurns(home.database, store, home.clock, 5, 50)) as (
            enedis,
            _,
        ),
    ):
        archive = Archive(home.database, store, home.clock, dict.fromkeys(Priority, enedis), home.keyring)
        replies.append(ScriptedHome(home, origin, archive, store))
        yield replies[0]
    await home.database.close()
