"""What RTE says: the truth, and orders to say something else."""

from dataclasses import asdict
from datetime import date
from typing import Annotated

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from gateway.simulator import paris
from gateway.simulator.rte.announcements import TempoOrder, get_official_time
from gateway.simulator.tempo_days import Colour
from gateway.simulator.wire import JsonObject
from gateway.simulator.world import TheWorld

type Level = Annotated[int, Field(ge=0, le=3)]

router = APIRouter()


class NewTempoOrder(BaseModel):
    """How one day shall be announced; see `TempoOrder`."""

    model_config = ConfigDict(extra="forbid")

    date: date
    colour: Colour | None = None
    provisional: Colour | None = None
    open_data: Colour | None = None
    missing: bool = False
    fallback: bool = False
    visible_from: AwareDatetime | None = None


class NewEcowattOrder(BaseModel):
    """The 24 levels of one day."""

    date: date
    levels: Annotated[list[Level], Field(min_length=24, max_length=24)]


class TempoForm(BaseModel):
    """Whether calendars come in the older body, an array."""

    as_array: bool


@router.get("/tempo")
async def show_tempo(start: date, end: date, world: TheWorld) -> list[JsonObject]:
    """The colours as they are in the end, from when RTE shows them and from when they are official."""
    said = world.announcements
    return [
        {
            "date": day,
            "color": said.get_final_colour(day),
            "visible_from": said.get_display_time(day),
            "official_from": get_official_time(day),
        }
        for day in paris.list_days(start, end)
    ]


@router.post("/tempo", status_code=201)
async def order_tempo(new: NewTempoOrder, world: TheWorld) -> JsonObject:
    """Announce a day differently."""
    order = TempoOrder(**new.model_dump(exclude={"date"}))
    world.announcements.tempo[new.date] = order
    return asdict(order)


@router.put("/tempo/form", status_code=204)
async def tempo_form(new: TempoForm, world: TheWorld) -> None:
    """Answer with an object or, as the older sandbox did, with an array."""
    world.announcements.as_array = new.as_array


@router.post("/ecowatt", status_code=204)
async def order_ecowatt(new: NewEcowattOrder, world: TheWorld) -> None:
    """Set the levels of a day."""
    world.announcements.ecowatt[new.date] = tuple(new.levels)


@router.delete("/tempo", status_code=204)
@router.delete("/ecowatt", status_code=204)
async def reset_signals(world: TheWorld) -> None:
    """Forget every order for both signals."""
    world.announcements.tempo.clear()
    world.announcements.ecowatt.clear()
    world.announcements.as_array = False
