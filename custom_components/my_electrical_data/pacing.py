"""When to poll the gateway again."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

FIRST_RETRY = timedelta(minutes=1)
LAST_RETRY = timedelta(minutes=30)
SPREAD = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a feed is polled: at `usual` if the gateway does not say, always within the bounds."""

    usual: timedelta
    least: timedelta = timedelta(seconds=10)
    most: timedelta = timedelta(hours=6)

    def get_wait(self, now: datetime, next_change: datetime | None, max_age: float | None) -> timedelta:
        """Return how long to wait: until the announced change, or as long as the answer is valid."""
        if next_change is not None:
            wait = next_change - now
        elif max_age is not None:
            wait = timedelta(seconds=max_age)
        else:
            wait = self.usual
        return min(max(wait, self.least), self.most)


def get_retry_wait(failures: int, retry_after: float | None) -> timedelta:
    """Return the wait after `failures` in a row: the time that the gateway requests, else a doubling one."""
    if retry_after is not None:
        return max(timedelta(seconds=retry_after), timedelta(seconds=1))
    return min(FIRST_RETRY * (1 << min(failures - 1, 10)), LAST_RETRY)


def add_jitter(wait: timedelta, random: Callable[[], float]) -> timedelta:
    """Add up to 10%, at most one minute, so that not all homes send requests at the same moment."""
    return wait + min(wait / 10, SPREAD) * random()
