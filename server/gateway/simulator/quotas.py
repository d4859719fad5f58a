"""Enedis' quota: 5 calls a second and 1,000 an hour for each API; beyond, 429 in each of the known shapes by turns.

The second slides on a monotonic clock, so that five a second means the same when the simulator's clock stands still;
the hour is the clock hour of the simulator's own time, so that it can be passed by setting the clock.
A refused call is not counted.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic

from gateway.simulator.faults import Refusal

PER_SECOND = 5
PER_HOUR = 1000


def next_hour(now: datetime) -> datetime:
    """The instant at which the clock hour of `now` is over."""
    return now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)


def quota_3(_next_access: datetime) -> Refusal:
    """As Enedis' own gateway refused too many calls in a second."""
    return Refusal(429, {"error": "429", "error_description": "Quota Q3 reached"})


def quota_4(_next_access: datetime) -> Refusal:
    """As it refused too many in an hour, in 2020."""
    description = "Quota Q4 reached Call threshold allowed on 0:-30:-40"
    return Refusal(429, {"error": "429", "error_description": description})


def build_wrapped_refusal(_next_access: datetime) -> Refusal:
    """As seen in May 2026: wrapped, and the code is a number."""
    fault = {"code": 900807, "message": "Message throttled out", "description": "You have exceeded your quota"}
    return Refusal(429, {"fault": fault})


def build_unwrapped_refusal(next_access: datetime) -> Refusal:
    """As seen in July 2026: flat, the code is a string, and it says until when."""
    until = next_access.strftime("%Y-%b-%d %H:%M:%S+0000 UTC")
    description = f"You have exceeded your quota .You can access API after {until}"
    body = {"code": "900804", "message": "Message throttled out", "description": description, "nextAccessTime": until}
    return Refusal(429, body)


_SECOND = (build_unwrapped_refusal, build_wrapped_refusal, quota_3)
_HOUR = (build_unwrapped_refusal, build_wrapped_refusal, quota_4)


@dataclass
class Quotas:
    """Who has called how often. `enabled` False lets everything pass."""

    enabled: bool = True
    timer: Callable[[], float] = monotonic
    refused: int = 0
    _seconds: dict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))
    _hours: Counter[tuple[str, datetime]] = field(default_factory=Counter)

    def count_call(self, api: str, now: datetime) -> None:
        """Count one call, or refuse it."""
        if not self.enabled:
            return
        tick, recent, hour = self.timer(), self._seconds[api], next_hour(now)
        while recent and tick - recent[0] >= 1:
            recent.popleft()
        if self._hours[api, hour] >= PER_HOUR:
            self._refuse_call(_HOUR, hour)
        if len(recent) >= PER_SECOND:
            self._refuse_call(_SECOND, now.replace(microsecond=0) + timedelta(seconds=1))
        recent.append(tick)
        self._hours[api, hour] += 1

    def forget_calls(self) -> None:
        """Forget every call."""
        self.refused = 0
        self._seconds.clear()
        self._hours.clear()

    def _refuse_call(self, shapes: Sequence[Callable[[datetime], Refusal]], next_access: datetime) -> None:
        self.refused += 1
        raise shapes[self.refused % len(shapes)](next_access)
