"""What clients of `/hours` end up with, whatever changes and however their calls go."""

import asyncio
import random
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.billing.hours import publishing
from gateway.domain.direction import Direction
from gateway.domain.readings import Reading
from gateway.kit.crypto import Keyring
from gateway.metering.schedule import Kind, State
from gateway.migrations import upgrade_database
from gateway.usage_points import repository as points
from gateway.usage_points.contract import Contract
from gateway.usage_points.models import UsagePoint
from tests.server.billing import writers
from tests.server.billing.homes import (
    BASE,
    HP_HC,
    NIGHT,
    TEMPO,
    TODAY,
    Client,
    StoredHome,
    list_past_days,
    sqlite_url,
    whole_curve,
)
from tests.server.conftest import NOW, SetClock

KEYRING = Keyring.parse_keyring(Keyring.generate_key())


@pytest.fixture(scope="module")
def empty_database() -> Iterator[Path]:
    """A database with its tables, to be copied."""
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(upgrade_database(sqlite_url(Path(folder))))
        yield Path(folder)


STEPS = st.lists(
    st.sampled_from(
        [
            "late",
            "partial",
            "absent",
            "daily",
            "index",
            "color",
            "tariff",
            "off_peak",
            "own_price",
            "regulated_price",
            "offers",
            "file",
            "no_file",
            "produce",
            "contract",
            "collect",
            "tomorrow",
            "hour",
            "load_next_hours",
            "lose_answer",
            "interrupt_import",
            "load_page",
            "restart",
            "add_again",
        ]
    ),
    min_size=5,
    max_size=25,
)
TARIFFS = [
    BASE,
    HP_HC,
    TEMPO,
    [],
    [*BASE, TEMPO[0] | {"valid_from": "2026-10-15"}],
    [{"option": "base", "power_kva": 6, "production_eur_per_kwh": 0.1}],
    writers.BY_OFFER,
]


