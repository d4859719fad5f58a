"""What routes receive: the runtime, a transaction, the caller."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.accounts import service, tokens
from gateway.accounts.service import Caller
from gateway.problems import ProblemError
from gateway.runtime import Runtime


async def get_runtime(request: Request) -> Runtime:
    """Return what the application was started with. Async, or FastAPI would ask a thread each time."""
    runtime: Runtime = request.app.state.runtime
    return runtime


RuntimeDep = Annotated[Runtime, Depends(get_runtime)]


async def _write(runtime: RuntimeDep) -> AsyncIterator[AsyncSession]:
    async with runtime.database.write() as session:
        yield session


# scope="function": committed before the answer leaves, so that nobody is told of a write that then fails
WriteSession = Annotated[AsyncSession, Depends(_write, scope="function")]

_bearer = HTTPBearer(auto_error=False, description="A token of POST /v1/oauth/token")


async def get_caller(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Caller:
    """Return the account that asks. Raises a 401 problem.

    The runtime is no dependency here: each costs as much as the check itself, with every request.
    """
    runtime = await get_runtime(request)
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


CallerDep = Annotated[Caller, Depends(get_caller)]
