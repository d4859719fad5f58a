"""A token that all replicas share: one of them requests it, and only the rejected token itself is dropped."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from pydantic import Field

from gateway.store import Store

type Bearer = Annotated[str, Field(pattern=r"^[!-~]+$")]
"""A token with characters that are valid in a header."""
_SHORTEST = 60.0
"""The minimum time in seconds for which a token is kept, even if it expires earlier."""


async def get_shared_token(
    store: Store, key: str, make: Callable[[], Awaitable[tuple[str, float]]], *, renew_before: float
) -> str:
    """Return the stored token; if there is none, call `make`, which returns a token and its lifetime in seconds.

    The token is kept until `renew_before` seconds before its expiry. Raises StoreError and what `make` raises.
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
    """Delete a token that was rejected, unless another one has been stored since."""
    async with store.lease(key):
        if await store.get(key) == token:
            await store.delete(key)
