"""Refusals of Enedis that concern a usage point, and when to ask again; stored in the usage point's row.

Three refusals concern a usage point rather than Enedis or this gateway: of the whole meter (`ADAM-ERR0191`,
`ADAM-ERR0155` and unknown codes), of a direction (`ADAM-ERR0069`), of the days before its service (`ADAM-ERR0123`).
After the first, Enedis is asked again one day, three days, then every seven days later. The other two close a series
of days for good, so each needs a second answer on another day before it is final.

Example: on Monday Enedis answers `ADAM-ERR0069` for production. Production is not requested until Tuesday. If the
answer is the same then, production is closed, else the refusal is deleted. `POST …/refresh` deletes all refusals.
"""

from datetime import date, datetime, timedelta

from pydantic import BaseModel

from gateway.domain.direction import Direction
from gateway.kit import paris
from gateway.usage_points.models import UsagePoint

_PAUSES = (timedelta(days=1), timedelta(days=3), timedelta(days=7))
_CONFIRMED = 2


class Refusal(BaseModel):
    """An error code, its first and last time, its number of days, and when to ask again; `day`: no data before it."""

    code: str
    since: datetime
    last_at: datetime
    times: int
    again_at: datetime
    day: date | None = None

    @property
    def is_lasting(self) -> bool:
        """Whether it was answered so often that Enedis is asked again every seven days only."""
        return self.times >= len(_PAUSES)

    @property
    def is_confirmed(self) -> bool:
        """Whether it was answered on two different days."""
        return self.times >= _CONFIRMED


class Refusals(BaseModel):
    """The current refusals of a usage point."""

    meter: Refusal | None = None
    wrong_direction: dict[Direction, Refusal] = {}
    before_activation: dict[Direction, Refusal] = {}

    @classmethod
    def of(cls, point: UsagePoint) -> Refusals:
        """Load the refusals of a usage point."""
        return cls.model_validate(point.refusals)

    def refuses(self, direction: Direction) -> bool:
        """Tell whether the refusal of a direction is confirmed."""
        refusal = self.wrong_direction.get(direction)
        return refusal is not None and refusal.is_confirmed

    def get_direction_pause(self, direction: Direction, now: datetime) -> datetime | None:
        """Return until when a direction with an unconfirmed refusal is paused; None if it is not."""
        refusal = self.wrong_direction.get(direction)
        return refusal.again_at if refusal and not refusal.is_confirmed and refusal.again_at > now else None

    def get_meter_pause(self, now: datetime) -> datetime | None:
        """Return until when the whole meter is paused; None if it is not."""
        return self.meter.again_at if self.meter and self.meter.again_at > now else None

    def get_first_day(self, direction: Direction, now: datetime) -> date | None:
        """Return the day before which Enedis has no data; None without a refusal, or if it is due to be confirmed."""
        refusal = self.before_activation.get(direction)
        return refusal.day if refusal and (refusal.is_confirmed or refusal.again_at > now) else None

    def find_next_confirmation(self, now: datetime) -> datetime | None:
        """Return when the next unconfirmed refusal is due to be confirmed; None if there is none."""
        refusals = [*self.wrong_direction.values(), *self.before_activation.values()]
        return min((one.again_at for one in refusals if not one.is_confirmed and one.again_at > now), default=None)

    def note_meter(self, code: str, now: datetime) -> Refusals:
        """Return a copy with a refusal of the meter added."""
        return self.model_copy(update={"meter": _repeat_refusal(self.meter, code, now)})

    def note_wrong_direction(self, direction: Direction, code: str, now: datetime) -> Refusals:
        """Return a copy with a refusal of a direction added."""
        noted = _repeat_refusal(self.wrong_direction.get(direction), code, now)
        return self.model_copy(update={"wrong_direction": {**self.wrong_direction, direction: noted}})

    def note_before_activation(self, direction: Direction, day: date, code: str, now: datetime) -> Refusals:
        """Return a copy with a refusal of the days before `day` added; the newest such day is kept."""
        before = self.before_activation.get(direction)
        noted = _repeat_refusal(before, code, now)
        noted.day = max(day, before.day) if before and before.day else day
        return self.model_copy(update={"before_activation": {**self.before_activation, direction: noted}})

    def forget_disproved(self, direction: Direction, oldest: date | None) -> Refusals:
        """Return a copy without the refusals that an answer disproves; `oldest` is its oldest day with data, if any."""
        if oldest is None:
            return self.model_copy(update={"meter": None})
        wrong, before = dict(self.wrong_direction), dict(self.before_activation)
        wrong.pop(direction, None)
        if (refusal := before.get(direction)) and refusal.day is not None and oldest < refusal.day:
            del before[direction]
        return Refusals(wrong_direction=wrong, before_activation=before)


def _repeat_refusal(before: Refusal | None, code: str, now: datetime) -> Refusal:
    """Return the refusal with one more day counted, at most once per day in Paris, and the pause for that count."""
    if before is None:
        return Refusal(code=code, since=now, last_at=now, times=1, again_at=now + _PAUSES[0])
    is_same_day = paris.day_of(before.last_at) == paris.day_of(now)
    times = before.times if is_same_day else before.times + 1
    pause = _PAUSES[min(times, len(_PAUSES)) - 1]
    return Refusal(code=code, since=before.since, last_at=now, times=times, again_at=now + pause, day=before.day)
