"""The last thing that went wrong with each of Enedis' APIs, for whoever runs the gateway."""

from gateway.enedis.errors import EnedisError, Meaning
from gateway.store import Store

_KEPT = 24 * 3600
_TROUBLE = frozenset(
    {Meaning.QUOTA, Meaning.UNAUTHORIZED, Meaning.NOT_SUBSCRIBED, Meaning.OUR_FAULT, Meaning.DOWN},
)
"""The other meanings tell of one meter, not of Enedis or of our application."""


async def note(store: Store, api: str, error: EnedisError) -> EnedisError:
    """Keep an error for a day, if it is one of Enedis' or of our application; return it."""
    if error.meaning in _TROUBLE:
        await store.set(_key(api), f"{error.meaning} {error.code}".strip(), _KEPT)
    return error


async def last(store: Store, api: str) -> str | None:
    """Return the last error of the past day: what it meant, and Enedis' own code."""
    return await store.get(_key(api))


def _key(api: str) -> str:
    return f"enedis:{api}:trouble"
