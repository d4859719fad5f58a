"""A home whose archive tests fill by hand: no Enedis, a real database."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from gateway.accounts import service as accounts
from gateway.billing.hours.publishing import Publisher
from gateway.billing.hours.schemas import HoursView
from gateway.billing.hours.service import HoursService
from gateway.domain.direction import Direction
from gateway.domain.readings import Reading
from gateway.domain.tempo_days import Color
from gateway.instance import load_instance
from gateway.kit.crypto import Keyring
from gateway.kit.database import Database
from gateway.metering import payloads
from gateway.metering import repository as metering
from gateway.metering.repository import Fact
from gateway.metering.schedule import Feed, Kind, State
from gateway.tempo.models import ColorSource, TempoDay
from gateway.usage_points import service as points
from gateway.usage_points.contract import Contract
from gateway.usage_points.models import UsagePoint
from tests.server.conftest import SetClock
from tests.server.paris import midnight
from tests.server.tables import create_tables

PRM = "30001000000001"
TODAY = date(2026, 11, 3)
BASE = [{"option": "base", "power_kva": 6}]
HP_HC = [{"option": "hp_hc", "power_kva": 6}]
TEMPO = [{"option": "tempo", "power_kva": 9}]
NIGHT = [{"slots": [["22:30", "06:30"]]}]


def list_past_days(days: int, first: int = 1) -> list[date]:
    """The days before today, oldest first, from `days` ago to `first` ago."""
    return [TODAY - timedelta(days=number) for number in range(days, first - 1, -1)]


def whole_curve(day: date, watts: Sequence[int], step: int = 30) -> list[Reading]:
    start, end = midnight(day), midnight(day + timedelta(days=1))
    count = (end - start) // timedelta(minutes=step)
    return [
        Reading(start + timedelta(minutes=step * number), step, watts[number % len(watts)]) for number in range(count)
    ]


@dataclass
class StoredHome:
    """A usage point in a database of its own."""

    database: Database
    clock: SetClock
    keyring: Keyring
    account_id: str
    point_id: str
    secrets: points.Secrets
    standing: list[HoursService] = field(default_factory=list)
    """Services that live on from question to question and answer in turn; without any, each has a new one."""

    @classmethod
    async def create(cls, url: str, clock: SetClock, **options: Any) -> StoredHome:
        await create_tables(url)
        return await cls.open(url, clock, Keyring.parse_keyring(Keyring.generate_key()), **options)

    @classmethod
    async def open(cls, url: str, clock: SetClock, keyring: Keyring, **options: Any) -> StoredHome:
        database = Database(url)
        instance = await load_instance(database, keyring)
        async with database.write() as session:
            email = options.get("email", "somebody@example.org")
            account = await accounts.find_or_create_account(session, keyring, email, clock.now())
            point = await points.add_usage_point(
                session, account, PRM, name="Home", keyring=keyring, instance=instance, now=clock.now()
            )
            point.tariffs, point.off_peak = options.get("tariffs", []), options.get("off_peak", [])
            point.services = options.get("services", ["CDC", "IDX"])
            point.contract = options.get("contract", Contract())
            await session.flush()
            opened = await points.open_secrets(session, point, keyring)
            return cls(database, clock, keyring, account.id, point.id, opened)

    @property
    def publisher(self) -> Publisher:
        """A new one, as after a restart."""
        return Publisher(self.database, self.clock, self.keyring)

    def new_service(self) -> HoursService:
        return HoursService(self.database, self.clock, self.publisher)

    async def change_point(self, **members: Any) -> None:
        async with self.database.write() as session:
            point = await session.get_one(UsagePoint, self.point_id)
            for name, value in members.items():
                setattr(point, name, value)

    async def write_days(
        self,
        kind: Kind,
        content: Mapping[date, Sequence[Reading] | int | dict[str, int] | None],
        direction: Direction = Direction.CONSUMPTION,
        state: State | None = None,
        asked_at: datetime | None = None,
    ) -> None:
        """Write days of a feed, as the archive does; None is absent."""
        feed = Feed(self.point_id, kind, direction)
        async with self.database.write() as session:
            for day, known in content.items():
                payload: bytes | None = None
                if isinstance(known, int):
                    payload = payloads.pack_value(known)
                elif isinstance(known, dict):
                    payload = payloads.pack_registers(known)
                elif known is not None:
                    payload = payloads.pack_curve(day, known)
                stands = state or (State.ABSENT if payload is None else State.COMPLETE)
                facts = [Fact(day, stands, payload)]
                await metering.save_facts(session, feed, self.secrets, facts, asked_at or self.clock.now())

    async def write_colors(
        self, colors: Mapping[date, str], *, confirmed: bool = True, late: timedelta = timedelta()
    ) -> None:
        """Write colours of days, by a clock that is late by so much."""
        async with self.database.write() as session:
            for day, color in colors.items():
                told_at = self.clock.now() - late
                row = TempoDay(
                    day=day, color=Color(color), confirmed=confirmed, source=ColorSource.RTE, told_at=told_at
                )
                await session.merge(row)

    async def load_hours(self, cursor: str | None = None, limit: int | None = None) -> dict[str, Any]:
        """The answer of `/hours`."""
        if self.standing:
            self.standing.append(service := self.standing.pop(0))
        else:
            service = self.new_service()
        rows = await service.load_rows_since(self.account_id, self.point_id, cursor, limit)
        answer: dict[str, Any] = json.loads(HoursView.of(rows).model_dump_json(by_alias=True))
        return answer


class Client:
    """What somebody holds who writes rows as they come, and the cursor after them."""

    def __init__(self) -> None:
        self.epoch: str | None = None
        self.cursor: str | None = None
        self.rows: dict[tuple[str, str], float] = {}
        self.made_of: dict[tuple[str, str], str] = {}

    def take(self, answer: dict[str, Any], *, interrupted: bool = False) -> None:
        """Write an answer's rows; the cursor only if nothing interrupts."""
        if answer["epoch"] != self.epoch:
            self.rows, self.made_of, self.epoch, self.cursor = {}, {}, answer["epoch"], None
        for name, rows in (("sum", self.rows), ("made_of", self.made_of)):
            for key, column in answer[name].items():
                rows.update(zip(((start, key) for start in answer["start"]), column, strict=True))
        if not interrupted:
            self.cursor = answer["cursor"]

    def lacks_first_of(self, answer: dict[str, Any]) -> bool:
        """Whether the first row of an answer is not one that it has just so."""
        return any(
            rows.get((answer["from"], key)) != column[0]
            for name, rows in (("sum", self.rows), ("made_of", self.made_of))
            for key, column in answer[name].items()
        )


def sqlite_url(path: Path) -> str:
    return f"sqlite+aiosqlite:///{path}/gateway.db"
