"""Homes, their shares, the page that asks for them, and the truth about their readings."""

from dataclasses import asdict, replace
from datetime import date

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, ConfigDict, Field

from gateway.simulator import paris
from gateway.simulator.curves import Direction, compute_energy, compute_watts
from gateway.simulator.enedis.consents import Mode, authorisation_id
from gateway.simulator.homes import Home
from gateway.simulator.publication import find_publication_time
from gateway.simulator.wire import JsonObject
from gateway.simulator.world import TheWorld, World

router = APIRouter()


class HomeChanges(BaseModel):
    """What may change about a home while the simulator runs. Its readings stay those of its number and the date."""

    model_config = ConfigDict(extra="forbid")

    hours_written: str = ""
    hours_announced: str = ""
    hours_change: date | None = None
    curve: bool = True
    holes: bool = False
    late: bool = False
    late_services: int = Field(default=0, ge=0)
    down: bool = False


class NewConsent(BaseModel):
    """A share to begin (by default today, for three years) or to end."""

    prm: str
    shared: bool
    since: date | None = None
    until: date | None = None
    hidden: int = Field(default=0, ge=0)


class PageChanges(BaseModel):
    """How the authorize page shall behave."""

    model_config = ConfigDict(extra="forbid")

    redirect_uri: str | None = None
    mode: Mode = Mode.ASK
    prm: str | None = None
    older_callback: bool = False


@router.get("/homes")
async def list_homes(world: TheWorld) -> list[JsonObject]:
    """Every home of the street, its story, its holder's number and whether it is shared now."""
    today = paris.day_of(world.clock.now())
    return [
        asdict(home) | {"authorisation_id": authorisation_id(home), "shared": world.consents.is_readable(home, today)}
        for home in world.street.homes.values()
    ]


@router.patch("/homes/{prm}")
async def change_home(prm: str, changes: HomeChanges, world: TheWorld) -> JsonObject:
    """Change what a home's story says from now on."""
    home = replace(_find_home(world, prm), **changes.model_dump(exclude_unset=True))
    world.street.homes[prm] = home
    return asdict(home)


@router.get("/consents")
async def list_consents(world: TheWorld) -> dict[str, JsonObject]:
    """The shares by usage point."""
    return {prm: asdict(share) for prm, share in world.consents.shares.items()}


@router.post("/consents", status_code=204)
async def change_consent(new: NewConsent, world: TheWorld) -> None:
    """Share a home without its page, or end its share."""
    home, today = _find_home(world, new.prm), paris.day_of(world.clock.now())
    if new.shared:
        until = new.until or paris.subtract_months(today, -36)
        world.consents.share_home(home, new.since or today, until, new.hidden)
    else:
        world.consents.withdraw_share(home)


@router.get("/authorize")
async def authorize_page(world: TheWorld) -> JsonObject:
    """How the authorize page behaves."""
    return asdict(world.authorize)


@router.patch("/authorize")
async def change_authorize_page(changes: PageChanges, world: TheWorld) -> JsonObject:
    """Make the page answer by itself, or go back elsewhere."""
    world.authorize = replace(world.authorize, **changes.model_dump(exclude_unset=True))
    return asdict(world.authorize)


@router.get("/truth")
async def show_truth(prm: str, direction: Direction, start: date, end: date, world: TheWorld) -> list[JsonObject]:
    """The exact half-hours of each day (UTC starts, watts), its watt-hours, and when Enedis publishes it."""
    home = _find_home(world, prm)
    return [
        {
            "date": day,
            "wh": compute_energy(home, direction, day),
            "published_at": find_publication_time(home, day),
            "readings": [
                {"start": begin, "watts": value}
                for begin, value in zip(paris.list_starts(day), compute_watts(home, direction, day), strict=True)
            ],
        }
        for day in paris.list_days(start, end)
    ]


def _find_home(world: World, prm: str) -> Home:
    home = world.street.find_home(prm)
    if home is None:
        raise HTTPException(404, "No home has this number: GET /control/homes lists them.")
    return home
