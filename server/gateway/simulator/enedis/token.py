"""Enedis' token: credentials by Basic header, in the form or in the query."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from gateway.simulator.faults import Refusal
from gateway.simulator.tokens import parse_basic_credentials
from gateway.simulator.wire import JsonObject
from gateway.simulator.world import TheWorld

router = APIRouter()


@router.post("/oauth2/v3/token")
async def issue_token(request: Request, world: TheWorld) -> JsonObject:
    """Client credentials for a bearer of 3 h 30."""
    if "application/x-www-form-urlencoded" not in request.headers.get("content-type", ""):
        raise Refusal(415, {"error": "invalid_request", "error_description": "Unsupported media type."})
    fields = {**request.query_params, **await request.form()}
    if "grant_type" not in fields:
        raise Refusal(400, {"error": "invalid_request", "error_description": "Missing grant_type parameter value"})
    if fields.get("grant_type") != "client_credentials":
        raise Refusal(400, {"error": "unsupported_grant_type", "error_description": "Unsupported grant_type value"})
    client_id, secret = parse_basic_credentials(request) or (
        fields.get("client_id", ""),
        fields.get("client_secret", ""),
    )
    known = world.enedis_tokens
    if client_id != known.client_id:
        description = f"A valid OAuth client could not be found for client_id: {client_id}"
        raise Refusal(401, {"error_description": description, "error": "invalid_client"})
    if secret != known.client_secret:
        raise Refusal(401, {"error_description": "Client Authentication failed.", "error": "invalid_client"})
    return {
        "access_token": known.issue_token(world.clock.now()),
        "scope": "am_application_scope default",
        "token_type": "Bearer",
        "expires_in": int(known.lifetime.total_seconds()),
    }


@router.post("/oauth2/v3/revoke")
async def revoke_token(request: Request, world: TheWorld) -> Response:
    """200 whatever the token."""
    form = await request.form()
    world.enedis_tokens.given.pop(str(form.get("token")), None)
    return JSONResponse({})
