"""Everything about the simulator that can change while it runs."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import Depends, Request

from gateway.simulator import paris
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
    redirect_uri: str | None = None
    street: Street = field(init=False)
    consents: Consents = field(init=False)
    authorize: Page = field(init=False)
    announcements: Announcements = field(init=False)
    faults: Faults = field(init=False)
    enedis_tokens: Tokens = field(init=False)
    rte_tokens: Tokens = field(init=False)
    calls: deque[Call] = field(init=False)
    empty_answers: int = field(init=False)

    def __post_init__(self) -> None:
        """Begin."""
        self.begin_again()

    def begin_again(self) -> None:
        """Forget everything; the street opens on the clock's present day."""
        opened = paris.day_of(self.clock.now())
        self.quotas.forget_calls()
        self.street = Street(opened)
        self.consents = Consents(self.street, opened)
        self.authorize = Page(self.redirect_uri)
        self.announcements = Announcements()
        self.faults = Faults()
        self.enedis_tokens = Tokens(*ENEDIS_CLIENT, timedelta(seconds=12600))
        self.rte_tokens = Tokens(*RTE_CLIENT, timedelta(seconds=7200))
        self.calls = deque(maxlen=100_000)
        self.empty_answers = 0


def _get_world(request: Request) -> World:
    world: World = request.app.state.world
    return world


type TheWorld = Annotated[World, Depends(_get_world)]
