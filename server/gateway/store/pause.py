"""Until when something is left alone, as replicas share it.

What a clock that was ahead wrote is not believed once it is right again: its end is as far ahead.
"""

import json
from dataclasses import dataclass
from datetime import datetime

from gateway.kit.backoff import CLOCKS_DIFFER
from gateway.store import Store


@dataclass(frozen=True)
class Pause:
    """Why something is left alone, and until when."""

    reason: str
    until: datetime


async def start_pause(store: Store, key: str, now: datetime, until: datetime, reason: str = "") -> None:
    """Begin a pause."""
    text = json.dumps([reason, now.isoformat(), until.isoformat()])
    await store.set(key, text, (until - now).total_seconds())


async def find_pause(store: Store, key: str, now: datetime) -> Pause | None:
    """Return the pause that lasts, if one does."""
    if (text := await store.get(key)) is None:
        return None
    reason, written, until = json.loads(text)
    if datetime.fromisoformat(written) - now > CLOCKS_DIFFER:
        return None
    return Pause(reason, datetime.fromisoformat(until))