@dataclass
class Life:
    """A home whose knowledge changes at random, and a client whose calls go as badly as they can."""

    home: StoredHome
    chance: random.Random
    client: Client = field(default_factory=Client)
    is_current: bool = False
    today: date = TODAY
    files_of_offers: int = 0

    async def step(self, name: str) -> None:
        day = self.today - timedelta(days=self.chance.randrange(1, 40))
        watts = [self.chance.randrange(3000) for _ in range(7)]
        await getattr(self, name)(day, whole_curve(day, watts, self.chance.choice([10, 30, 60])))

    async def late(self, day: date, curve: list[Reading]) -> None:
        await self.home.write_days(Kind.CURVE, {day: curve})

    async def partial(self, day: date, curve: list[Reading]) -> None:
        cut, direction = self.chance.randrange(1, len(curve)), self.chance.choice(list(Direction))
        known = self.chance.choice([curve[:cut], curve[cut:]])
        await self.home.write_days(Kind.CURVE, {day: known}, direction, state=State.PARTIAL)

    async def absent(self, day: date, _: list[Reading]) -> None:
        await self.home.write_days(Kind.CURVE, {day: None})

    async def daily(self, day: date, _: list[Reading]) -> None:
        direction = self.chance.choice(list(Direction))
        await self.home.write_days(Kind.DAILY, {day: self.chance.randrange(20_000)}, direction)

    async def index(self, day: date, _: list[Reading]) -> None:
        registers = {day: {"hp": 7000, "hc": 3000}, day + timedelta(days=1): {"hp": 9000, "hc": 4000}}
        await self.home.write_days(Kind.INDEX, registers)

    async def color(self, day: date, _: list[Reading]) -> None:
        color = self.chance.choice(["blue", "white", "red", "unknown"])
        await self.home.write_colors({day: color}, late=timedelta(hours=self.chance.randrange(48)))

    async def tariff(self, *_: object) -> None:
        await self.home.change_point(tariffs=self.chance.choice(TARIFFS))

    async def off_peak(self, day: date, _: list[Reading]) -> None:
        await self.home.change_point(
            off_peak=[NIGHT[0], {"valid_from": day.isoformat(), "slots": [["12:07", "14:00"]]}]
        )

    async def own_price(self, *_: object) -> None:
        price = {"bucket": "base", "eur_per_kwh": self.chance.randrange(100) / 100}
        await self.home.change_point(tariffs=[BASE[0] | {"prices": [price], "subscription_eur_per_month": 10.0}])

    async def regulated_price(self, day: date, _: list[Reading]) -> None:
        await writers.add_grid(self.home, self.chance, day)

    async def offers(self, *_: object) -> None:
        self.files_of_offers += 1
        await writers.publish_offers(self.home, self.chance, self.files_of_offers)

    async def file(self, day: date, _: list[Reading]) -> None:
        await writers.import_file(self.home, self.chance, day)

    async def no_file(self, *_: object) -> None:
        await writers.take_back_file(self.home, self.chance)

    async def produce(self, day: date, curve: list[Reading]) -> None:
        await self.home.write_days(Kind.CURVE, {day: curve}, Direction.PRODUCTION)

    async def contract(self, *_: object) -> None:
        await self.home.change_point(
            contract=self.chance.choice([Contract(), Contract(produces=True), Contract(produces=True, power_kva=6)])
        )

    async def collect(self, *_: object) -> None:
        await self.home.change_point(services=self.chance.choice([["IDX"], ["CDC"]]))

    async def tomorrow(self, *_: object) -> None:
        await self.home.write_days(Kind.CURVE, {self.today: whole_curve(self.today, [500])})
        self.today += timedelta(days=1)
        self.home.clock.set(self.home.clock.now() + timedelta(days=1))

    async def hour(self, *_: object) -> None:
        self.home.clock.set(self.home.clock.now() + timedelta(minutes=self.chance.randrange(200)))

    async def load_next_hours(self, *_: object) -> None:
        answer = await self.home.load_hours(self.client.cursor)
        if self.is_current and answer["epoch"] == self.client.epoch:
            assert answer["from"] is None or self.client.lacks_first_of(answer), "no further back than needed"
        self.client.take(answer)
        self.is_current = True

    async def lose_answer(self, *_: object) -> None:
        await self.home.load_hours(self.client.cursor)

    async def interrupt_import(self, *_: object) -> None:
        self.client.take(await self.home.load_hours(self.client.cursor), interrupted=True)
        self.is_current = False

    async def load_page(self, *_: object) -> None:
        self.client.take(await self.home.load_hours(self.client.cursor, limit=self.chance.choice([1, 100, 700])))
        self.is_current = False

    async def restart(self, *_: object) -> None:
        self.client = Client()

    async def add_again(self, day: date, curve: list[Reading]) -> None:
        """Delete the usage point with all that was read, and add it again: it has the same id."""
        home = self.home
        async with home.database.write() as session:
            await points.delete_usage_point(session, await session.get_one(UsagePoint, home.point_id))
        url = str(home.database.engine.url)
        added = await StoredHome.open(url, home.clock, KEYRING, tariffs=TEMPO, off_peak=NIGHT)
        await added.database.close()
        assert added.point_id == home.point_id
        home.secrets = added.secrets
        await home.write_days(Kind.CURVE, {day: curve})
        self.is_current = False


async def _run_life(folder: Path, steps: list[str], chance: random.Random, processes: int) -> None:
    home = await StoredHome.open(sqlite_url(folder), SetClock(NOW), KEYRING, tariffs=TEMPO, off_peak=NIGHT)
    try:
        await home.write_colors({day: chance.choice(["blue", "white", "red"]) for day in list_past_days(62, 2)})
        await home.write_days(
            Kind.CURVE, {day: whole_curve(day, [chance.randrange(3000)]) for day in list_past_days(60)}
        )
        home.standing = [home.new_service() for _ in range(processes)]
        life = Life(home, chance)
        for step in [*steps, "load_next_hours"]:
            await life.step(step)
        for _ in home.standing:  # whoever is asked, however long it stands
            assert (await home.load_hours(life.client.cursor))["from"] is None
        home.standing = []
        afresh = Client()
        afresh.take(await home.load_hours())
        assert (life.client.epoch, life.client.rows) == (afresh.epoch, afresh.rows)
        assert life.client.made_of == afresh.made_of
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(publishing, "FORMAT", 0)  # all days are counted again
            again = await home.load_hours(life.client.cursor)
        assert (again["epoch"], again["from"]) == (life.client.epoch, None)
    finally:
        await home.database.close()


@given(STEPS, st.integers(0, 2**32), st.sampled_from([0, 1, 2]))
@settings(max_examples=25, deadline=None)
def test_a_client_ends_with_the_figures_of_one_that_starts_afresh(
    empty_database: Path, steps: list[str], seed: int, processes: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(empty_database / "gateway.db", folder)
        asyncio.run(_run_life(Path(folder), steps, random.Random(seed), processes))
