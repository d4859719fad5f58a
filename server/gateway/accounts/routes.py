"""`POST /v1/oauth/token`."""

import base64
import binascii
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Header
from pydantic import BaseModel

from gateway.accounts import service, tokens
from gateway.dependencies import RuntimeDep, WriteSession
from gateway.problems import ProblemError, documented

router = APIRouter(tags=["accounts"])


class Token(BaseModel):
    """An access token; `expires_in` in seconds."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - a kind, no secret
    expires_in: int


@router.post("/v1/oauth/token", responses=documented(400, 401, 422))
async def token(
    runtime: RuntimeDep,
    session: WriteSession,
    grant_type: Annotated[Literal["client_credentials"], Form()],
    client_id: Annotated[str | None, Form(max_length=100)] = None,
    client_secret: Annotated[str | None, Form(max_length=200)] = None,
    authorization: Annotated[str | None, Header()] = None,
) -> Token:
    """Exchange an API client's credentials, by Basic or in the form, for a bearer token."""
    if authorization is not None:
        client_id, client_secret = _basic(authorization)
    now = runtime.clock.now()
    claims = await service.authenticate_client(session, client_id or "", client_secret or "", now)
    signed = tokens.issue(
        claims, key=runtime.settings.secret_key.get_secret_value(), issuer=runtime.instance.id, now=now
    )
    return Token(access_token=signed, expires_in=int(tokens.LIFETIME.total_seconds()))


def _basic(header: str) -> tuple[str, str]:
    scheme, _, encoded = header.partition(" ")
    try:
        name, separator, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except binascii.Error, UnicodeDecodeError:
        separator = ""
    if scheme.lower() != "basic" or not separator:
        raise ProblemError(400, "invalid_request", "The Authorization header must be Basic client_id:client_secret.")
    return name, secret
