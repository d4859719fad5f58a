"""A clock for tests of the history, whose calls are made some seconds apart."""

from datetime import datetime, timedelta
from typing import override

from tests.server.conftest import SetClock


class TickingClock(SetClock):
    """Pauses pass twenty times as fast, and a millisecond whenever somebody looks."""

    def __init__(self) -> None:
        super().__init__()
        self.speed = 20

    @override
    def now(self) -> datetime:
        self.set(super().now() + timedelta(milliseconds=1))
        return super().now()
