"""What every Enedis API asks of a call before it looks at it: a good token, room in the quota, known parameters."""

from collections.abc import Collection
from datetime import date

from fastapi import Request
from fastapi.responses import JSONResponse

from gateway.simulator import paris
from gateway.simulator.enedis.errors import refusal
from gateway.simulator.homes import Home
from gateway.simulator.world import World

ANY_METHOD = ["GET", "POST", "PUT", "PATCH", "DELETE"]


class OctetStream(JSONResponse):
    """JSON that Enedis labels as bytes."""

    media_type = "application/octet-stream"


def enter(world: World, request: Request, api: str, method: str = "GET") -> None:
    """Let the call in: token first, then quota, then the method."""
    now = world.clock.now()
    if not world.enedis_tokens.good(request, now):
        raise refusal("900901")
    world.quotas.admit(api, now)
    if request.method != method:
        raise refusal("technical_error")


def parameters(request: Request, names: Collection[str]) -> dict[str, str]:
    """Exactly these query parameters, each once; all else is outside the swagger, which Enedis answers with 500."""
    given = request.query_params.multi_items()
    if sorted(name for name, _ in given) != sorted(names):
        raise refusal("technical_error")
    return dict(given)


def day(text: str) -> date:
    """A date written YYYY-MM-DD; in any other form it is outside the swagger."""
    try:
        value = date.fromisoformat(text)
    except ValueError:
        raise refusal("technical_error") from None
    if value.isoformat() != text:
        raise refusal("technical_error")
    return value


def home(world: World, prm: str) -> Home:
    """The home of that number, if the application may read it."""
    if not (prm.isascii() and prm.isdigit() and len(prm) == 14):
        raise refusal("technical_error")
    found = world.street.find(prm)
    if found is None:
        raise refusal("ADAM-DC-0007")
    if not world.consents.holds(found, paris.today(world.clock.now())):
        raise refusal("ADAM-DC-0008")
    if found.down:
        raise refusal("technical_error")
    return found
