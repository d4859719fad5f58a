"""A usage point with what opens its data and pays its calls, and what is asked for it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from gateway.domain.direction import Direction
from gateway.metering.schedule import Feed, Kind
from gateway.usage_points.models import PointStatus, UsagePoint
from gateway.usage_points.service import Secrets, collects_curve

WANTED_FOR = timedelta(days=30)
"""How long a kind that a client asked for is kept up without being asked for again."""
_SINCE = ("{direction}_activated_on", "nothing_before_{direction}")


@dataclass(frozen=True, repr=False)
class Meter:
    """`since` is the day on which a direction was first counted, where it is told; `recent_from` begins what is live.

    `directions` are kept up; `possible` are asked for when somebody wishes.
    """

    id: str
    account_id: str
    secrets: Secrets
    is_open: bool
    curve_collected: bool | None
    since: dict[Direction, date | None]
    directions: tuple[Direction, ...]
    possible: tuple[Direction, ...]
    recent_from: date
    extras: tuple[Kind, ...]

    @classmethod
    def of(cls, point: UsagePoint, secrets: Secrets, now: datetime) -> Meter:
        """Gather what is known of a usage point."""
        return cls(
            id=point.id,
            account_id=point.account_id,
            secrets=secrets,
            is_open=point.status is PointStatus.GRANTED,
            curve_collected=collects_curve(point),
            since={direction: activation(point, direction) for direction in Direction},
            directions=tuple(_directions(point)),
            possible=tuple(_possible(point)),
            recent_from=point.wanted_from,
            extras=tuple(kind for kind in (Kind.MAX_POWER, Kind.INDEX) if _is_wanted(point, kind, now)),
        )

    @property
    def first_direction(self) -> Direction:
        """What stands for a usage point: its consumption, or the production of one that only gives."""
        return next(iter((*self.directions, *self.possible)), Direction.CONSUMPTION)

    def main(self, direction: Direction) -> Feed:
        """Return what tells a direction's energy: the load curve, or the daily values where it is not collected."""
        return Feed(self.id, Kind.DAILY if self.curve_collected is False else Kind.CURVE, direction)

    def kept_up(self) -> Iterator[Feed]:
        """Yield what is asked each morning, or each week."""
        for direction in self.directions:
            yield self.main(direction)
            if Kind.INDEX in self.extras:
                yield Feed(self.id, Kind.INDEX, direction)
        if Kind.MAX_POWER in self.extras and Direction.CONSUMPTION in self.directions:
            yield Feed(self.id, Kind.MAX_POWER)


def _directions(point: UsagePoint) -> Iterator[Direction]:
    """Yield the ways energy goes by the contracts; consumption while these are not told."""
    gives, takes = bool(point.contract.get("gives")), point.contract.get("power_kva") is not None
    told = {
        Direction.CONSUMPTION: takes or not gives,
        Direction.PRODUCTION: gives or bool(point.contract.get("production_activated_on")),
    }
    yield from (direction for direction in _possible(point) if told[direction])


def _possible(point: UsagePoint) -> Iterator[Direction]:
    """Yield what Enedis may have: all that it did not refuse, but for production that the contracts rule out."""
    for direction in Direction:
        ruled_out = direction is Direction.PRODUCTION and point.contract.get("gives") is False
        if not point.contract.get(never(direction)) and (
            not ruled_out or point.contract.get("production_activated_on")
        ):
            yield direction


def never(direction: Direction) -> str:
    """Name the note that Enedis does not know a direction of a usage point."""
    return f"no_{direction}"


def activation(point: UsagePoint, direction: Direction) -> date | None:
    """Return since when Enedis counts a direction, as far as it told, by its contract or by its refusals."""
    told = [point.contract.get(key.format(direction=direction)) for key in _SINCE]
    return max((date.fromisoformat(day) for day in told if day), default=None)


def _is_wanted(point: UsagePoint, kind: Kind, now: datetime) -> bool:
    asked = point.wants.get(kind)
    return asked is not None and now - datetime.fromisoformat(asked) < WANTED_FOR
