"""The clock, the log of calls, tokens and faults."""

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from functools import partial
from typing import Any

from fastapi import APIRouter, HTTPException
from pydantic import AwareDatetime, BaseModel, Field

from gateway.simulator.enedis import errors as enedis_errors
from gateway.simulator.enedis.alterations import ALTERATIONS
from gateway.simulator.faults import Fault, Refusal
from gateway.simulator.rte import errors as rte_errors
from gateway.simulator.wire import JsonObject
from gateway.simulator.world import TheWorld

router = APIRouter()


class NewClock(BaseModel):
    """Where to set the clock."""

    now: AwareDatetime
    frozen: bool = False


class NewFault(BaseModel):
    """A fault to switch on: by its name in an operator's table, or as a status and a body, or only slowness.

    `api` is a name as the log of calls has it; it and `prm` limit the fault, `times` ends it.
    """

    api: str | None = None
    prm: str | None = None
    name: str | None = None
    status: int | None = Field(default=None, ge=200, le=599)
    body: JsonObject | list[Any] | str = ""
    headers: dict[str, str] = {}
    times: int | None = Field(default=None, ge=1)
    latency: float = Field(default=0.0, ge=0, le=120)


@router.get("/clock")
async def show_clock(world: TheWorld) -> JsonObject:
    """The simulator's present."""
    return {"now": world.clock.now(), "frozen": world.clock.frozen}


@router.post("/clock")
async def set_clock(new: NewClock, world: TheWorld) -> JsonObject:
    """Move the clock, to stand still there or go on."""
    world.clock.set_time(new.now, frozen=new.frozen)
    return await show_clock(world)


@router.post("/reset", status_code=204)
async def reset_world(world: TheWorld) -> None:
    """Begin again on the clock's present day, with nothing changed, ordered, shared or counted."""
    world.begin_again()


@router.get("/calls")
async def list_calls(world: TheWorld) -> list[JsonObject]:
    """The calls got so far, oldest first."""
    return [asdict(call) for call in sorted(world.calls, key=lambda call: call.arrived)]


@router.get("/calls/summary")
async def count_calls(world: TheWorld) -> dict[str, dict[int, int]]:
    """How many calls each API got, by status."""
    counts = Counter((call.api, call.status) for call in world.calls)
    return {api: {status: n for (of, status), n in counts.items() if of == api} for api, _ in counts}


@router.delete("/calls", status_code=204)
async def forget_calls(world: TheWorld) -> None:
    """Begin a new log, and forget what the quotas counted."""
    world.calls.clear()
    world.quotas.forget_calls()
    world.announcements.ecowatt_called = None


@router.get("/faults")
async def list_faults() -> dict[str, list[str]]:
    """The names that may be ordered."""
    return {"enedis": enedis_errors.list_names(), "rte": rte_errors.list_names()}


@router.post("/faults", status_code=201)
async def order_fault(new: NewFault, world: TheWorld) -> None:
    """Switch a fault on for the calls it concerns."""
    world.faults.orders.append(
        Fault(_find_refusal(new), new.api, new.prm, new.times, new.latency, ALTERATIONS.get(new.name or ""))
    )


@router.delete("/faults", status_code=204)
async def clear_faults(world: TheWorld) -> None:
    """Switch every fault off."""
    world.faults.orders.clear()


@router.delete("/tokens", status_code=204)
async def expire_tokens(world: TheWorld) -> None:
    """Make every token given so far worthless."""
    world.enedis_tokens.given.clear()
    world.rte_tokens.given.clear()


def _find_refusal(new: NewFault) -> Callable[[datetime], Refusal] | None:
    if new.status is not None:
        ordered = Refusal(new.status, new.body, new.headers)
        return lambda _: ordered
    if new.name is None or new.name in ALTERATIONS:
        return None
    if new.name in enedis_errors.list_names():
        return partial(enedis_errors.build_refusal, new.name)
    if new.name in rte_errors.list_names():
        ordered = rte_errors.build_refusal(new.name)
        return lambda _: ordered
    raise HTTPException(422, f"No fault is called {new.name}: GET /control/faults lists them.")
