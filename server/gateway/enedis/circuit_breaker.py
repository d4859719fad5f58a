"""A circuit breaker for each of Enedis' APIs, shared by all replicas.

When an API does not answer, no replica calls it for a while; then one call probes it. The last error is kept for a day,
for the operator of the gateway.
"""

import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import assert_never

from gateway.enedis.errors import EnedisError, ErrorReason
from gateway.kit.backoff import add_jitter, compute_backoff
from gateway.kit.clock import Clock
from gateway.store import Store, StoreError
from gateway.store.cache import write_cached

FAILURES = 5
"""After this many failed calls in a row, for any usage points, the API itself counts as down."""
_FIRST_PAUSE = timedelta(seconds=40)
_LONGEST_PAUSE = timedelta(minutes=15)
_PROBE = 30.0
"""Seconds between two probing calls."""
_COUNTED_FOR = 3600.0
_REMEMBERED_FOR = 24 * 3600.0


class ErrorScope(StrEnum):
    """What an error concerns: a single meter, our application, or an API, which then fails for all usage points."""

    METER = "meter"
    APPLICATION = "application"
    API = "api"


def get_scope(reason: ErrorReason) -> ErrorScope:
    """Return what an error with this reason concerns."""
    match reason:
        case ErrorReason.DOWN | ErrorReason.UNAUTHORIZED:
            return ErrorScope.API
        case ErrorReason.QUOTA | ErrorReason.NOT_SUBSCRIBED | ErrorReason.OUR_FAULT:
            return ErrorScope.APPLICATION
        case (
            ErrorReason.ABSENT
            | ErrorReason.NOT_PUBLISHED
            | ErrorReason.BEFORE_ACTIVATION
            | ErrorReason.HISTORY_LIMIT
            | ErrorReason.TOO_LONG
            | ErrorReason.WRONG_DIRECTION
            | ErrorReason.NOT_HOLDER
            | ErrorReason.NO_CONSENT
            | ErrorReason.METER_REFUSED
            | ErrorReason.NOTHING_OPEN
        ):
            return ErrorScope.METER
        case _:
            assert_never(reason)


class CircuitState(StrEnum):
    """Closed: calls go through. Open: none does. Probing: one at a time does, to see."""

    CLOSED = "closed"
    OPEN = "open"
    PROBING = "probing"


@dataclass(frozen=True)
class CircuitStatus:
    """The status of an API: its circuit, since when its calls fail, until when it is open, the last error of a day."""

    circuit: CircuitState
    failing_since: datetime | None
    open_until: datetime | None
    last_error: str | None
    last_error_at: datetime | None


class Circuit:
    """Counts failures in a row by API. It opens after five for 40 seconds, then for twice as long, up to 15 minutes."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def ensure_closed(self, api: str) -> None:
        """Return if a call may be made. Raises EnedisError(DOWN) with the time of the next try, or StoreError."""
        state, until = await self._read_state(api)
        match state:
            case CircuitState.CLOSED:
                return
            case CircuitState.OPEN:
                raise EnedisError(ErrorReason.DOWN, "circuit", until)
            case CircuitState.PROBING:
                if wait := await self._store.take_turn(f"enedis:{api}:probe", _PROBE):
                    raise EnedisError(ErrorReason.DOWN, "circuit", self._clock.now() + timedelta(seconds=wait))
            case _:
                assert_never(state)

    async def record_response(self, api: str) -> None:
        """Reset the failures of an API, since it answered; a failing store is ignored."""
        with suppress(StoreError):
            if (await self._count_failures(api))[0]:
                await self._store.delete(_failures_key(api))
                await self._store.delete(_since_key(api))

    async def record_failure(self, api: str, error: EnedisError) -> EnedisError:
        """Record a call that was refused or not answered, and return its error; a failing store is ignored."""
        await self.record_error(api, error)
        if get_scope(error.reason) is not ErrorScope.API:
            await self.record_response(api)
            return error
        with suppress(StoreError):
            failures = (await self._count_failures(api))[0] + 1
            since = await self._store.get(_since_key(api)) or self._clock.now().isoformat()
            await self._store.set(_since_key(api), since, _COUNTED_FOR)
            pause = compute_backoff(_FIRST_PAUSE, _LONGEST_PAUSE, failures - FAILURES + 1)
            pause = min(add_jitter(pause, f"{api}{failures}"), _LONGEST_PAUSE)
            state = json.dumps([failures, (self._clock.now() + pause).isoformat()])
            await self._store.set(_failures_key(api), state, _COUNTED_FOR)
        return error

    async def record_error(self, api: str, error: EnedisError) -> None:
        """Keep an error for a day if it concerns Enedis or our application."""
        if get_scope(error.reason) is not ErrorScope.METER:
            words = f"{error.reason} {error.code}".strip()
            text = json.dumps([words, self._clock.now().isoformat()])
            await write_cached(self._store, _error_key(api), text, _REMEMBERED_FOR)

    async def get_status(self, api: str) -> CircuitStatus:
        """Return the status of an API. Raises StoreError."""
        state, until = await self._read_state(api)
        since = await self._store.get(_since_key(api))
        text = await self._store.get(_error_key(api))
        words, at = json.loads(text) if text else (None, None)
        return CircuitStatus(
            state,
            datetime.fromisoformat(since) if since else None,
            until if state is CircuitState.OPEN else None,
            words,
            datetime.fromisoformat(at) if at else None,
        )

    async def _read_state(self, api: str) -> tuple[CircuitState, datetime]:
        failures, until = await self._count_failures(api)
        if failures < FAILURES:
            return CircuitState.CLOSED, until
        # an end further away was written while the clock was ahead
        is_open = until - _LONGEST_PAUSE <= self._clock.now() < until
        return CircuitState.OPEN if is_open else CircuitState.PROBING, until

    async def _count_failures(self, api: str) -> tuple[int, datetime]:
        text = await self._store.get(_failures_key(api))
        if text is None:
            return 0, self._clock.now()
        failures, until = json.loads(text)
        return failures, datetime.fromisoformat(until)


def _failures_key(api: str) -> str:
    return f"enedis:{api}:circuit"


def _since_key(api: str) -> str:
    return f"enedis:{api}:failing_since"


def _error_key(api: str) -> str:
    return f"enedis:{api}:last_error"
