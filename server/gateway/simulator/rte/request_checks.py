"""RTE's token, and what its APIs ask of a call before they look at it."""

from fastapi import APIRouter, Request

from gateway.simulator.faults import Refusal
from gateway.simulator.rte.errors import build_refusal
from gateway.simulator.tokens import parse_basic_credentials
from gateway.simulator.wire import JsonObject
from gateway.simulator.world import TheWorld, World

router = APIRouter()


@router.post("/token/oauth")
@router.post("/token/oauth/")
async def issue_token(request: Request, world: TheWorld) -> JsonObject:
    """A bearer of two hours for the Basic header; the body is not looked at."""
    known = world.rte_tokens
    if parse_basic_credentials(request) != (known.client_id, known.client_secret):
        raise Refusal(401, {"error": "invalid_client", "error_description": "Bad credentials"})
    lifetime = int(known.lifetime.total_seconds())
    return {"access_token": known.issue_token(world.clock.now()), "token_type": "Bearer", "expires_in": lifetime}


def admit_call(world: World, request: Request) -> None:
    """Let the call in if it bears a good token."""
    if not world.rte_tokens.is_good(request, world.clock.now()):
        raise build_refusal("401")
