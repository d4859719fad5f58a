"""How routes receive the parts of the running gateway: by type, through FastAPI's dependencies.

The application registers its parts once, at its start (`provide_part`); routes declare a part by an alias such as
`ClockDep`. A room with parts of its own defines the aliases for them beside its routes.
"""

from collections.abc import Awaitable, Callable
from typing import Annotated, cast

from fastapi import Depends, FastAPI, Path, Query, Request

from gateway.instance import Instance
from gateway.kit.clock import Clock
from gateway.kit.conditional import ResponseCache
from gateway.kit.kept_responses import KeptResponses
from gateway.settings import Settings


def provide_part[Part](app: FastAPI, kind: type[Part], part: Part) -> None:
    """Register `part` as the one that routes receive for the type `kind`."""
    _get_parts(app)[kind] = part


def _get_parts(app: FastAPI) -> dict[type, object]:
    if not hasattr(app.state, "parts"):
        app.state.parts = {}
    return cast("dict[type, object]", app.state.parts)


def get_part[Part](request: Request, kind: type[Part]) -> Part:
    """Return the part that is registered for a type. Raises KeyError."""
    return cast("Part", request.app.state.parts[kind])


def part[Part](kind: type[Part]) -> Callable[[Request], Awaitable[Part]]:
    """Return a dependency that returns the part of a type; it is async, since FastAPI runs others in a thread."""

    async def find_part(request: Request) -> Part:
        return get_part(request, kind)

    return find_part


ClockDep = Annotated[Clock, Depends(part(Clock))]
KeptResponsesDep = Annotated[KeptResponses, Depends(part(KeptResponses))]
InstanceDep = Annotated[Instance, Depends(part(Instance))]
ResponseCacheDep = Annotated[ResponseCache, Depends(part(ResponseCache))]
SettingsDep = Annotated[Settings, Depends(part(Settings))]

OUR_ID = "^[0-9a-f]{32}$"
"""The form of the gateway's ids of accounts, consents and everything else except usage points."""
PointId = Annotated[str, Path(pattern="^[a-z0-9]{16}$", description="The usage point's public id")]
START_DAY = Query(description="First day, of Paris")
END_DAY = Query(description="First day after the range")


async def get_client(request: Request) -> str | None:
    """Return the address of the client; behind a trusted proxy, the address that the proxy names."""
    return request.client.host if request.client else None


ClientDep = Annotated[str | None, Depends(get_client)]
