"""The store as a mere cache: while it does not answer nothing is found and nothing is kept, and nobody has to wait."""

from contextlib import suppress

from gateway.store import Store, StoreError


async def read_cached(store: Store, key: str) -> str | None:
    """Return what was kept, if it can be had."""
    try:
        return await store.get(key)
    except StoreError:
        return None


async def write_cached(store: Store, key: str, value: str, seconds: float) -> None:
    """Keep a value for a while, if that can be done."""
    with suppress(StoreError):
        await store.set(key, value, seconds)
