"""The simulator's time: the real one, one started elsewhere, or one that stands still."""

from datetime import UTC, datetime


class Clock:
    """Tells an aware UTC instant. Set with `frozen`, it stays there; set without, it goes on from there."""

    def __init__(self, now: datetime | None = None, *, frozen: bool = False) -> None:
        self.set_time(now or datetime.now(UTC), frozen=frozen)

    def now(self) -> datetime:
        """The simulator's present."""
        return self._at if self.frozen else datetime.now(UTC) + self._offset

    def set_time(self, now: datetime, *, frozen: bool) -> None:
        """Move to an aware instant."""
        self._at = now.astimezone(UTC)
        self._offset = self._at - datetime.now(UTC)
        self.frozen = frozen
