"""Pauses that replicas share.

A pause that was written while the clock was ahead is ignored once the clock is right again, since its end is wrong too.
"""

import json
from dataclasses import dataclass
from datetime import datetime

from gateway.kit.backoff import CLOCKS_DIFFER
from gateway.store import Store


@dataclass(frozen=True)
class Pause:
    """The reason of a pause, and its end."""

    reason: str
    until: datetime


async def start_pause(store: Store, key: str, now: datetime, until: datetime, reason: str = "") -> None:
    """Store a pause until `until`. Raises StoreError."""
    text = json.dumps([reason, now.isoformat(), until.isoformat()])
    await store.set(key, text, (until - now).total_seconds())


async def find_pause(store: Store, key: str, now: datetime) -> Pause | None:
    """Return the pause of a key, or None if there is none. Raises StoreError."""
    if (text := await store.get(key)) is None:
        return None
    reason, written, until = json.loads(text)
    if datetime.fromisoformat(written) - now > CLOCKS_DIFFER:
        return None
    return Pause(reason, datetime.fromisoformat(until))
