"""One token for all replicas: one of them makes it, and nobody forgets a newer one than was refused."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from pydantic import Field

from gateway.store import Store

type Bearer = Annotated[str, Field(pattern=r"^[!-~]+$")]
"""What a header can carry."""
_SHORTEST = 60.0
"""Seconds that a token is kept, however soon it is said to end."""


async def get_shared_token(
    store: Store, key: str, make: Callable[[], Awaitable[tuple[str, float]]], *, renew_before: float
) -> str:
    """Return the token; where there is none, `make` it, which also tells how many seconds it lasts.

    `renew_before`: so many seconds before its end it is kept no longer.
    """
    if token := await store.get(key):
        return token
    async with store.lease(key):
        if token := await store.get(key):
            return token
        token, seconds = await make()
        await store.set(key, token, max(seconds - renew_before, _SHORTEST))
        return token


async def drop_token(store: Store, key: str, token: str) -> None:
    """Forget a token that is no longer taken, unless somebody has renewed it meanwhile."""
    async with store.lease(key):
        if await store.get(key) == token:
            await store.delete(key)
