"""`/v1/api-clients`, and `/v1/oauth/token`, where API clients get their tokens."""

import base64
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Header, Path, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBasic, HTTPBasicCredentials
from starlette.requests import HTTPConnection

from gateway.accounts import clients, log_in
from gateway.accounts.dependencies import (
    AccountDep,
    AccountPartsDep,
    CallerDep,
    OneKind,
    bearer_token,
    get_account,
    get_caller,
)
from gateway.accounts.log_in import LogInAttempt
from gateway.accounts.models import Account
from gateway.accounts.oauth_errors import OAuthRoute
from gateway.accounts.schemas import AccessToken, ApiClientRequest, Clients, ClientSecret, ClientView
from gateway.accounts.tokens import LIFETIME
from gateway.dependencies import ClientDep
from gateway.problems import ProblemError, describe_responses

router = APIRouter(tags=["API clients"], responses=describe_responses(400, 413, 422))
_token_router = APIRouter(route_class=OAuthRoute)

type ClientId = Annotated[str, Path(pattern="^medc_[a-z0-9]{20}$")]


class _BasicAuth(HTTPBasic):
    """Basic authentication in UTF-8 (RFC 7617); FastAPI's own class accepts ASCII only."""

    async def __call__(  # type: ignore[override]  # FastAPI's own differs from its base in the same way
        self, request: HTTPConnection
    ) -> HTTPBasicCredentials | None:
        """Return the Basic credentials of a request; None without any. Raises a 400 problem if they are malformed."""
        header = request.headers.get("authorization", "")
        if not header.lower().startswith("basic"):
            return None
        name, secret = _parse_basic_credentials(header)
        return HTTPBasicCredentials(username=name, password=secret)


_basic = _BasicAuth(description="E-mail address and password: how Home Assistant signs in")


async def get_owner(
    request: Request,
    parts: AccountPartsDep,
    client: ClientDep,
    _one_kind: Annotated[None, OneKind],
    basic: Annotated[HTTPBasicCredentials | None, Depends(_basic)],
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer_token)],
) -> Account:
    """Return the account of a logged-in browser, or of the address and password in Basic credentials."""
    if basic is not None:
        return await log_in.authenticate(parts, LogInAttempt(basic.username, basic.password, client))
    return await get_account(parts, await get_caller(request, bearer))


@_token_router.post("/oauth/token", dependencies=[OneKind], responses=describe_responses(401, 429))
async def issue_token(
    response: Response,
    parts: AccountPartsDep,
    grant_type: Annotated[Literal["client_credentials"], Form()],
    client_id: Annotated[str | None, Form(max_length=100)] = None,
    client_secret: Annotated[str | None, Form(max_length=200)] = None,
    authorization: Annotated[str | None, Header()] = None,
) -> AccessToken:
    """Exchange an API client's credentials, sent by Basic or in the form, for a bearer token."""
    if authorization is not None:
        client_id, client_secret = _parse_basic_credentials(authorization)
    issued = await clients.issue_token(parts, client_id or "", client_secret or "")
    response.headers.update(issued.limit_status.headers)
    return AccessToken(access_token=issued.text, expires_in=int(LIFETIME.total_seconds()))


router.include_router(_token_router)


@router.post("/api-clients", status_code=201, responses=describe_responses(401, 403, 404, 409, 429, 503))
async def create_api_client(
    parts: AccountPartsDep, owner: Annotated[Account, Depends(get_owner)], body: ApiClientRequest
) -> ClientSecret:
    """Create an API client, from a logged-in browser or by Basic with email address and password."""
    client_id, secret = await clients.create_client(parts, owner, body.name.strip())
    return ClientSecret(client_id=client_id, client_secret=secret)


@router.get("/api-clients", responses=describe_responses(401))
async def list_api_clients(parts: AccountPartsDep, caller: CallerDep) -> Clients:
    """List the account's API clients, oldest first."""
    found = await clients.list_api_clients(parts, caller.account_id)
    return Clients(items=[ClientView.model_validate(client, from_attributes=True) for client in found])


@router.post("/api-clients/{client_id}/secret", responses=describe_responses(401, 403, 404))
async def renew_api_client_secret(parts: AccountPartsDep, account: AccountDep, client_id: ClientId) -> ClientSecret:
    """Replace the secret of an API client. The old secret and its tokens end at once."""
    return ClientSecret(client_id=client_id, client_secret=await clients.renew_secret(parts, account.id, client_id))


@router.delete("/api-clients/{client_id}", status_code=204, responses=describe_responses(401, 403, 404))
async def revoke_api_client(parts: AccountPartsDep, caller: CallerDep, client_id: ClientId) -> None:
    """Revoke an API client. Its tokens end at once. An API client's token can revoke that API client only."""
    await clients.revoke_client(parts, caller, client_id)


def _parse_basic_credentials(header: str) -> tuple[str, str]:
    scheme, _, encoded = header.partition(" ")
    try:
        name, separator, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except ValueError:  # not base64, or not UTF-8
        name = separator = secret = ""
    if scheme.lower() != "basic" or not separator or "\0" in name:
        raise ProblemError(
            400, "invalid_request", "The Authorization header must be Basic, with name:secret in base64."
        )
    return name, secret
