"""What routes receive: the runtime, a transaction, the caller."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Path, Request
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.accounts import repository, service, sessions, tokens
from gateway.accounts.models import Account
from gateway.accounts.service import Caller
from gateway.problems import ProblemError
from gateway.runtime import Runtime


async def get_runtime(request: Request) -> Runtime:
    """Return what the application was started with. Async, or FastAPI would ask a thread each time."""
    runtime: Runtime = request.app.state.runtime
    return runtime


RuntimeDep = Annotated[Runtime, Depends(get_runtime)]
OUR_ID = "^[0-9a-f]{32}$"
"""The form of the ids that we give accounts, consents and whatever else is not a usage point."""
PointId = Annotated[str, Path(pattern="^[a-z0-9]{16}$", description="The usage point's public id")]


async def _write(runtime: RuntimeDep) -> AsyncIterator[AsyncSession]:
    async with runtime.database.write() as session:
        yield session


# scope="function": committed before the answer leaves, so that nobody is told of a write that then fails
WriteSession = Annotated[AsyncSession, Depends(_write, scope="function")]


async def get_client(request: Request) -> str | None:
    """Return the address that a request comes from; behind a proxy that is trusted, the one that it names."""
    return request.client.host if request.client else None


ClientDep = Annotated[str | None, Depends(get_client)]


async def one_kind_of_credentials(request: Request, runtime: RuntimeDep) -> None:
    """Refuse a request that carries a browser's session and an Authorization header: whose would it be?"""
    if "authorization" in request.headers and sessions.cookie_of(request, runtime.settings) is not None:
        raise ProblemError(400, "two_credentials", "Send the session's cookie or an Authorization header, not both.")


async def from_here(request: Request, runtime: RuntimeDep) -> None:
    """Refuse what another site's page made a browser send."""
    if sessions.comes_from_elsewhere(request, runtime.settings):
        raise ProblemError(403, "cross_site", "A browser sent this for another site; it is taken from our own only.")


OneKind = Depends(one_kind_of_credentials)
FromHere = Depends(from_here)

bearer_token = HTTPBearer(auto_error=False, description="A token of POST /v1/oauth/token")
_cookie = APIKeyCookie(
    name=sessions.NAME_BY_HTTPS,
    auto_error=False,
    description=f"Set by POST /v1/session; without https its name is {sessions.NAME_BY_HTTP}",
)


async def get_caller(
    request: Request,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer_token)],
    _documented: Annotated[str | None, Depends(_cookie)] = None,
) -> Caller:
    """Return the account that asks, by a browser's session or by an API client's token. Raises a 401 problem.

    What it needs is called here and no dependency: each costs as much as the check itself, with every request.
    """
    runtime = await get_runtime(request)
    await one_kind_of_credentials(request, runtime)
    token = sessions.cookie_of(request, runtime.settings)
    if token is not None:
        await from_here(request, runtime)
        caller = await sessions.resume(runtime.database, runtime.store, runtime.settings, token, runtime.clock.now())
        if caller is None:
            raise _logged_out()
        return caller
    try:
        if credentials is None:
            raise tokens.InvalidTokenError
        claims = tokens.read(
            credentials.credentials,
            key=runtime.settings.secret_key.get_secret_value(),
            issuer=runtime.instance.id,
            now=runtime.clock.now(),
        )
        return await service.caller_of(runtime.database, runtime.store, claims)
    except tokens.InvalidTokenError as error:
        raise ProblemError(
            401,
            "invalid_token",
            "A valid bearer token is needed; get one at /v1/oauth/token.",
            headers={"WWW-Authenticate": "Bearer"},
        ) from error


def _logged_out() -> ProblemError:
    return ProblemError(401, "invalid_session", "This browser is not logged in any more; log in again.")


CallerDep = Annotated[Caller, Depends(get_caller)]


async def get_account(runtime: RuntimeDep, caller: CallerDep) -> Account:
    """Return the account of somebody who is logged in. An API client's token reads homes: it changes no account."""
    if caller.session_hash is None:
        raise service.session_needed()
    async with runtime.database.read() as session:
        account = await repository.find_account(session, caller.account_id)
    if account is None:
        raise _logged_out()
    return account


AccountDep = Annotated[Account, Depends(get_account)]


async def get_admin(runtime: RuntimeDep, account: AccountDep) -> Account:
    """Return the account of an administrator who is logged in. Raises a 403 problem."""
    if not service.is_admin(account, runtime.settings.admin_emails):
        raise ProblemError(
            403, "admin_only", "This is for administrators: ADMIN_EMAILS lists their verified addresses."
        )
    return account


AdminDep = Annotated[Account, Depends(get_admin)]
