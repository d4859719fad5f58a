"""The store as an optional cache: while it is down, nothing is found and nothing is stored, without an error."""

from contextlib import suppress

from gateway.store import Store, StoreError


async def read_cached(store: Store, key: str) -> str | None:
    """Return a cached value, or None if there is none or the store is down."""
    try:
        return await store.get(key)
    except StoreError:
        return None


async def write_cached(store: Store, key: str, value: str, seconds: float) -> None:
    """Cache a value for `seconds` seconds, unless the store is down."""
    with suppress(StoreError):
        await store.set(key, value, seconds)
