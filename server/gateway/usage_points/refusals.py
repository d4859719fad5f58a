"""What Enedis refused of a usage point itself, and when it is asked again; kept in the usage point's row.

Three refusals concern a usage point rather than Enedis or this gateway: of the whole meter (`ADAM-ERR0191`,
`ADAM-ERR0155` and codes nobody has seen), of a direction (`ADAM-ERR0069`), of the days before its service
(`ADAM-ERR0123`). The first is asked again a day, three days, then every seven days later. The other two close a series
of days for good, so that each needs a second answer on another day before it is believed.

Example: on Monday Enedis answers `ADAM-ERR0069` for production. Nothing is asked of production until Tuesday; if it
answers the same then, production is closed, else the refusal is forgotten. `POST …/refresh` forgets all of them.
"""

from datetime import date, datetime, timedelta

from pydantic import BaseModel

from gateway.domain.direction import Direction
from gateway.kit import paris
from gateway.usage_points.models import UsagePoint

_PAUSES = (timedelta(days=1), timedelta(days=3), timedelta(days=7))
_CONFIRMED = 2


class Refusal(BaseModel):
    """An error code, since when it is answered, on how many days, and when to ask again; `day`: nothing before it."""

    code: str
    since: datetime
    last_at: datetime
    times: int
    again_at: datetime
    day: date | None = None

    @property
    def is_confirmed(self) -> bool:
        """Whether it was answered on two days."""
        return self.times >= _CONFIRMED


class Refusals(BaseModel):
    """All that is refused now."""

    meter: Refusal | None = None
    wrong_direction: dict[Direction, Refusal] = {}
    before_activation: dict[Direction, Refusal] = {}

    @classmethod
    def of(cls, point: UsagePoint) -> Refusals:
        """Read those of a usage point."""
        return cls.model_validate(point.refusals)

    def refuses(self, direction: Direction) -> bool:
        """Whether it is certain that Enedis does not measure a direction."""
        refusal = self.wrong_direction.get(direction)
        return refusal is not None and refusal.is_confirmed

    def get_direction_pause(self, direction: Direction, now: datetime) -> datetime | None:
        """Return until when a direction is left alone before it is asked a second time."""
        refusal = self.wrong_direction.get(direction)
        return refusal.again_at if refusal and not refusal.is_confirmed and refusal.again_at > now else None

    def get_meter_pause(self, now: datetime) -> datetime | None:
        """Return until when the whole meter is left alone."""
        return self.meter.again_at if self.meter and self.meter.again_at > now else None

    def get_first_day(self, direction: Direction, now: datetime) -> date | None:
        """Return the day before which Enedis has nothing; None when the one refusal there was is to be confirmed."""
        refusal = self.before_activation.get(direction)
        return refusal.day if refusal and (refusal.is_confirmed or refusal.again_at > now) else None

    def find_next_confirmation(self, now: datetime) -> datetime | None:
        """Return when the next refusal that needs a second answer is to be asked again."""
        refusals = [*self.wrong_direction.values(), *self.before_activation.values()]
        return min((one.again_at for one in refusals if not one.is_confirmed and one.again_at > now), default=None)

    def note_meter(self, code: str, now: datetime) -> Refusals:
        """Add a refusal of the meter."""
        return self.model_copy(update={"meter": _repeat_refusal(self.meter, code, now)})

    def note_wrong_direction(self, direction: Direction, code: str, now: datetime) -> Refusals:
        """Add a refusal of a direction."""
        noted = _repeat_refusal(self.wrong_direction.get(direction), code, now)
        return self.model_copy(update={"wrong_direction": {**self.wrong_direction, direction: noted}})

    def note_before_activation(self, direction: Direction, day: date, code: str, now: datetime) -> Refusals:
        """Add a refusal of the days before `day`; the newest such day counts."""
        before = self.before_activation.get(direction)
        noted = _repeat_refusal(before, code, now)
        noted.day = max(day, before.day) if before and before.day else day
        return self.model_copy(update={"before_activation": {**self.before_activation, direction: noted}})

    def forget_disproved(self, direction: Direction, oldest: date | None) -> Refusals:
        """Forget what an answer disproves; `oldest` is the oldest day of which it brought data, if it did."""
        if oldest is None:
            return self.model_copy(update={"meter": None})
        wrong, before = dict(self.wrong_direction), dict(self.before_activation)
        wrong.pop(direction, None)
        if (refusal := before.get(direction)) and refusal.day is not None and oldest < refusal.day:
            del before[direction]
        return Refusals(wrong_direction=wrong, before_activation=before)


def _repeat_refusal(before: Refusal | None, code: str, now: datetime) -> Refusal:
    """Count a refusal once a day of Paris, each time with a longer pause."""
    if before is None:
        return Refusal(code=code, since=now, last_at=now, times=1, again_at=now + _PAUSES[0])
    is_same_day = paris.day_of(before.last_at) == paris.day_of(now)
    times = before.times if is_same_day else before.times + 1
    pause = _PAUSES[min(times, len(_PAUSES)) - 1]
    return Refusal(code=code, since=before.since, last_at=now, times=times, again_at=now + pause, day=before.day)
