"""Everything about the simulator that can change while it runs."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import Depends, Request

from gateway.simulator.clock import Clock
from gateway.simulator.enedis.consents import Consents, Page
from gateway.simulator.faults import Faults
from gateway.simulator.quotas import Quotas
from gateway.simulator.rte.announcements import Announcements
from gateway.simulator.street import Street
from gateway.simulator.tokens import Tokens

ENEDIS_CLIENT = ("simulator-enedis", "simulator-enedis-secret")
RTE_CLIENT = ("simulator-rte", "simulator-rte-secret")


@dataclass(frozen=True)
class Call:
    """One call got, as the control API shows it."""

    time: datetime  # on the simulator's clock
    arrived: float  # in seconds, on the one that measures the quota's second
    api: str
    method: str
    path: str
    query: str
    prm: str | None
    status: int


@dataclass
class World:
    """The two operators' memory."""

    clock: Clock
    quotas: Quotas
    street: Street
    consents: Consents
    authorize: Page
    empty_answers: int = 0
    faults: Faults = field(default_factory=Faults)
    calls: deque[Call] = field(default_factory=lambda: deque(maxlen=100_000))
    enedis_tokens: Tokens = field(default_factory=lambda: Tokens(*ENEDIS_CLIENT, timedelta(seconds=12600)))
    announcements: Announcements = field(default_factory=Announcements)
    rte_tokens: Tokens = field(default_factory=lambda: Tokens(*RTE_CLIENT, timedelta(seconds=7200)))


def _world(request: Request) -> World:
    world: World = request.app.state.world
    return world


type TheWorld = Annotated[World, Depends(_world)]
