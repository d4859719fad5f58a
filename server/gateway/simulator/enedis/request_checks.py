"""What every Enedis API asks of a call before it looks at it: a good token, room in the quota, known parameters."""

from collections.abc import Collection
from datetime import date

from fastapi import Request
from fastapi.responses import JSONResponse

from gateway.simulator import paris
from gateway.simulator.enedis.errors import build_refusal
from gateway.simulator.homes import Home
from gateway.simulator.world import World

ANY_METHOD = ["GET", "POST", "PUT", "PATCH", "DELETE"]


class OctetStream(JSONResponse):
    """JSON that Enedis labels as bytes."""

    media_type = "application/octet-stream"


def admit_call(world: World, request: Request, api: str, method: str = "GET") -> None:
    """Let the call in: token first, then quota, then the method."""
    now = world.clock.now()
    if not world.enedis_tokens.is_good(request, now):
        raise build_refusal("900901")
    world.quotas.count_call(api, now)
    if request.method != method:
        raise build_refusal("technical_error")


def read_parameters(request: Request, names: Collection[str]) -> dict[str, str]:
    """Exactly these query parameters, each once; all else is outside the swagger, which Enedis answers with 500."""
    given = request.query_params.multi_items()
    if sorted(name for name, _ in given) != sorted(names):
        raise build_refusal("technical_error")
    return dict(given)


def parse_day(text: str) -> date:
    """A date written YYYY-MM-DD; in any other form it is outside the swagger."""
    try:
        value = date.fromisoformat(text)
    except ValueError:
        raise build_refusal("technical_error") from None
    if value.isoformat() != text:
        raise build_refusal("technical_error")
    return value


def find_home(world: World, prm: str) -> Home:
    """The home of that number, if the application may read it."""
    if not (prm.isascii() and prm.isdigit() and len(prm) == 14):
        raise build_refusal("technical_error")
    found = world.street.find_home(prm)
    if found is None:
        raise build_refusal("ADAM-DC-0007")
    if not world.consents.is_readable(found, paris.day_of(world.clock.now())):
        raise build_refusal("ADAM-DC-0008")
    if found.down:
        raise build_refusal("technical_error")
    return found
