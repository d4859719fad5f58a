"""The control API, for tests and the demo: the clock, the homes, what was asked, faults, and the truth."""

from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from gateway.simulator import paris
from gateway.simulator.curves import Direction, energy, watts
from gateway.simulator.enedis import errors as enedis_errors
from gateway.simulator.enedis.consents import Mode
from gateway.simulator.faults import Fault, Refusal
from gateway.simulator.homes import Home
from gateway.simulator.publication import published
from gateway.simulator.rte import errors as rte_errors
from gateway.simulator.rte.tempo import visible_from
from gateway.simulator.tempo_days import colour
from gateway.simulator.world import TheWorld, World

router = APIRouter(prefix="/control")


class NewClock(BaseModel):
    """Where to set the clock."""

    now: AwareDatetime
    frozen: bool = False


class NewFault(BaseModel):
    """A fault to switch on: by its name in an operator's table, or as a status and a body, or only slowness."""

    api: str | None = None
    prm: str | None = None
    name: str | None = None
    status: int | None = Field(default=None, ge=200, le=599)
    body: dict[str, Any] | list[Any] | str = ""
    headers: dict[str, str] = {}
    times: int | None = Field(default=None, ge=1)
    latency: float = Field(default=0.0, ge=0, le=120)


class HomeChanges(BaseModel):
    """What may change about a home while the simulator runs. Its readings stay those of its number and the date."""

    model_config = ConfigDict(extra="forbid")

    power_kva: int = 0
    hours_written: str = ""
    curve: bool = True
    holes: bool = False
    late: bool = False
    late_services: int = 0
    down: bool = False


class NewConsent(BaseModel):
    """A share to begin (by default today, for three years) or to end."""

    prm: str
    shared: bool
    since: date | None = None
    until: date | None = None
    hidden: int = 0


class PageChanges(BaseModel):
    """How the authorize page shall behave."""

    model_config = ConfigDict(extra="forbid")

    redirect_uri: str | None = None
    mode: Mode = Mode.ASK
    prm: str | None = None
    older_callback: bool = False


@router.get("/clock")
async def clock(world: TheWorld) -> dict[str, Any]:
    """The simulator's present."""
    return {"now": world.clock.now(), "frozen": world.clock.frozen}


@router.post("/clock")
async def set_clock(new: NewClock, world: TheWorld) -> dict[str, Any]:
    """Move the clock, to stand still there or go on."""
    world.clock.set(new.now, frozen=new.frozen)
    return await clock(world)


@router.get("/homes")
async def homes(world: TheWorld) -> list[dict[str, Any]]:
    """Every home of the street and its story."""
    return [asdict(home) for home in world.street.homes.values()]


@router.patch("/homes/{prm}")
async def change_home(prm: str, changes: HomeChanges, world: TheWorld) -> dict[str, Any]:
    """Change what a home's story says from now on."""
    home = replace(_home(world, prm), **changes.model_dump(exclude_unset=True))
    world.street.homes[prm] = home
    return asdict(home)


@router.get("/consents")
async def consents(world: TheWorld) -> dict[str, dict[str, Any]]:
    """The shares by usage point."""
    return {prm: asdict(share) for prm, share in world.consents.shares.items()}


@router.post("/consents", status_code=204)
async def change_consent(new: NewConsent, world: TheWorld) -> None:
    """Share a home without its page, or end its share."""
    home, today = _home(world, new.prm), paris.today(world.clock.now())
    if new.shared:
        until = new.until or paris.months_before(today, -36)
        world.consents.give(home, new.since or today, until, new.hidden)
    else:
        world.consents.withdraw(home)


@router.get("/authorize")
async def authorize_page(world: TheWorld) -> dict[str, Any]:
    """How the authorize page behaves."""
    return asdict(world.authorize)


@router.patch("/authorize")
async def change_authorize_page(changes: PageChanges, world: TheWorld) -> dict[str, Any]:
    """Make the page answer by itself, or go back elsewhere."""
    world.authorize = replace(world.authorize, **changes.model_dump(exclude_unset=True))
    return asdict(world.authorize)


@router.get("/calls")
async def calls(world: TheWorld) -> list[dict[str, Any]]:
    """The calls got so far, oldest first."""
    return [asdict(call) for call in world.calls]


@router.delete("/calls", status_code=204)
async def forget_calls(world: TheWorld) -> None:
    """Begin a new log, and forget what the quotas counted."""
    world.calls.clear()
    world.quotas.clear()
    world.ecowatt_called = None


@router.get("/faults")
async def known_faults() -> dict[str, list[str]]:
    """The names that may be ordered."""
    return {"enedis": enedis_errors.names(), "rte": rte_errors.names()}


@router.post("/faults", status_code=201)
async def order_fault(new: NewFault, world: TheWorld) -> None:
    """Switch a fault on for the calls it concerns."""
    world.faults.orders.append(Fault(_refusal(new, world.clock.now()), new.api, new.prm, new.times, new.latency))


@router.delete("/faults", status_code=204)
async def clear_faults(world: TheWorld) -> None:
    """Switch every fault off."""
    world.faults.orders.clear()


@router.delete("/tokens", status_code=204)
async def expire_tokens(world: TheWorld) -> None:
    """Make every token given so far worthless."""
    world.enedis_tokens.given.clear()
    world.rte_tokens.given.clear()


@router.get("/truth")
async def truth(prm: str, direction: Direction, start: date, end: date, world: TheWorld) -> list[dict[str, Any]]:
    """The exact half-hours of each day (UTC starts, watts), its watt-hours, and when Enedis publishes it."""
    home = _home(world, prm)
    return [
        {
            "date": day,
            "wh": energy(home, direction, day),
            "published_at": published(home, day),
            "readings": [
                {"start": begin, "watts": value}
                for begin, value in zip(paris.starts(day), watts(home, direction, day), strict=True)
            ],
        }
        for day in paris.days(start, end)
    ]


@router.get("/tempo")
async def tempo(start: Annotated[date, Query()], end: Annotated[date, Query()]) -> list[dict[str, Any]]:
    """The true colours, and from when RTE shows them."""
    return [{"date": day, "color": colour(day), "visible_from": visible_from(day)} for day in paris.days(start, end)]


def _home(world: World, prm: str) -> Home:
    home = world.street.find(prm)
    if home is None:
        raise HTTPException(404, "No home has this number: GET /control/homes lists them.")
    return home


def _refusal(new: NewFault, now: datetime) -> Refusal | None:
    if new.status is not None:
        return Refusal(new.status, new.body, new.headers)
    if new.name is None:
        return None
    if new.name in enedis_errors.names():
        return enedis_errors.refusal(new.name, now)
    if new.name in rte_errors.names():
        return rte_errors.refusal(new.name)
    raise HTTPException(422, f"No fault is called {new.name}: GET /control/faults lists them.")
